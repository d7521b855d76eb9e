import { vmidOf } from '../../model/identity.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import type { GuestIndex } from './find-guest.ts'

/** Beyond every last octet, and apart from each other: up to two more VMs that had an address before. */
const DETOURS = [0, 300, 600] as const

/** A VM of a range with the VMID that it has, or is to get. */
export interface Assigned {
  readonly vm: VmSpec
  readonly vmid: number
}

/**
 * The VMIDs of a range's VMs: each spells its VM's address. Where another VM of the range's file has that one, since its address was
 * another when it was made, 300 more, or 600; the guest there is then found by that, as by the VMID that spells the address.
 */
export function assignVmids(
  rangeId: string,
  machines: readonly VmSpec[],
  number: number,
  vmidBase: number,
  { byVmid, byName }: GuestIndex,
): readonly Assigned[] {
  const names = new Set(machines.flatMap(({ name, otherNames }) => [name, ...otherNames]))
  const isAnothers = (guest: GuestSeen | undefined, vm: VmSpec): boolean =>
    guest?.name !== undefined &&
    guest.pool === rangeId &&
    names.has(guest.name) &&
    guest.name !== vm.name &&
    !vm.otherNames.includes(guest.name)
  return machines.map((vm) => {
    const spelled = vmidOf(number, vm.address, vmidBase)
    const exists = (byName.get(vm.name) ?? []).some(({ pool }) => pool === rangeId)
    // One that is there by name is found by that, whatever VMID it has.
    if (exists || !isAnothers(byVmid.get(spelled), vm)) return { vm, vmid: spelled }
    const free = DETOURS.map((by) => spelled + by).find((vmid) => !isAnothers(byVmid.get(vmid), vm))
    return { vm, vmid: free ?? spelled }
  })
}
