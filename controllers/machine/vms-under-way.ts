import type { UnderWay } from '../../reconcilers/vm/planned-range.ts'

/** Which VMs are worked on just now, and at which node. In memory only: all work ends with the controller. */
export class VmsUnderWay {
  /** By VMID. */
  readonly #work = new Map<number, UnderWay>()

  /** Work on a VM begins, and lasts until the returned function is called. */
  begin(work: UnderWay): () => void {
    this.#work.set(work.vmid, work)
    return () => {
      if (this.#work.get(work.vmid) === work) this.#work.delete(work.vmid)
    }
  }

  has(vmid: number): boolean {
    return this.#work.has(vmid)
  }

  all(): readonly UnderWay[] {
    return [...this.#work.values()]
  }

  /** Ids of the ranges of which a VM is worked on. */
  ranges(): ReadonlySet<string> {
    return new Set(this.all().map(({ rangeId }) => rangeId))
  }
}
