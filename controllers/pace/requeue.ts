import type { Outcome } from '../../model/outcome.ts'

/** Work that goes on by itself in Proxmox is looked at again after this. */
const RECHECK_MS = 1000
const BACKOFF_MS = { first: 1000, most: 30_000 } as const
/** Who is stalled for no known time is woken from outside. */
const A_DAY_MS = 86_400_000

/** Doubles with each failure in a row, up to 30 s, and varies by half so that many don't retry in step. */
export const backoffOf = (failures: number, random: number): number =>
  Math.min(BACKOFF_MS.first * 2 ** Math.max(0, failures - 1), BACKOFF_MS.most) * (0.5 + random / 2)

/** How the last try ended, and how many failed in a row. */
export interface Tried {
  readonly outcome: Outcome | undefined
  readonly failures: number
}

export const NOT_TRIED: Tried = { outcome: undefined, failures: 0 }

/**
 * What is known after another try. One that only waited for the time of the next, as what failed before is left alone until
 * then, is no further failure.
 */
export function afterTry(before: Tried, outcome: Outcome): Tried {
  if (outcome.kind !== 'retry') return { outcome, failures: 0 }
  const waited =
    outcome.retryAt !== undefined && before.outcome?.kind === 'retry' && before.outcome.retryAt === outcome.retryAt
  return { outcome, failures: waited ? before.failures : before.failures + 1 }
}

/** In milliseconds from now: when to look again at what ended so, unless something else calls for it. */
export function requeueAfter({ outcome, failures }: Tried, now: number, random: number): number {
  switch (outcome?.kind) {
    case 'progressing':
      return RECHECK_MS
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
