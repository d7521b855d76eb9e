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
  readonly name: string
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
 * No VM counts twice: a reservation stands in for its guest, and what a guest already uses is measured, not promised.
 * Templates don't count.
 */
export function roomOf(snapshot: ClusterSnapshot, reservations: readonly Reservation[]): readonly Room[] {
  const reserved = new Map(reservations.map((promise) => [promise.vmid, promise]))
  const guests = new Map(snapshot.guests.map((guest) => [guest.vmid, guest]))
  const promises = [
    ...[...reserved.values()].map((promise) => {
      const guest = guests.get(promise.vmid)
      return { node: guest?.node ?? promise.node, ...outstanding(promise, guest) }
    }),
    ...snapshot.guests
      .filter((guest) => !reserved.has(guest.vmid) && isPromised(guest))
      .map((guest) => ({ node: guest.node, ...outstanding(guest, guest) })),
  ]
  return snapshot.nodes.map((node) => {
    const here = promises.filter((promise) => promise.node === node.name)
    return {
      node,
      freeMemoryBytes: node.memoryBytes - node.memoryUsedBytes - sum(here.map(({ memoryBytes }) => memoryBytes)),
      freeCores: node.cores * (1 - node.cpuLoad) - sum(here.map(({ cores }) => cores)),
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

/** True once a guest's memory and CPU are in its node's own figures, so that nothing of it needs to be promised. */
export const showsInFigures = ({ status, uptimeSeconds }: GuestSeen): boolean =>
  holdsMemory(status) && uptimeSeconds >= STATISTICS_LAG_SECONDS

const isPromised = (guest: GuestSeen): boolean =>
  !guest.template && (holdsMemory(guest.status) || guest.tags.includes(OWNER_TAG))

/** The part of a demand that is not in the node's figures yet. */
function outstanding({ memoryBytes, cores }: Demand, guest: GuestSeen | undefined): Demand {
  if (guest === undefined || !holdsMemory(guest.status)) return { memoryBytes, cores }
  if (showsInFigures(guest)) return { memoryBytes: 0, cores: 0 }
  return { memoryBytes: Math.max(0, memoryBytes - guest.memoryUsedBytes), cores }
}

/** A paused VM's QEMU keeps its memory. */
const holdsMemory = (status: GuestSeen['status']): boolean => status === 'running' || status === 'paused'
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
