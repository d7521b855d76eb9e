/**
 * What Proxmox' lists hold. `zone reports`: what nodes say of a zone. `rights`: entries of the access control list, so that
 * what they hide is not known either.
 */
export type UnseenKind = 'guests' | 'pools' | 'storages' | 'sdn' | 'zone reports' | 'bridges' | 'rights'

/**
 * A right that the API token lacks, for want of which Proxmox leaves things out of its lists without a word. Whatever may
 * be there is neither there nor absent: it is unknown, and nothing is created, deleted or applied on the strength of it.
 */
export interface Unseen {
  readonly what: UnseenKind
  /** A whole branch, such as `/vms`, or one thing of it, such as `/vms/105`. */
  readonly path: string
  /** Such as `VM.Audit`. */
  readonly right: string
  /** What gives it, as the end of a sentence: a line for a node's shell. */
  readonly remedy: string
}
