import type { Clock } from '../../model/clock.ts'
import { waitAfter, type Backoff } from './retry.ts'

/** How long a host is put aside: about 1 s after its first failure in a row, then longer, at most half a minute. */
const ASIDE: Backoff = { first: 1000, longest: 30_000, attempts: Infinity }

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
  /** What each host's last failure was, for an error's message. */
  complaint(): string
}

/** Keeps the standing of the hosts, in memory only. */
export const createHosts = <H extends { readonly url: string }>(
  all: readonly H[],
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): Hosts<H> => {
  const failures = new Map<H, Failures>()
  let preferred = all[0]

  const isAside = (host: H): boolean => clock.now() < (failures.get(host)?.asideUntil ?? 0)

  return {
    candidates() {
      const order = all.toSorted((a, b) => Number(b === preferred) - Number(a === preferred))
      return order.filter((host) => !isAside(host))
    },
    worked(host) {
      failures.delete(host)
      preferred = host
    },
    failed(host, why) {
      // Requests that were under way together fail together: that is one failure, not many in a row.
      if (isAside(host)) return
      const inARow = (failures.get(host)?.inARow ?? 0) + 1
      failures.set(host, { inARow, asideUntil: clock.now() + waitAfter(inARow, ASIDE, random), last: why })
    },
    complaint: () => all.map((host) => `${host.url}: ${failures.get(host)?.last ?? 'not tried'}`).join('; '),
  }
}
