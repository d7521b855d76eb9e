import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'

const steady = (): number => performance.timeOrigin + performance.now()

/** A timer of more milliseconds goes off at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** The machine's own clock. While the machine is suspended, `steady` stands still. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady,
  sleep: async (milliseconds, signal) => {
    const until = steady() + milliseconds
    try {
      // A timer counts whole milliseconds, and may be early by one.
      for (let left = milliseconds, first = true; left > 0 || first; left = until - steady(), first = false)
        await delay(Math.min(Math.ceil(left), LONGEST_TIMER), undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
