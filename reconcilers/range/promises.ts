import type { Reservation } from '../placement/capacity.ts'

/** What ranges have been promised, or are being given just now, and does not show in the snapshot yet. */
export interface Promises {
  /** Range number -> range id. */
  readonly numbers: ReadonlyMap<number, string>
  readonly vms: readonly Reservation[]
  /** VMID -> node of the VMs that are worked on just now: their place is not decided again. */
  readonly underWay: ReadonlyMap<number, string>
}

/** Nothing has been promised to anybody. */
export const NO_PROMISES: Promises = { numbers: new Map(), vms: [], underWay: new Map() }
