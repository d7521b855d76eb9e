import type { Clock } from '../../model/clock.ts'
import type { HostStanding } from '../../model/watched.ts'
import { waitAfter, type Backoff } from './retry.ts'

/** How long a host is put aside: about 1 s after its first failure in a row, then longer, at most half a minute. */
const ASIDE: Backoff = { first: 1000, longest: 30_000, attempts: Infinity }

/** How long a host that was passed over is not stayed with, unless no other answers. */
const PASSED_OVER_MS = 60_000

interface Failures {
  readonly inARow: number
  readonly asideUntil: number
  readonly last: string
}

/** Which API hosts to ask, and in what order: failing over, and a circuit breaker per host. */
export interface Hosts<H> {
  /** The hosts worth asking now, the one that worked last first. One that failed is left out for a while. */
  candidates(): readonly H[]
  worked(host: H): void
  failed(host: H, why: string): void
  /** It answers, and not what another may: the one after it is asked first from now on. */
  passOver(host: H): void
  /** What each host's last failure was, for an error's message. */
  complaint(): string
  standingOf(host: H): HostStanding['state']
}

/** Keeps the standing of the hosts, in memory only. */
export const createHosts = <H extends { readonly url: string }>(
  all: readonly H[],
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): Hosts<H> => {
  const failures = new Map<H, Failures>()
  const passedOver = new Map<H, number>()
  let preferred = all[0]

  const isAside = (host: H): boolean => clock.now() < (failures.get(host)?.asideUntil ?? 0)

  return {
    candidates() {
      const first = Math.max(0, preferred === undefined ? 0 : all.indexOf(preferred))
      const order = [...all.slice(first), ...all.slice(0, first)]
      return order.filter((host) => !isAside(host))
    },
    worked(host) {
      failures.delete(host)
      // What one can't do it may not be able to do again, although it answers to everything else.
      if (clock.now() >= (passedOver.get(host) ?? 0)) preferred = host
    },
    passOver(host) {
      passedOver.set(host, clock.now() + PASSED_OVER_MS)
      // Others that were under way may have found the same.
      if (host === preferred) preferred = all[(all.indexOf(host) + 1) % all.length]
    },
    failed(host, why) {
      // Requests that were under way together fail together: that is one failure, not many in a row.
      if (isAside(host)) return
      const inARow = (failures.get(host)?.inARow ?? 0) + 1
      failures.set(host, { inARow, asideUntil: clock.now() + waitAfter(inARow, ASIDE, random), last: why })
    },
    standingOf: (host) =>
      isAside(host) ? 'aside' : clock.now() < (passedOver.get(host) ?? 0) ? 'passedOver' : 'asked',
    complaint: () => all.map((host) => `${host.url}: ${failures.get(host)?.last ?? 'not tried'}`).join('; '),
  }
}
