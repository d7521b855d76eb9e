import type { ClusterObserver } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { ClusterStanding, NodeStanding, StorageStanding } from '../../model/watched.ts'
import { promisedIn, promisedOn, type Reservation } from '../../reconcilers/placement/capacity.ts'

/** What was last seen of the cluster, for who tells of it. Nothing is decided by it. */
export class LastLook {
  #seen: ClusterSnapshot | undefined

  /** Remembers what an observer sees. */
  observing(observer: ClusterObserver): ClusterObserver {
    return {
      observe: async (signal, asOf) => {
        this.#seen = await observer.observe(signal, asOf)
        return this.#seen
      },
    }
  }

  /** Undefined before the first look. @param reserved what is promised and does not show on the cluster yet */
  standing(reserved: readonly Reservation[]): ClusterStanding | undefined {
    return this.#seen && clusterStandingOf(this.#seen, reserved)
  }
}

function clusterStandingOf(seen: ClusterSnapshot, reserved: readonly Reservation[]): ClusterStanding {
  const promised = promisedIn(seen, reserved)
  const nodes = seen.nodes.map(({ name, online, memoryBytes, memoryUsedBytes, cpuLoad }): NodeStanding => ({
    node: name,
    isUp: online,
    memoryBytes,
    usedBytes: memoryUsedBytes,
    promisedBytes: promisedOn(promised, name),
    cpuLoad,
  }))
  return { quorate: seen.quorate, nodes, storages: storagesOf(seen) }
}

/** Those for disks. Each node tells of a shared one, at its own time: it is full where one says so, and active where one can use it. */
function storagesOf({ storages }: ClusterSnapshot): readonly StorageStanding[] {
  const byKey = new Map<string, StorageStanding>()
  for (const { node, name, shared, active, content, totalBytes, usedBytes } of storages) {
    if (!content.includes('images')) continue
    const key = shared ? name : `${node}/${name}`
    const other = byKey.get(key)
    byKey.set(key, {
      storage: name,
      node: shared ? undefined : node,
      isActive: active || other?.isActive === true,
      sizeBytes: Math.max(totalBytes, other?.sizeBytes ?? 0),
      usedBytes: Math.max(usedBytes, other?.usedBytes ?? 0),
    })
  }
  return [...byKey.values()]
}
