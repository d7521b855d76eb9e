import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Drift, Power } from '../../model/range-spec.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { RangeNetworks } from '../../reconcilers/vm/config-patch.ts'

/** What a VM's status tells from now on. */
export interface VmNews extends Pick<VmStatus, 'trouble' | 'reason' | 'remark'> {
  readonly phase: VmPhase
}

/** Why a VM must not be started on a node, such as that it lacks the range's networks, in words that follow the node's name. */
export interface StartGate {
  /** By what is known just now; undefined: nothing is in the way. */
  closedNow(node: string): string | undefined
  /** As soon as it is known: networks may be being made just now. */
  closed(node: string): Promise<string | undefined>
}

/** What a pass over a range hands to one of its VMs. */
export type VmAssignment = KeepAssignment | RemoveAssignment

/** A VM that is to be as its range file says: the plan, and all that carrying it out depends on. */
export interface KeepAssignment {
  readonly kind: 'keep'
  readonly rangeId: string
  readonly plan: VmPlan
  readonly power: Power
  readonly drift: Drift
  readonly networks: RangeNetworks
  /** VMIDs of all VMs of the range's plan. */
  readonly planned: ReadonlySet<number>
  /** This pass makes its VNets anew, under VMs that may be running. */
  readonly isRemade: boolean
  /** Where full clones go. */
  readonly fullClone: { readonly storage: string; readonly format: string }
  readonly startGate: StartGate
  /** Asked right before each write. Throws `Withdrawn` when the range file, or an order, wants something else by now. */
  readonly check: () => Promise<void>
  /** Told that a start found no bridge of the range's networks on a node, although they are applied. */
  readonly onBridgeMissing: (node: string, bridge: string) => void
  /** Told of each news for the VM's status. */
  readonly tell: (news: VmNews) => void
}

/** A VM that is to go with its range. */
export interface RemoveAssignment {
  readonly kind: 'remove'
  readonly order: RemovalOrder
  readonly vmid: number
  readonly name: string | undefined
  readonly node: string
  /** Asked right before each write. Throws `Withdrawn` when the range is not to go any more, or not like this. */
  readonly check: () => Promise<void>
  /** Told of each news for the VM's status. */
  readonly tell: (news: VmNews) => void
  /** Told when the VM is no more. */
  readonly onGone: () => void
}

export const vmidOf = (assignment: VmAssignment): number =>
  assignment.kind === 'keep' ? assignment.plan.vmid : assignment.vmid

/** Stands for what is wanted of the VM, whatever was planned for it: while that is the same, work on it goes on. */
export function wishOf(assignment: VmAssignment): string {
  if (assignment.kind === 'remove') {
    const { kind, order, vmid, name, node } = assignment
    return JSON.stringify([kind, order, vmid, name, node])
  }
  const { kind, rangeId, plan, power, drift, networks, fullClone } = assignment
  return JSON.stringify([kind, rangeId, plan.spec, plan.vmid, power, drift, networks, fullClone])
}
