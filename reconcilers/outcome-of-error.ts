import type { Outcome } from '../model/outcome.ts'
import { Withdrawn } from '../model/permit.ts'
import { isProxmoxError, ProxmoxError, type ProxmoxErrorKind } from '../model/proxmox-error.ts'

/**
 * What to do after an error: trying again helps against all but a wrong token, a missing right and refused values. What was
 * withdrawn has not failed.
 */
export function outcomeOfError(error: unknown): Exclude<Outcome, { readonly kind: 'settled' }> {
  if (error instanceof Withdrawn) return { kind: 'progressing' }
  const message = textOf(error)
  const hopeless = isProxmoxError(error, 'unauthorized', 'forbidden', 'invalid-parameters')
  return hopeless ? { kind: 'stalled', error: message } : { kind: 'retry', error: message }
}

/** What Proxmox said, and what to do about it: its own words seldom say so. */
function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const remedy = error instanceof ProxmoxError ? REMEDIES[error.kind] : undefined
  return remedy === undefined || message.includes('; ') ? message : `${message}; ${remedy}`
}

const LOOK = "if it stays so, see Proxmox' task log and the journal of pvedaemon and pveproxy there"

/** Where the words of Proxmox have none. */
const REMEDIES: Partial<Readonly<Record<ProxmoxErrorKind, string>>> = {
  'node-unreachable': 'see that the node is up, and that its pveproxy and pvedaemon answer',
  'timeout-unknown-outcome': `it is looked at again; ${LOOK}`,
  locked: "it is tried again; if it stays so, see in Proxmox' task log what holds that lock",
  'unexpected-reply': LOOK,
  conflict: LOOK,
  'not-found': LOOK,
}
