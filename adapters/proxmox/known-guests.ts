/** The VMIDs and pools that there have been, as far as anything has shown them: what is not shown any more may be hidden. */
export interface KnownGuests {
  saw(vmids: Iterable<number>, pools: Iterable<string>): void
  readonly vmids: ReadonlySet<number>
  readonly pools: ReadonlySet<string>
  /** Proxmox itself says that there is none of that VMID. */
  isGone(vmid: number): void
  /** Proxmox itself says that there is no such pool. */
  isPoolGone(pool: string): void
}

/** Of one life. What is deleted stays in it until somebody has asked for it by its VMID. */
export function createKnownGuests(): KnownGuests {
  const vmids = new Set<number>()
  const pools = new Set<string>()
  return {
    vmids,
    pools,
    saw(seen, seenPools) {
      for (const vmid of seen) vmids.add(vmid)
      for (const pool of seenPools) pools.add(pool)
    },
    isGone: (vmid) => vmids.delete(vmid),
    isPoolGone: (pool) => pools.delete(pool),
  }
}
