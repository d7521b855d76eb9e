import type { Outcome } from '../model/outcome.ts'
import { Withdrawn } from '../model/permit.ts'
import { isProxmoxError } from '../model/proxmox-error.ts'

/**
 * What to do after an error: trying again helps against all but a wrong token, a missing right and refused values. What was
 * withdrawn has not failed.
 */
export function outcomeOfError(error: unknown): Exclude<Outcome, { readonly kind: 'settled' }> {
  if (error instanceof Withdrawn) return { kind: 'progressing' }
  const message = error instanceof Error ? error.message : String(error)
  const hopeless = isProxmoxError(error, 'unauthorized', 'forbidden', 'invalid-parameters')
  return hopeless ? { kind: 'stalled', error: message } : { kind: 'retry', error: message }
}
