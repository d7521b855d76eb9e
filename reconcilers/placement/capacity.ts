import { isConfiguredFor } from '../../model/identity.ts'
import type { ClusterSnapshot, GuestSeen, NodeSeen, StorageSeen } from '../../model/snapshot.ts'
import { compareNames } from './compare-names.ts'
import type { Demand } from './demand.ts'

/** A VM that has been given a node but may not show in the snapshot yet. */
export interface Reservation extends Demand {
  readonly vmid: number
  readonly rangeId: string
  readonly name: string
  /** Undefined while it is not known, and then it counts on every node. */
  readonly node: string | undefined
  /** It is worked on there just now: where its configuration is seen until it has got there is where its template is. */
  readonly arriving?: boolean
}

/** What is left on a node after everything that is promised there. */
export interface Room {
  readonly node: NodeSeen
  readonly freeMemoryBytes: number
  /** Idle cores, by load and promises; may be negative, since cores can be overcommitted. */
  readonly freeCores: number
}

/** What is left in a cluster. */
export interface Capacity {
  /** In order of the nodes' names. */
  readonly rooms: readonly Room[]
  /** Free bytes by `spaceKey`. */
  readonly space: ReadonlyMap<string, number>
  /** The load that a core of a VM is expected to cause until it is measured, 0..1. */
  readonly loadPerCore: number
}

/** Something that is promised and does not show in its node's figures yet. */
export interface Promised extends Demand {
  readonly vmid: number
  /** Undefined when Proxmox doesn't tell it yet. */
  readonly name: string | undefined
  /** Undefined: on one of them, so it counts on each. */
  readonly node: string | undefined
  readonly why: 'promised' | 'not running' | 'just started'
}

/** Load figures are pushed every 10 s: a VM younger than this hardly shows in its node's figures. */
const STATISTICS_LAG_SECONDS = 10
/** What a core of an idle guest takes, for a cluster in which nothing runs that could be measured. */
const IDLE_LOAD = 0.03

/**
 * What is left in a cluster: what Proxmox measures as free, less what is promised.
 *
 * A promised VM's memory counts in full, since it will be in use. Its cores are shared with others: they count with the
 * load that the cores of running guests cause on average, so that ranges that arrive at once are placed like ranges that
 * arrive one after the other.
 */
export function capacityOf(snapshot: ClusterSnapshot, promised: readonly Promised[]): Capacity {
  const loadPerCore = loadPerCoreOf(snapshot)
  const taken = new Map(snapshot.nodes.map(({ name }) => [name, { memoryBytes: 0, cores: 0 }]))
  for (const { node, memoryBytes, cores } of promised)
    for (const here of node === undefined ? taken.values() : [taken.get(node)]) {
      if (here === undefined) continue
      here.memoryBytes += memoryBytes
      here.cores += cores
    }
  const rooms = [...snapshot.nodes]
    .sort((a, b) => compareNames(a.name, b.name))
    .map((node): Room => {
      const { memoryBytes = 0, cores = 0 } = taken.get(node.name) ?? {}
      return {
        node,
        freeMemoryBytes: node.memoryBytes - node.memoryUsedBytes - memoryBytes,
        freeCores: node.cores * (1 - node.cpuLoad) - cores * loadPerCore,
      }
    })
  return { rooms, space: spaceOf(snapshot.storages, promised), loadPerCore }
}

/** What is promised on a node and does not show in its figures yet, in bytes. What goes to a node that is not known counts on each. */
export const promisedOn = (promised: readonly Promised[], node: string): number =>
  promised
    .filter((each) => each.node === undefined || each.node === node)
    .reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)

/**
 * What is promised and not in the figures yet: reservations, VMs of ours that are configured and not running, and VMs
 * started within the statistics' lag. No VM counts twice: a reservation stands in for its guest, and what a guest
 * already uses is measured, not promised. What is being cloned to another node is shown on its template's until the clone has
 * ended and a moment longer, and counts where it goes. Templates don't count. In order of VMIDs.
 */
export function promisedIn(snapshot: ClusterSnapshot, reservations: readonly Reservation[]): readonly Promised[] {
  const reserved = new Map(reservations.map((promise) => [promise.vmid, promise]))
  const guests = new Map(snapshot.guests.map((guest) => [guest.vmid, guest]))
  const promised = [...reserved.values()].flatMap((promise) => {
    const guest = guests.get(promise.vmid)
    return outstanding(promise, guest, {
      vmid: promise.vmid,
      name: promise.name,
      node: guest === undefined || guest.lock === 'clone' || promise.arriving === true ? promise.node : guest.node,
    })
  })
  const unreserved = snapshot.guests
    .filter((guest) => !reserved.has(guest.vmid) && isPromised(guest))
    .flatMap((guest) => outstanding({ ...guest, disk: undefined }, guest, guest))
  return [...promised, ...unreserved].sort((a, b) => a.vmid - b.vmid)
}

/** What is left after a further VM has been given its node. */
export function capacityAfter(
  { rooms, space, loadPerCore }: Capacity,
  nodeName: string,
  { memoryBytes, cores, disk }: Demand,
): Capacity {
  const after = rooms.map((room) =>
    room.node.name === nodeName
      ? {
          node: room.node,
          freeMemoryBytes: room.freeMemoryBytes - memoryBytes,
          freeCores: room.freeCores - cores * loadPerCore,
        }
      : room,
  )
  if (disk === undefined) return { rooms: after, space, loadPerCore }
  const key = spaceKey(disk.storage, nodeName, space)
  const less = new Map(space).set(key, (space.get(key) ?? 0) - disk.bytes)
  return { rooms: after, space: less, loadPerCore }
}

/** Free bytes of a storage as a node sees it, after what is promised; undefined when the node has no such storage. */
export const freeSpace = ({ space }: Pick<Capacity, 'space'>, storage: string, node: string): number | undefined =>
  space.get(spaceKey(storage, node, space))

/** True once a guest's memory and CPU are in its node's own figures, so that nothing of it needs to be promised. */
export const showsInFigures = ({ status, uptimeSeconds }: GuestSeen): boolean =>
  holdsMemory(status) && uptimeSeconds >= STATISTICS_LAG_SECONDS

/** A copy that a person keeps has the tags as well, and is in no range's pool. */
const isPromised = ({ template, status, pool, tags }: GuestSeen): boolean =>
  !template && (holdsMemory(status) || (pool !== undefined && isConfiguredFor(pool, tags)))

/** The part of a demand that is not in the figures yet, if any. */
function outstanding(
  { memoryBytes, cores, disk }: Demand,
  guest: GuestSeen | undefined,
  { vmid, name, node }: Pick<Promised, 'vmid' | 'name' | 'node'>,
): readonly Promised[] {
  const promised = { vmid, name, node, memoryBytes, cores }
  if (guest === undefined) return [{ ...promised, disk, why: 'promised' }]
  // While it is cloned its disk grows; afterwards the storage's own figures have it.
  const growing = guest.lock === 'clone' ? disk : undefined
  if (!holdsMemory(guest.status)) return [{ ...promised, disk: growing, why: 'not running' }]
  if (showsInFigures(guest)) return []
  const missing = Math.max(0, memoryBytes - guest.memoryUsedBytes)
  return [{ ...promised, memoryBytes: missing, disk: growing, why: 'just started' }]
}

/** The load of all online nodes, spread over the cores of all running guests. */
function loadPerCoreOf({ nodes, guests }: ClusterSnapshot): number {
  let busy = 0
  for (const { online, cores, cpuLoad } of nodes) if (online) busy += cores * cpuLoad
  let running = 0
  for (const { status, cores } of guests) if (status === 'running') running += cores
  return running === 0 ? IDLE_LOAD : Math.min(1, busy / running)
}

/** A shared storage is one for all nodes, known by its name alone; a local one is each node's own. */
const SHARED = '*'
const spaceKey = (storage: string, node: string, space: ReadonlyMap<string, number>): string =>
  space.has(`${SHARED}/${storage}`) ? `${SHARED}/${storage}` : `${node}/${storage}`

function spaceOf(storages: readonly StorageSeen[], promised: readonly Promised[]): ReadonlyMap<string, number> {
  const space = new Map<string, number>()
  for (const { name, node, shared, active, totalBytes, usedBytes } of storages) {
    if (!active) continue
    const key = `${shared ? SHARED : node}/${name}`
    // Nodes tell of a shared storage at different times.
    space.set(key, Math.min(space.get(key) ?? Infinity, totalBytes - usedBytes))
  }
  for (const { disk, node } of promised) {
    if (disk === undefined) continue
    const nodes = node === undefined ? new Set(storages.map((each) => each.node)) : [node]
    for (const key of new Set([...nodes].map((each) => spaceKey(disk.storage, each, space)))) {
      const free = space.get(key)
      if (free !== undefined) space.set(key, free - disk.bytes)
    }
  }
  return space
}

/** A paused VM's QEMU keeps its memory. */
const holdsMemory = (status: GuestSeen['status']): boolean => status === 'running' || status === 'paused'
