import { addressOf, routerWanAddressOf } from '../../model/identity.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { VmStatus } from '../../model/range-status.ts'
import { STAYS } from '../../reconcilers/vm/plan-vm.ts'
import type { AuditFound } from './config-audit.ts'

/** A VM's status as planned. Why it was placed where it is stays told for as long as the controller remembers. */
export function vmStatusOf(
  { spec, vmid, step, phase, message }: VmPlan,
  number: number,
  before: VmStatus | undefined,
  audited: AuditFound,
): VmStatus {
  const troubled = step.kind === 'blocked'
  const same = before !== undefined && before.vmid === vmid && before.node === step.node
  return {
    name: spec.name,
    role: spec.role,
    vmid,
    node: step.node,
    // The router is on the NAT network; inside its range it has an address in each VLAN.
    address: spec.role === 'router' ? routerWanAddressOf(number) : addressOf(number, spec.address),
    phase,
    why: troubled || (same && message === STAYS) ? (before?.why ?? '') : message,
    ...(troubled ? { trouble: message, remark: undefined } : audited),
  }
}
