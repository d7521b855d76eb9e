import type { ZoneFinding } from '../zone-finding.ts'
import type { GrantAction } from './actions.ts'
import type { NetworkPlan } from './network-plan.ts'
import type { VmPlan } from './vm-plan.ts'

/** Everything one range needs, as a value: nothing has been done yet. */
export interface RangePlan {
  readonly rangeId: string
  readonly number: number
  readonly pool: { readonly exists: boolean }
  readonly network: NetworkPlan
  /** What a group lacks to use the range's network. */
  readonly grant: GrantAction | undefined
  readonly vms: readonly VmPlan[]
  /** What a person should mend of the SDN zone; none of it stops the range. */
  readonly zoneFindings: readonly ZoneFinding[]
  /** Remarks for people that stop nothing, such as nodes that the zone doesn't reach. */
  readonly notes: readonly string[]
  /** VMs of the range that its file does not name, in words with what to do; left out where there are none. */
  readonly unnamed?: readonly string[]
}
