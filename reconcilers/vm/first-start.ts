import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Power } from '../../model/range-spec.ts'

/** True of a VM that is yet to be made, or to be configured for the first time. */
export const isNew = ({ step, phase }: VmPlan): boolean =>
  step.kind === 'create' || (step.kind === 'continue' && phase === 'configuring')

/**
 * The plan in which new VMs still get their first start. Nothing in Proxmox tells a VM that was never started from one that
 * somebody stopped, so after a restart of Lanista in between `keep` leaves it off.
 *
 * @param due VMIDs of VMs that were made and not started yet
 */
export const withFirstStarts = (plan: RangePlan, power: Power, due: ReadonlySet<number>): RangePlan =>
  power === 'keep' ? { ...plan, vms: plan.vms.map((vm) => (due.has(vm.vmid) ? started(vm) : vm)) } : plan

const started = (vm: VmPlan): VmPlan =>
  vm.step.kind === 'none' && vm.phase === 'stopped'
    ? { ...vm, step: { kind: 'continue', node: vm.step.node, power: 'on' }, phase: 'starting' }
    : vm
