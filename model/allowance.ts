/** What is left of what may be done at once, and as of when. */
export interface Allowance {
  readonly left: number
  /** In milliseconds, by a clock that only goes on. */
  readonly at: number
}

/** So much at once, and from then on one after each such time. */
export interface Pace {
  readonly atOnce: number
  readonly everyMs: number
}

/**
 * Takes one of what is allowed, if there is one.
 *
 * @param before undefined: nothing was taken yet
 * @returns what is left, and how long to wait for the next when none could be taken: 0 when one was
 */
export function takeOne(
  before: Allowance | undefined,
  { atOnce, everyMs }: Pace,
  now: number,
): { readonly allowance: Allowance; readonly waitMs: number } {
  const come = before === undefined ? atOnce : before.left + Math.max(0, now - before.at) / everyMs
  const left = Math.min(atOnce, come)
  return left >= 1
    ? { allowance: { left: left - 1, at: now }, waitMs: 0 }
    : { allowance: { left, at: now }, waitMs: Math.ceil((1 - left) * everyMs) }
}
