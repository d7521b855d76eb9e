import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { Power } from '../../model/range-spec.ts'

/** True of a VM that is yet to be made, or to be configured for the first time. */
export const isNew = ({ step, phase }: VmPlan): boolean =>
  step.kind === 'create' || (step.kind === 'continue' && phase === 'configuring')

/**
 * The plan in which a new VM still gets its first start. Nothing in Proxmox tells a VM that was never started from one that
 * somebody stopped, so after a restart of Lanista in between `keep` leaves it off.
 *
 * @param unstarted VMIDs of VMs that were made and not started yet
 */
export const withFirstStart = (vm: VmPlan, power: Power, unstarted: ReadonlySet<number>): VmPlan =>
  power === 'keep' && unstarted.has(vm.vmid) ? started(vm) : vm

const started = (vm: VmPlan): VmPlan =>
  vm.step.kind === 'none' && vm.phase === 'stopped'
    ? { ...vm, step: { kind: 'continue', at: vm.step.at, power: 'on' }, phase: 'starting' }
    : vm

/** The plan of a VM that counted as configured, is off, and turned out never to have been: it is treated as new. */
export const firstConfiguration = (vm: VmPlan, at: string, power: Power): VmPlan => ({
  ...vm,
  step: { kind: 'continue', at, power: powerOfNew(power) },
  phase: 'configuring',
})

/** A new VM is started under `keep` as well. */
export const powerOfNew = (power: Power): 'on' | 'off' => (power === 'off' ? 'off' : 'on')
