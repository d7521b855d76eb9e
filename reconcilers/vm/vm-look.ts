import type { MachineRead, Machines, PoolRead, Pools } from '../../model/machine-ports.ts'
import { Outdated, type Permit, provided } from '../../model/permit.ts'

/** A VM and its place in its range's pool, as both were just read. */
export interface VmLook {
  /** Undefined when Proxmox said that there is no such VM on that node. */
  readonly read: MachineRead | undefined
  /** Whether the range's pool has it. */
  readonly inPool: boolean
  /** The pool itself; undefined when there is none. */
  readonly pool: PoolRead | undefined
  /** When it was read, by a steady clock in milliseconds. */
  readonly at: number
}

/** What a VM is looked at with. */
export interface VmSight {
  readonly machines: Pick<Machines, 'read'>
  readonly pools: Pick<Pools, 'read'>
  /** A steady clock, in milliseconds. */
  readonly now: () => number
}

/** Which VM it is, and in whose pool it should be. */
export interface VmPlace {
  readonly node: string
  readonly vmid: number
  readonly rangeId: string
}

/** Within so many milliseconds a look counts as made right before a write. */
export const FRESH_MS = 500

/** Looks at the VM and its pool. Throws what Proxmox refuses: then nothing is known. */
export async function lookAtMachine(
  { machines, pools, now }: VmSight,
  { node, vmid, rangeId }: VmPlace,
  signal: AbortSignal,
): Promise<VmLook> {
  const pool = await pools.read(rangeId, signal)
  signal.throwIfAborted()
  const at = now()
  // Last, as most of what makes it somebody else's shows there.
  const read = await machines.read(node, vmid, signal)
  return { read, inPool: pool?.guests.includes(vmid) === true, pool, at }
}

/**
 * The permit for one write that this look led to. Where the write had to wait since, for its turn on a node or as it was refused
 * for want of a lock, the VM is looked at once more: of one that is not just as it was the write is `Outdated`.
 */
export function asSeen(look: VmLook, sight: VmSight, place: VmPlace, permit: Permit): Permit {
  let isUsed = false
  const stillSo = async (): Promise<void> => {
    const isFresh = !isUsed && sight.now() - look.at <= FRESH_MS
    isUsed = true
    if (isFresh) return
    if (printOf(await lookAtMachine(sight, place, permit.signal)) !== printOf(look))
      throw new Outdated(`VM ${place.vmid} on ${place.node} is not as it was a moment ago`)
  }
  return provided(stillSo, permit)
}

/** All of a look that a write depends on. The digest stands for the configuration, tags, lock and protection included. */
const printOf = ({ read, inPool }: VmLook): string =>
  JSON.stringify([
    inPool,
    read && [read.digest, read.name, read.running, read.paused, read.template, read.lock, read.tags],
  ])
