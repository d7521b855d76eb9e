import { OWNER_TAG } from '../../model/identity.ts'
import type { ClusterSnapshot, GuestSeen, NodeSeen } from '../../model/snapshot.ts'

/** What a VM will take from its node. */
export interface Demand {
  readonly memoryBytes: number
  readonly cores: number
}

/** A VM that has been given a node but may not show in the snapshot yet. */
export interface Reservation extends Demand {
  readonly vmid: number
  readonly node: string
}

/** What is left on a node after everything that is promised there. */
export interface Room {
  readonly node: NodeSeen
  readonly freeMemoryBytes: number
  /** Idle cores, by load and promises; may be negative, since cores can be overcommitted. */
  readonly freeCores: number
}

/** Load figures are pushed every 10 s: a VM younger than this hardly shows in its node's figures. */
const STATISTICS_LAG_SECONDS = 10

/**
 * The room on each node: what Proxmox measures as free, less what is promised and not yet in its figures. Promised
 * are reservations, VMs of ours that are configured and not running, and VMs started within the statistics' lag.
 * No VM counts twice. Templates don't count.
 */
export function roomOf(snapshot: ClusterSnapshot, reservations: readonly Reservation[]): readonly Room[] {
  const running = new Set(
    snapshot.guests.filter((guest) => guest.status === 'running' && !isFresh(guest)).map(({ vmid }) => vmid),
  )
  const reserved = new Map(
    reservations.filter(({ vmid }) => !running.has(vmid)).map((promise) => [promise.vmid, promise]),
  )
  return snapshot.nodes.map((node) => {
    const promises: Demand[] = [...reserved.values()].filter((promise) => promise.node === node.name)
    for (const guest of snapshot.guests) {
      if (guest.node !== node.name || guest.template || reserved.has(guest.vmid)) continue
      const promise = promiseOf(guest)
      if (promise !== undefined) promises.push(promise)
    }
    return {
      node,
      freeMemoryBytes: node.memoryBytes - node.memoryUsedBytes - sum(promises.map(({ memoryBytes }) => memoryBytes)),
      freeCores: node.cores * (1 - node.cpuLoad) - sum(promises.map(({ cores }) => cores)),
    }
  })
}

/** The rooms after a further VM has been given its node. */
export const roomAfter = (rooms: readonly Room[], nodeName: string, demand: Demand): readonly Room[] =>
  rooms.map((room) =>
    room.node.name === nodeName
      ? {
          ...room,
          freeMemoryBytes: room.freeMemoryBytes - demand.memoryBytes,
          freeCores: room.freeCores - demand.cores,
        }
      : room,
  )

function promiseOf(guest: GuestSeen): Demand | undefined {
  if (guest.status === 'running') {
    return isFresh(guest)
      ? { memoryBytes: Math.max(0, guest.memoryBytes - guest.memoryUsedBytes), cores: guest.cores }
      : undefined
  }
  return guest.tags.includes(OWNER_TAG) ? { memoryBytes: guest.memoryBytes, cores: guest.cores } : undefined
}

const isFresh = ({ uptimeSeconds }: GuestSeen): boolean => uptimeSeconds < STATISTICS_LAG_SECONDS
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
