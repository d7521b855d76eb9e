import { addressOf, routerWanAddressOf } from '../../model/identity.ts'
import { nodeOf, type VmPlan } from '../../model/plan/vm-plan.ts'
import type { VmStatus } from '../../model/range-status.ts'
import { STAYS } from '../../reconcilers/vm/plan-existing-vm.ts'
import type { VmNews } from './vm-assignment.ts'

/** A VM's status as planned. Why it was placed where it is stays told for as long as the controller remembers. */
export function vmStatusOf(
  { spec, vmid, step, message }: VmPlan,
  number: number,
  before: VmStatus | undefined,
  news: VmNews,
): VmStatus {
  const node = nodeOf(step)
  const same = before !== undefined && before.vmid === vmid && before.node === node
  const keepsReason = step.kind === 'blocked' || (same && message === STAYS)
  return {
    name: spec.name,
    role: spec.role,
    vmid,
    node,
    // The router is on the NAT network; inside its range it has an address in each VLAN.
    address: spec.role === 'router' ? routerWanAddressOf(number) : addressOf(number, spec.address),
    why: keepsReason ? (before?.why ?? '') : message,
    ...news,
  }
}
