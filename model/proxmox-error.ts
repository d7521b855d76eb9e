/**
 * What can go wrong between Lanista and Proxmox, in the words a caller decides by.
 *
 * - `unauthorized`: the token is wrong or unknown (401)
 * - `forbidden`: the token lacks a right (403); never means "absent"
 * - `not-found`: Proxmox itself says the object does not exist; never inferred from a transport failure
 * - `conflict`: it exists already, is in use, or was changed in between (digest)
 * - `locked`: a Proxmox lock was held too long; waiting helps
 * - `no-quorum`: the cluster takes no writes
 * - `invalid-parameters`: Proxmox refuses the values (400)
 * - `node-unreachable`: the API host can't reach that node (595)
 * - `timeout-unknown-outcome`: a write got no answer; it may have happened, so look before anything else
 * - `transport`: no connection, or it broke; for a write only when the request provably never arrived
 * - `task-failed`: the call was taken, and its task ended with an error
 * - `unexpected-reply`: an answer that doesn't fit, naming the route and the field
 */
export type ProxmoxErrorKind =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'locked'
  | 'no-quorum'
  | 'invalid-parameters'
  | 'node-unreachable'
  | 'timeout-unknown-outcome'
  | 'transport'
  | 'task-failed'
  | 'unexpected-reply'

/** The one error type that leaves the Proxmox client. Its message holds no secret. */
export class ProxmoxError extends Error {
  readonly kind: ProxmoxErrorKind
  /** The call, such as `POST /nodes/pve1/qemu/9000/clone`. */
  readonly call: string

  constructor(kind: ProxmoxErrorKind, call: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ProxmoxError'
    this.kind = kind
    this.call = call
  }
}

/** True for an error of one of the given kinds. */
export const isProxmoxError = (error: unknown, ...kinds: readonly ProxmoxErrorKind[]): error is ProxmoxError =>
  error instanceof ProxmoxError && (kinds.length === 0 || kinds.includes(error.kind))
