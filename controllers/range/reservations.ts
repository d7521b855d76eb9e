import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { type Reservation, showsInFigures } from '../../reconcilers/placement/capacity.ts'
import type { Promises } from '../../reconcilers/plan-range.ts'

/** What one range was promised. */
interface Promised {
  readonly number: number
  readonly vms: readonly Reservation[]
  /** Its pass has not ended yet. */
  readonly underWay: boolean
}

/**
 * What has been promised to ranges and does not show in Proxmox yet: numbers, names and memory. It only spares two
 * ranges from claiming the same; losing it (a restart) loses nothing, since what was begun shows in the next snapshot.
 */
export class Reservations {
  readonly #byRange = new Map<string, Promised>()

  /** The promises made to all ranges. */
  all(): Promises {
    return {
      numbers: new Map([...this.#byRange].map(([id, { number }]) => [number, id])),
      vms: [...this.#byRange.values()].flatMap(({ vms }) => vms),
    }
  }

  /** Promises a range what its plan asks for, in place of what it was promised before. */
  reserve(rangeId: string, number: number, vms: readonly Reservation[]): void {
    this.#byRange.set(rangeId, { number, vms, underWay: true })
  }

  /** The range's pass has ended. Its promises last until a snapshot shows what became of them. */
  release(rangeId: string): void {
    const promised = this.#byRange.get(rangeId)
    if (promised !== undefined) this.#byRange.set(rangeId, { ...promised, underWay: false })
  }

  /** Ranges whose pass has ended by now: only a snapshot begun after this shows all that it did. */
  ended(): ReadonlySet<string> {
    return new Set([...this.#byRange].filter(([, { underWay }]) => !underWay).map(([id]) => id))
  }

  /**
   * Forgets of the ranges that had ended before the snapshot was begun what it shows by itself: VNets with their
   * marks, VMs in their node's figures, and that there is no such VM. A VM not in the figures yet stays promised.
   */
  forgetShown({ guests }: ClusterSnapshot, ended: ReadonlySet<string>): void {
    const unseen = new Set(guests.filter((guest) => !showsInFigures(guest)).map(({ vmid }) => vmid))
    for (const rangeId of ended) {
      const promised = this.#byRange.get(rangeId)
      const vms = promised?.vms.filter(({ vmid }) => unseen.has(vmid)) ?? []
      if (promised === undefined || vms.length === 0) this.#byRange.delete(rangeId)
      else this.#byRange.set(rangeId, { ...promised, vms })
    }
  }
}
