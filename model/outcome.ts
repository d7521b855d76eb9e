/** How one pass over a range ended, and so when to look again. The range's actor alone decides on it. */
export type Outcome =
  /** Everything is as asked; look again at the next resync. */
  | { readonly kind: 'settled' }
  /** Work goes on by itself in Proxmox; look again soon. */
  | { readonly kind: 'progressing' }
  /** Something failed that may pass; look again with growing delay, unless it is known when. */
  | (Failed & { readonly kind: 'retry'; readonly orSooner?: true })
  /** Nothing helps until the file or the cluster changes; look again at the next resync, or when it is known that. */
  | (Failed & { readonly kind: 'stalled' })

interface Failed {
  readonly error: string
  /**
   * When what failed is tried again, in epoch milliseconds; nothing is to be done before. Left out: not known.
   * `orSooner`: something else failed, too, and may call for a look before that, with growing delay.
   */
  readonly retryAt?: number
}

const URGENCY = { settled: 0, stalled: 1, progressing: 2, retry: 3 } as const

/**
 * The outcome that speaks for several parts of one pass. A failure outweighs work in progress, so that a VM that keeps
 * failing isn't tried every second because another one is still being cloned.
 */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  const worst = outcomes.reduce<Outcome>((most, next) => (URGENCY[next.kind] > URGENCY[most.kind] ? next : most), {
    kind: 'settled',
  })
  const dues = outcomes.flatMap((each) => ('retryAt' in each && each.retryAt !== undefined ? [each.retryAt] : []))
  if (!('error' in worst) || dues.length === 0) return worst
  const { kind, error } = worst
  const retryAt = Math.min(...dues)
  if (kind === 'stalled') return { kind, error, retryAt }
  const retries = outcomes.filter((each) => each.kind === 'retry')
  const orSooner = retries.some((each) => each.retryAt === undefined || each.orSooner === true)
  return { kind, error, retryAt, ...(orSooner ? { orSooner } : {}) }
}
