/** Which VMs are worked on just now, and at which node. In memory only: all work ends with the controller. */
export class VmsUnderWay {
  /** By VMID. */
  readonly #work = new Map<number, { readonly rangeId: string; readonly node: string }>()

  /** Work on a VM begins, and lasts until the returned function is called. */
  begin(rangeId: string, vmid: number, node: string): () => void {
    const work = { rangeId, node }
    this.#work.set(vmid, work)
    return () => {
      if (this.#work.get(vmid) === work) this.#work.delete(vmid)
    }
  }

  has(vmid: number): boolean {
    return this.#work.has(vmid)
  }

  /** VMID -> where it is worked on. */
  nodes(): ReadonlyMap<number, string> {
    return new Map([...this.#work].map(([vmid, { node }]) => [vmid, node]))
  }

  /** Ids of the ranges of which a VM is worked on. */
  ranges(): ReadonlySet<string> {
    return new Set([...this.#work.values()].map(({ rangeId }) => rangeId))
  }
}
