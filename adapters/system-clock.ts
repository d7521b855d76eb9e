import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'

/** The machine's own clock. While the machine is suspended, `steady` stands still. */
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
