import type { Clock } from '../../model/clock.ts'
import type { ClusterObserver } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { mayBeCloning } from '../../reconcilers/vm/clone-running.ts'

/**
 * So long a guest is seen locked by a clone without any clone at work on its node before it counts as interrupted: what
 * runs on a node is told some seconds late.
 */
const STALE_MS = 120_000

/**
 * An observer that also tells which clones were interrupted. Remembers in memory since when: after a restart the time
 * begins anew, so that a clone is called interrupted too late rather than too early.
 *
 * @param steady not the date, which may be set forward while a clone is at work
 */
export function watchClones(observer: ClusterObserver, steady: Pick<Clock, 'now'>): ClusterObserver {
  /** Node and VMID -> when it was first seen locked without a clone at work. */
  let since: ReadonlyMap<string, number> = new Map()
  return {
    async observe(signal, asOf) {
      const now = steady.now()
      const snapshot = await observer.observe(signal, asOf)
      const left = leftAlone(snapshot)
      since = new Map(left.map(({ key }) => [key, since.get(key) ?? now]))
      const interrupted = left.filter(({ key }) => now - (since.get(key) ?? now) >= STALE_MS)
      return { ...snapshot, interruptedClones: new Set(interrupted.map(({ vmid }) => vmid)) }
    },
  }
}

const leftAlone = (snapshot: ClusterSnapshot): readonly { readonly key: string; readonly vmid: number }[] =>
  snapshot.guests
    .filter((guest) => guest.kind === 'qemu' && guest.lock === 'clone' && !mayBeCloning(guest, snapshot))
    .map(({ node, vmid }) => ({ key: `${node}/${vmid}`, vmid }))
