import { namesIn, type RangeSpec } from './range-spec.ts'

/** Why a range goes, and which VMs may go with it. */
export interface RemovalOrder {
  readonly rangeId: string
  /** Part of a sentence, such as `its file says state: absent`. */
  readonly why: string
  readonly scope: RemovalScope
}

/** What of a range's pool is the range's. Whatever else is in the pool stops the removal before anything is touched. */
export type RemovalScope =
  /** VMs of these names. */
  | { readonly kind: 'named'; readonly names: readonly string[] }
  /** Exactly these, as a person has seen them. */
  | { readonly kind: 'listed'; readonly vms: readonly ListedVm[] }

/** A VM as a person was shown it before it was allowed to go. */
export interface ListedVm {
  readonly vmid: number
  readonly name: string
}

/** What a file that says `state: absent` allows: to remove the VMs that it names. One it names no more was not told to go. */
export const orderOfFile = (spec: RangeSpec): RemovalOrder => ({
  rangeId: spec.id,
  why: 'its file says state: absent',
  scope: { kind: 'named', names: namesIn(spec) },
})
