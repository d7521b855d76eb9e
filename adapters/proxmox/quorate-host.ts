import type { Clock } from '../../model/clock.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { Hosts } from './hosts.ts'

/** So long nobody asks around again after no host had quorum, in milliseconds. */
const BETWEEN_ROUNDS = 30_000

/**
 * Looks through another API host when the one that is asked has no quorum: it may be the one that the others have lost, and what
 * it tells of them is old. A look is made through one host as a whole.
 *
 * @param steady a steady clock
 */
export function throughQuorateHost<H>(
  observer: ClusterObserver,
  hosts: Pick<Hosts<H>, 'candidates' | 'passOver'>,
  steady: Pick<Clock, 'now'>,
): ClusterObserver {
  let nextRound = Number.NEGATIVE_INFINITY
  return {
    observe: async (signal, asOf) => {
      const first = await observer.observe(signal, asOf)
      if (first.quorate || steady.now() < nextRound) return first
      for (let others = hosts.candidates().length - 1; others > 0; others -= 1) {
        const [asked] = hosts.candidates()
        if (asked !== undefined) hosts.passOver(asked)
        const seen = await observer.observe(signal, asOf)
        if (seen.quorate) return seen
      }
      nextRound = steady.now() + BETWEEN_ROUNDS
      return first
    },
  }
}
