import type { Clock } from '../../model/clock.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'

/** So long a read is waited for that got no answer the last time, in milliseconds. It goes on meanwhile. */
const CHANCE_MS = 250

/** Remembers what gets no answer, so that each look at a cluster does not wait for it anew. */
export interface Silent {
  /**
   * Asks, and waits for the answer: as long as that takes, but no more than a moment for what the last time got none in time. An
   * answer that comes later than that is waited for again the next time.
   *
   * @param what is asked for, such as the path of the request
   * @param ask rejects when it has waited long enough, which `isTooLong` tells
   */
  wait<T>(what: string, ask: () => Promise<T>, isTooLong: () => boolean, signal: AbortSignal): Promise<T>
}

export function createSilent(clock: Pick<Clock, 'sleep'>): Silent {
  const silent = new Set<string>()
  return {
    async wait(what, ask, isTooLong, signal) {
      const wasSilent = silent.has(what)
      const answer = ask().then(
        (value) => {
          silent.delete(what)
          return value
        },
        (error: unknown) => {
          if (isTooLong()) silent.add(what)
          else if (!signal.aborted) silent.delete(what)
          throw error
        },
      )
      if (!wasSilent) return await answer
      answer.catch(() => undefined)
      const stop = new AbortController()
      const left = clock.sleep(CHANCE_MS, AbortSignal.any([stop.signal, signal])).then(
        () => {
          throw new ProxmoxError('node-unreachable', what, `${what}: no answer for a while; it is asked again`)
        },
        () => answer,
      )
      try {
        return await Promise.race([answer, left])
      } finally {
        stop.abort()
      }
    },
  }
}
