import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'

/** Milliseconds since this process began, whatever the machine's date is set to. A suspended machine stands still. */
export const stopwatch = (): number => performance.now()

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.timeOrigin + performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
