import type { CronBeginnings } from './cron-beginnings.ts'

/** So many times that begin before the one before them has ended are joined, and no more: an hour each makes a month. */
const MOST_JOINED = 800

/**
 * When what began at a moment ends, together with all that begins before it does: beginnings that touch or overlap are one. Undefined when
 * that goes on for longer than is looked.
 *
 * @param lasts how long each lasts, in milliseconds
 */
export function joinedEnd(beginnings: CronBeginnings, lasts: number, began: number): number | undefined {
  let end = began + lasts
  for (let joined = 0; joined < MOST_JOINED; joined += 1) {
    const latest = (beginnings.last(end) ?? began) + lasts
    if (latest <= end) return end
    end = latest
  }
  return undefined
}

/** Whether a window ever ends: looked at from a leap year on. */
export function endsAtAll(beginnings: CronBeginnings, lasts: number): boolean {
  const began = beginnings.next(Date.UTC(2024, 0, 1))
  return began === undefined || joinedEnd(beginnings, lasts, began) !== undefined
}
