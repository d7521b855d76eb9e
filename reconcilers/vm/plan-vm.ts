import type { Finding } from '../../model/condition.ts'
import type { VmPlan, VmStep } from '../../model/plan/vm-plan.ts'
import type { Power, VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import type { Reservation } from '../placement/capacity.ts'
import type { Request } from '../placement/node-filters.ts'
import type { Placed } from '../placement/place-requests.ts'
import { whySilent } from '../silent-node.ts'
import { mayBeCloning } from './clone-running.ts'
import { type Found, findGuest } from './find-guest.ts'
import { powerOfNew } from './first-start.ts'
import { isAboutToJoin, isMoving, planCloning } from './plan-cloning-vm.ts'
import { planExisting, STAYS } from './plan-existing-vm.ts'
import type { PlannedRange, UnderWay } from './planned-range.ts'

/** What is known of a VM before any VM is placed. */
export type VmLook = { readonly kind: 'known'; readonly plan: VmPlan } | { readonly kind: 'absent' }

/**
 * What one VM of a range needs, as far as it exists or is in somebody's way. An existing VM stays on its node, whatever
 * the file or the load says; only an absent one is placed.
 */
export function lookAtVm(vm: VmSpec, vmid: number, range: PlannedRange, snapshot: ClusterSnapshot): VmLook {
  const known = (plan: VmPlan): VmLook => ({ kind: 'known', plan })
  const own = range.underWay.filter(({ rangeId }) => rangeId === range.id)
  const found = findGuest(vm, vmid, range.guests)
  switch (found.kind) {
    case 'conflict': {
      const holder = range.guests.index.byVmid.get(vmid)
      return known(
        holder !== undefined && isAboutToJoin(holder, vm.name, own, snapshot)
          ? planCloning(vm, vmid, holder, range, snapshot)
          : blocked(vm, vmid, found.finding),
      )
    }
    case 'unclear':
      return known(planUnclear(vm, vmid, found, snapshot))
    case 'leftover':
      return known(planLeftover(vm, vmid, found.guest, range.repair, snapshot))
    case 'guest':
      return known(
        found.guest.lock === 'clone' || isMoving(found.guest, own)
          ? planCloning(vm, vmid, found.guest, range, snapshot)
          : planExisting(vm, vmid, found.guest, range, snapshot),
      )
    case 'absent': {
      const node = own.find((work) => work.vmid === vmid)?.node
      // Its clone has been asked for, or is about to be, and does not show yet.
      if (node !== undefined)
        return known({
          spec: vm,
          vmid,
          isSpelled: true,
          step: { kind: 'wait', at: node },
          phase: 'cloning',
          message: STAYS,
        })
      const namesake = own.find(({ name }) => name === vm.name)
      if (namesake !== undefined) return known(planAfter(vm, vmid, namesake))
      if (range.hidden !== undefined) return known(blocked(vm, vmid, range.hidden))
      const promised = range.promised.find(({ name }) => name === vm.name)
      return promised === undefined ? { kind: 'absent' } : known(blocked(vm, vmid, namePromised(vm, promised)))
    }
  }
}

/** Its file gives it another address while its clone is still under way under the VMID of the one before: no twin is made. */
const planAfter = (spec: VmSpec, vmid: number, before: UnderWay): VmPlan => ({
  spec,
  vmid,
  isSpelled: true,
  step: { kind: 'wait', at: undefined },
  phase: 'unknown',
  message: `VM ${before.vmid} of that name is still worked on at ${before.node}; it goes on when that has ended`,
})

/** The plan of an absent VM once it has been placed, or was refused. */
export function planOfPlaced(
  { vm, vmid }: Pick<Request, 'vm' | 'vmid'>,
  placed: Placed | undefined,
  power: Power,
): VmPlan {
  if (placed === undefined) throw new Error(`vm ${vm.name} was not placed`)
  if (placed.kind === 'refused') return blocked(vm, vmid, placed.finding)
  const step: VmStep = { kind: 'create', to: placed.node, template: placed.template, power: powerOfNew(power) }
  return { spec: vm, vmid, isSpelled: true, step, phase: 'absent', message: placed.reason }
}

/** Where a VM that was looked at exists: on one node, or on none. */
export const existingNodeOf = ({ step }: VmPlan): readonly string[] =>
  step.kind === 'create' || step.at === undefined ? [] : [step.at]

/** It is told soon, unless the node that would tell is offline. */
function planUnclear(
  spec: VmSpec,
  vmid: number,
  { guest, message }: Extract<Found, { kind: 'unclear' }>,
  snapshot: ClusterSnapshot,
): VmPlan {
  const step: VmStep =
    whySilent(guest.node, snapshot) !== undefined
      ? { kind: 'blocked', finding: { reason: 'NodeOffline', message: `vm ${spec.name}: ${message}` }, at: undefined }
      : { kind: 'wait', at: undefined }
  return { spec, vmid, isSpelled: true, step, phase: 'unknown', message }
}

/** What it is shows only in its configuration, which is read when the plan is carried out. */
function planLeftover(
  spec: VmSpec,
  vmid: number,
  guest: GuestSeen,
  repair: boolean,
  snapshot: ClusterSnapshot,
): VmPlan {
  const { node } = guest
  const message = `VM ${vmid} on ${node}, in no pool and without a name, is in its place`
  const silent = whySilent(node, snapshot)
  if (silent !== undefined)
    return blocked(spec, vmid, {
      reason: 'NodeOffline',
      message: `vm ${spec.name}: ${message}, and its node ${silent}, then this goes on by itself`,
    })
  const step: VmStep = mayBeCloning(guest, snapshot)
    ? { kind: 'wait', at: node }
    : { kind: 'leftover', at: node, repair }
  return { spec, vmid, isSpelled: true, step, phase: 'blocked', message }
}

const namePromised = ({ name }: VmSpec, { vmid, rangeId }: Reservation): Finding => ({
  reason: 'NameTaken',
  message: `vm ${name}: range ${rangeId} is just creating VM ${vmid} under that name; rename one of them`,
})

const blocked = (spec: VmSpec, vmid: number, finding: Finding): VmPlan => ({
  spec,
  vmid,
  isSpelled: true,
  step: { kind: 'blocked', finding, at: undefined },
  phase: 'blocked',
  message: finding.message,
})
