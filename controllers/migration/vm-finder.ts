/** Where VMs are just now: a move takes long, and VMs are migrated meanwhile. Undefined when there is none. */
export interface VmFinder {
  inPool(pool: string, vmid: number): Promise<string | undefined>
  /** VMID -> node, of all in a pool. */
  allIn(pool: string): Promise<ReadonlyMap<number, string>>
  /** Wherever it is: it may have been put into another pool since it was moved. */
  anywhere(pool: string, vmid: number): Promise<string | undefined>
}
