import type { Finding } from '../../model/condition.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { Reservation } from '../placement/capacity.ts'
import type { RangeGuests } from './find-guest.ts'

/** A VM that is worked on just now. */
export interface UnderWay {
  readonly rangeId: string
  readonly vmid: number
  readonly name: string | undefined
  readonly node: string
}

/** What a VM's plan depends on, of its range. */
export type PlannedRange = Pick<RangeSpec, 'id' | 'targetNode' | 'power'> & {
  /** `lanista.repair` */
  readonly repair: boolean
  /** Where its VMs are looked for. */
  readonly guests: RangeGuests
  /** Why a VM that is not seen may be there all the same. */
  readonly hidden: Finding | undefined
  /** What other ranges have been promised. */
  readonly promised: readonly Reservation[]
  /** What is worked on just now, of whatever range. */
  readonly underWay: readonly UnderWay[]
}
