import type { Pools } from '../../model/machine-ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/** Where VMs are just now: a move takes long, and VMs are migrated meanwhile. Undefined when there is none. */
export interface VmFinder {
  inPool(pool: string, vmid: number): Promise<string | undefined>
  /** VMID -> node, of all in a pool. */
  allIn(pool: string): Promise<ReadonlyMap<number, string>>
  /** Wherever it is: it may have been put into another pool since it was moved. */
  anywhere(pool: string, vmid: number): Promise<string | undefined>
}

/** What VMs are found with. */
interface FinderParts {
  readonly pools: Pick<Pools, 'read'>
  readonly look: () => Promise<Pick<ClusterSnapshot, 'guests'>>
  readonly signal: AbortSignal
}

/** Looks into the pool first, which costs least. */
export const vmFinder = ({ pools, look, signal }: FinderParts): VmFinder => {
  const inPool = async (pool: string, vmid: number): Promise<string | undefined> =>
    (await pools.read(pool, signal))?.nodes.get(vmid)
  return {
    inPool,
    allIn: async (pool) => (await pools.read(pool, signal))?.nodes ?? new Map(),
    anywhere: async (pool, vmid) =>
      (await inPool(pool, vmid)) ?? (await look()).guests.find((guest) => guest.vmid === vmid)?.node,
  }
}
