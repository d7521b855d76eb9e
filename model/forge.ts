/** How a commit stands. */
export type ForgeState = 'pending' | 'success' | 'failure' | 'superseded'

/** What a forge is told of a commit in one context. */
export interface CommitStatus {
  /** In full. */
  readonly commit: string
  /** `lanista`, or `lanista/JD`: a newer status of the same context takes the place of an older. */
  readonly context: string
  readonly state: ForgeState
  /** One sentence without secrets and addresses, of any length; each forge has it cut to its own. */
  readonly description: string
  /** What stays of the description however it is cut; empty as a rule. */
  readonly tail: string
  /** Stands for what is told: with the same, and the same state, it need not be told again. */
  readonly about: string
}

/** What came of telling a forge. Tells nothing of the token. */
export type StatusDelivery =
  | { readonly kind: 'delivered' }
  /** It would not be taken again before somebody mends something. `all`: nor would any other. */
  | { readonly kind: 'refused'; readonly why: string; readonly all: boolean }
  /** It may work later. `waitMs`: how much later at least, where the forge says so. */
  | { readonly kind: 'failed'; readonly why: string; readonly waitMs: number | undefined }

/** Who is told how commits stand. */
export interface Forge {
  /** Tries once, and gives up after some seconds. Rejects only when the signal aborts. */
  tell(status: CommitStatus, signal: AbortSignal): Promise<StatusDelivery>
}
