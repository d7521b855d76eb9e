import type { RangePlan } from '../model/plan.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import type { Reservation } from '../reconcilers/placement/capacity.ts'
import { type Promises, reservationsOf } from '../reconcilers/plan-range.ts'

/**
 * What has been promised to ranges and does not show in Proxmox yet: numbers and memory. It only spares two ranges
 * from claiming the same; losing it (a restart) loses nothing, since what was begun shows in the next snapshot.
 */
export class Reservations {
  readonly #byRange = new Map<string, Promise_>()

  /** The promises made to all ranges but one, less those that the snapshot shows by now. */
  othersThan(rangeId: string, snapshot: ClusterSnapshot): Promises {
    this.#forgetVisible(snapshot)
    const others = [...this.#byRange].filter(([id]) => id !== rangeId)
    return {
      numbers: new Map(others.map(([id, { number }]) => [number, id])),
      vms: others.flatMap(([, { vms }]) => vms),
    }
  }

  /** Promises a range what its plan asks for, in place of what it was promised before. */
  reserve(plan: RangePlan): void {
    this.#byRange.set(plan.rangeId, { number: plan.number, vms: reservationsOf(plan), underWay: true })
  }

  /** The range's pass has ended. Its promises last until the snapshot shows what became of them. */
  release(rangeId: string): void {
    const promise = this.#byRange.get(rangeId)
    if (promise !== undefined) this.#byRange.set(rangeId, { ...promise, underWay: false })
  }

  /** A guest's memory shows once its node has pushed statistics; one that is not there at all needs none. */
  #forgetVisible({ guests }: ClusterSnapshot): void {
    const blind = new Set(guests.filter(({ memoryBytes }) => memoryBytes === 0).map(({ vmid }) => vmid))
    for (const [rangeId, promise] of this.#byRange) {
      if (promise.underWay) continue
      const vms = promise.vms.filter(({ vmid }) => blind.has(vmid))
      if (vms.length === 0) this.#byRange.delete(rangeId)
      else this.#byRange.set(rangeId, { ...promise, vms })
    }
  }
}

interface Promise_ {
  readonly number: number
  readonly vms: readonly Reservation[]
  readonly underWay: boolean
}
