/** How one pass over a range ended, and so when to look again. The range's actor alone decides on it. */
export type Outcome =
  /** Everything is as asked; look again at the next resync. */
  | { readonly kind: 'settled' }
  /** Work goes on by itself in Proxmox; look again soon. */
  | { readonly kind: 'progressing' }
  /** Something failed that may pass; look again with growing delay. */
  | { readonly kind: 'retry'; readonly error: string }
  /** Nothing helps until the file or the cluster changes; look again at the next resync. */
  | { readonly kind: 'stalled'; readonly error: string }

const URGENCY = { settled: 0, stalled: 1, progressing: 2, retry: 3 } as const

/**
 * The outcome that speaks for several parts of one pass. A failure outweighs work in progress, so that a VM that keeps
 * failing isn't tried every second because another one is still being cloned.
 */
export const worstOf = (outcomes: readonly Outcome[]): Outcome =>
  outcomes.reduce<Outcome>((worst, next) => (URGENCY[next.kind] > URGENCY[worst.kind] ? next : worst), {
    kind: 'settled',
  })
