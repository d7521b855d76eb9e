import type { UnderWay } from '../vm/planned-range.ts'
import type { Reservation } from '../placement/capacity.ts'

/** What ranges have been promised, or are being given just now, and does not show in the snapshot yet. */
export interface Promises {
  /** Range number -> range id. */
  readonly numbers: ReadonlyMap<number, string>
  readonly vms: readonly Reservation[]
  /** VMs that are worked on just now: their place is not decided again, and none of that name is made beside them. */
  readonly underWay: readonly UnderWay[]
}

/** Nothing has been promised to anybody. */
export const NO_PROMISES: Promises = { numbers: new Map(), vms: [], underWay: [] }
