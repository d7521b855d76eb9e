import type { Finding } from '../model/condition.ts'

/** Without quorum a cluster can be read and not written. */
export const NO_QUORUM: Finding = {
  reason: 'NoQuorum',
  message: 'cluster: it has no quorum, so Proxmox takes no changes; bring nodes back, then this goes on by itself',
}
