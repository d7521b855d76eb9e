import type { Outcome } from '../model/outcome.ts'
import { isProxmoxError } from '../model/proxmox-error.ts'

/** What to do after an error: trying again helps against all but a wrong token, a missing right and refused values. */
export function outcomeOfError(error: unknown): Extract<Outcome, { readonly error: string }> {
  const message = error instanceof Error ? error.message : String(error)
  const hopeless = isProxmoxError(error, 'unauthorized', 'forbidden', 'invalid-parameters')
  return hopeless ? { kind: 'stalled', error: message } : { kind: 'retry', error: message }
}
