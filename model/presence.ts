/** What is known of a Lanista at work on a state directory: there is one at most, as two would undo each other's SDN lock. */
export interface Presence {
  /**
   * Makes this process the one at work until it is released, or dies.
   *
   * @param onLook told of each range that another process asks to be looked at
   */
  claim(onLook: (rangeId: string) => void): Promise<PresenceClaim>
  /** Asks the one at work to look at a range now. */
  ask(rangeId: string): Promise<'asked' | 'nobody'>
}

export type PresenceClaim =
  | { readonly kind: 'claimed'; readonly release: () => Promise<void> }
  /** Another is at work. */
  | { readonly kind: 'taken'; readonly pid: number }
