import type { Clock } from '../../../model/clock.ts'

/** A clock on which waiting takes no time: each sleep moves it to its end, once other work has had its turn. */
export interface QuickClock extends Clock {
  /** Every wait asked for, in milliseconds. */
  readonly slept: number[]
}

export const quickClock = (start = 1_000_000): QuickClock => {
  let now = start
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    steady: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted()
      slept.push(milliseconds)
      const end = now + milliseconds
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      signal?.throwIfAborted()
      now = Math.max(now, end)
    },
  }
}
