import { Outdated, type Permit, provided } from '../../model/permit.ts'
import type { PoolRead } from '../../model/machine-ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'
import { FRESH_MS, type VmLook, type VmSight } from './vm-look.ts'

/** A VM that is about to be cloned. */
export interface Newcomer {
  /** All by which it would be taken for that VM. */
  readonly names: readonly string[]
  readonly rangeId: string
  /** VMIDs of all VMs of the range's plan, itself among them: which of them has which name is known. */
  readonly planned: ReadonlySet<number>
}

/**
 * The permit for a clone: sent while no other guest of the range's pool has one of its names, as the guests' own nodes say. The
 * cluster's list tells a name up to 10 s late, and while the clone waits for its turn people go on: a VM that was renamed,
 * restored or put into the pool meanwhile is the VM that is asked for.
 *
 * @param look at the VM and its pool, which counts for a moment
 */
export function noNamesake(look: VmLook | undefined, sight: VmSight, newcomer: Newcomer, permit: Permit): Permit {
  const { names: own, rangeId, planned } = newcomer
  let seen = look
  const isAlone = async (): Promise<void> => {
    const isFresh = seen !== undefined && sight.now() - seen.at <= FRESH_MS
    const pool = isFresh ? seen?.pool : await sight.pools.read(rangeId, permit.signal)
    // When it is sent again, time has passed.
    seen = undefined
    const others = (pool?.guests ?? []).filter((vmid) => !planned.has(vmid))
    const names = await Promise.all(others.map((vmid) => nameOf(vmid, pool, sight, permit.signal)))
    const namesake = others.find((_, index) => own.includes(names[index] ?? ''))
    if (namesake !== undefined)
      throw new Outdated(`VM ${namesake} in pool ${rangeId} has that name by now, so it is not cloned; looking again`)
  }
  return provided(isAlone, permit)
}

/** Undefined as well of a guest that is none of a VM, and of one whose node is off, where nobody renames it. */
async function nameOf(
  vmid: number,
  pool: PoolRead | undefined,
  { machines }: VmSight,
  signal: AbortSignal,
): Promise<string | undefined> {
  const node = pool?.nodes.get(vmid)
  if (node === undefined) return undefined
  try {
    return (await machines.read(node, vmid, signal))?.name
  } catch (error) {
    if (isProxmoxError(error, 'node-unreachable')) return undefined
    throw error
  }
}
