import type { Finding } from '../../model/condition.ts'
import type { VmPlan, VmStep } from '../../model/plan/vm-plan.ts'
import type { Power, RangeSpec, VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { Reservation } from '../placement/capacity.ts'
import { nodeRemedy } from '../placement/decide.ts'
import type { Request } from '../placement/node-filters.ts'
import type { Placed } from '../placement/place-requests.ts'
import { whySilent } from '../silent-node.ts'
import { mayBeCloning } from './clone-running.ts'
import { type Found, findGuest, type RangeGuests } from './find-guest.ts'
import { powerOfNew } from './first-start.ts'
import { interrupted } from './interrupted-clone.ts'
import { type Marked, marksLacking, marksOf } from './marks.ts'

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

/** What is known of a VM before any VM is placed. */
export type VmLook = { readonly kind: 'known'; readonly plan: VmPlan } | { readonly kind: 'absent' }

/**
 * What one VM of a range needs, as far as it exists or is in somebody's way. An existing VM stays on its node, whatever
 * the file or the load says; only an absent one is placed.
 */
export function lookAtVm(vm: VmSpec, vmid: number, range: PlannedRange, snapshot: ClusterSnapshot): VmLook {
  const known = (plan: VmPlan): VmLook => ({ kind: 'known', plan })
  const own = range.underWay.filter(({ rangeId }) => rangeId === range.id)
  const found = findGuest(vm.name, vmid, range.guests)
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

/** Its clone is at an end, and its configuration on the way to the node where it was cloned to. */
const isMoving = ({ vmid, node }: GuestSeen, own: readonly UnderWay[]): boolean =>
  own.some((work) => work.vmid === vmid && work.node !== node)

/** Its clone is at an end but for the pool, which it is put into last. */
const isAboutToJoin = (guest: GuestSeen, name: string, own: readonly UnderWay[], snapshot: ClusterSnapshot): boolean =>
  guest.kind === 'qemu' &&
  !guest.template &&
  guest.pool === undefined &&
  guest.name === name &&
  (own.some(({ vmid }) => vmid === guest.vmid) || isOnlineAndCloning(guest, snapshot))

const isOnlineAndCloning = (guest: GuestSeen, snapshot: ClusterSnapshot): boolean =>
  whySilent(guest.node, snapshot) === undefined && snapshot.runningTasks.some(({ type }) => type === 'qmclone')

/**
 * Until its clone has ended a VM is shown on its template's node, wherever it goes. Who had it cloned knows; after a restart
 * nobody does, as no call tells the target of a clone under way.
 */
function planCloning(
  spec: VmSpec,
  vmid: number,
  guest: GuestSeen,
  range: PlannedRange,
  snapshot: ClusterSnapshot,
): VmPlan {
  const { node } = guest
  const isSpelled = guest.vmid === vmid
  if (whySilent(node, snapshot) !== undefined) return planExisting(spec, vmid, guest, range, snapshot)
  if (snapshot.interruptedClones?.has(guest.vmid) === true) {
    const finding = interrupted(spec.name, guest, range.repair)
    return {
      spec,
      vmid: guest.vmid,
      isSpelled,
      step: { kind: 'blocked', finding, at: node },
      phase: 'blocked',
      message: finding.message,
    }
  }
  const target = range.underWay.find((work) => work.rangeId === range.id && work.vmid === guest.vmid)?.node
  const at = target ?? (snapshot.nodes.length === 1 ? node : undefined)
  return { spec, vmid: guest.vmid, isSpelled, step: { kind: 'wait', at }, phase: 'cloning', message: 'being cloned' }
}

function planExisting(
  vm: VmSpec,
  vmid: number,
  guest: GuestSeen,
  range: PlannedRange,
  snapshot: ClusterSnapshot,
): VmPlan {
  const { node } = guest
  const plan = (step: VmStep, phase: VmPhase, message: string): VmPlan => ({
    spec: vm,
    vmid: guest.vmid,
    isSpelled: guest.vmid === vmid,
    step,
    phase,
    message,
  })
  const blockedBy = (reason: string, message: string): VmPlan =>
    plan({ kind: 'blocked', finding: { reason, message }, at: node }, 'unknown', message)
  const wanted = vm.targetNode ?? range.targetNode
  const stays =
    wanted === undefined || wanted === node
      ? STAYS
      : `exists here and is never moved, although target_node says ${wanted}${noNode(wanted, snapshot)}`
  const silent = whySilent(node, snapshot)
  if (silent !== undefined)
    return blockedBy(
      'NodeOffline',
      `vm ${vm.name}: the VM stays on its node ${node}, which ${silent}, then this goes on by itself`,
    )
  const marks = marksOf(guest, range.id, guest.vmid === vmid)
  const fresh = marks === 'unconfigured'
  if (guest.status === 'running' || guest.status === 'paused') {
    if (fresh) return blockedBy('VmUnconfigured', unconfiguredMessage(vm.name, guest, range.id))
    if (range.power === 'off') {
      if (guest.status === 'paused') return blockedBy('VmPaused', pausedMessage(vm.name))
      if (guest.lock !== undefined) return blockedBy('VmLocked', lockedMessage(vm.name, guest.lock))
      return plan({ kind: 'shutdown', at: node, marked: marks === 'configured' }, 'stopping', stays)
    }
    return plan({ kind: 'none', at: node }, 'running', guest.status === 'paused' ? `${stays}, paused` : stays)
  }
  if (guest.status === 'stopped' && !fresh && range.power !== 'on')
    return plan({ kind: 'none', at: node }, 'stopped', stays)
  if (guest.lock !== undefined) return blockedBy('VmLocked', lockedMessage(vm.name, guest.lock))
  if (fresh) return plan({ kind: 'continue', at: node, power: powerOfNew(range.power) }, 'configuring', stays)
  if (guest.status === 'unknown' && range.power === 'off')
    return plan({ kind: 'shutdown', at: node, marked: marks === 'configured' }, 'unknown', stays)
  const power = range.power === 'on' ? 'on' : 'off'
  return plan({ kind: 'continue', at: node, power }, guest.status === 'unknown' ? 'unknown' : 'starting', stays)
}

/** The plain reason why an existing VM is where it is. */
export const STAYS = 'exists here'

/** A misspelt `target_node` harms nothing while the VM exists; it would once the VM has to be made again. */
function noNode(wanted: string, { nodes }: ClusterSnapshot): string {
  const names = nodes.map(({ name }) => name)
  return names.includes(wanted) ? '' : `, which is not a node of this cluster; ${nodeRemedy(wanted, names)}`
}

/** For a VM that Proxmox holds a lock on, other than that of its cloning. */
export const lockedMessage = (name: string, lock: string): string =>
  `vm ${name}: Proxmox holds it locked (${lock}); when nothing works on it any more, a person can unlock it: qm unlock`

/** A person paused it for a reason; a shutdown would wait for a guest that stands still. */
export const pausedMessage = (name: string): string =>
  `vm ${name}: it is paused, so it is left alone although power is off; resume it and it is shut down, or stop it: qm stop`

/** A running VM is never configured behind its user's back, and one on the wrong network is not passed off as fine. */
export function unconfiguredMessage(name: string, seen: Marked, rangeId: string): string {
  const { finding, remedy } = marksLacking(seen, rangeId)
  return `vm ${name}: it runs and ${finding}, so its configuration may never have been written; stop it and it is configured, or, if it is as it should be, ${remedy}`
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
