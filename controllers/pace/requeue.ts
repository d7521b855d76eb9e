import type { Outcome } from '../../model/outcome.ts'

/**
 * Work that goes on by itself in Proxmox is looked at again after a second, and the longer it takes the less often: its end is
 * learnt of by about a tenth of its duration too late, as each look reads the whole cluster.
 */
const RECHECK_MS = { first: 1000, most: 10_000, growth: 1.1 } as const
const BACKOFF_MS = { first: 1000, most: 30_000 } as const
/** Who is stalled for no known time is woken from outside. */
const A_DAY_MS = 86_400_000

/** Doubles with each failure in a row, up to 30 s, and varies by half so that many don't retry in step. */
export const backoffOf = (failures: number, random: number): number =>
  Math.min(BACKOFF_MS.first * 2 ** Math.max(0, failures - 1), BACKOFF_MS.most) * (0.5 + random / 2)

/** After so many looks in a row at what goes on by itself. */
const recheckAfter = (rechecks: number): number =>
  Math.min(RECHECK_MS.first * RECHECK_MS.growth ** Math.max(0, rechecks - 1), RECHECK_MS.most)

/** How the last try ended, how many failed in a row, and how many in a row found that work goes on by itself. */
export interface Tried {
  readonly outcome: Outcome | undefined
  readonly failures: number
  readonly rechecks: number
}

export const NOT_TRIED: Tried = { outcome: undefined, failures: 0, rechecks: 0 }

/** Something else is the case than when it was tried: nothing is waited for longer than at first. */
export const restarted = ({ outcome }: Tried): Tried => ({ ...NOT_TRIED, outcome })

/**
 * What is known after another try. One that only waited for the time of the next, as what failed before is left alone until
 * then, is no further failure.
 */
export function afterTry(before: Tried, outcome: Outcome): Tried {
  if (outcome.kind === 'progressing') return { outcome, failures: 0, rechecks: before.rechecks + 1 }
  if (outcome.kind !== 'retry') return { outcome, failures: 0, rechecks: 0 }
  const waited =
    outcome.retryAt !== undefined && before.outcome?.kind === 'retry' && before.outcome.retryAt === outcome.retryAt
  return { outcome, failures: waited ? before.failures : before.failures + 1, rechecks: 0 }
}

/** In milliseconds from now: when to look again at what ended so, unless something else calls for it. */
export function requeueAfter({ outcome, failures, rechecks }: Tried, now: number, random: number): number {
  switch (outcome?.kind) {
    case 'progressing':
      return recheckAfter(rechecks)
    case 'retry': {
      const backoff = backoffOf(failures, random)
      if (outcome.retryAt === undefined) return backoff
      const left = Math.max(0, outcome.retryAt - now)
      return outcome.orSooner === true ? Math.min(backoff, left) : left
    }
    case 'stalled':
      return outcome.retryAt === undefined ? A_DAY_MS : Math.max(0, outcome.retryAt - now)
    case 'settled':
    case undefined:
      return A_DAY_MS
  }
}
