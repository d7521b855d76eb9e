import { type Condition, condition, type Finding, NOT_READ } from '../../model/condition.ts'
import { machinesOf, type Power, type RangeSpec } from '../../model/range-spec.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { RangeLeft } from '../../reconcilers/removal/range-left.ts'
import { machinesCondition, machinesFinding } from './range-conditions.ts'

/** What is there of a range for which nothing is planned, as a look has just shown it. */
export interface RangeFacts {
  readonly number: number | undefined
  readonly vms: readonly VmStatus[]
  readonly network: Condition
  readonly machines: Condition
}

/** What is asked for of a range's VMs, as far as anybody knows. */
export type Asked =
  /** These, as the range's file last asked. */
  | { readonly kind: 'these'; readonly vms: readonly VmStatus[]; readonly power: Power }
  /** Nobody knows; what was told before may still say what one of them is. */
  | { readonly kind: 'unknown'; readonly vms: readonly VmStatus[] }

/** What a file asks for of its VMs. @param told of them before */
export const askedBy = (spec: RangeSpec, told: readonly VmStatus[]): Asked => ({
  kind: 'these',
  vms: machinesOf(spec).map(
    ({ name, otherNames, role }) =>
      told.find((vm) => vm.name === name || otherNames.includes(vm.name)) ?? { ...NOT_SEEN, name, role },
  ),
  power: spec.power,
})

const NOT_SEEN: Omit<VmStatus, 'name' | 'role'> = {
  vmid: undefined,
  node: undefined,
  address: undefined,
  phase: 'unknown',
  why: '',
  trouble: undefined,
  remark: undefined,
}

/** What a look showed. */
export interface Sight {
  readonly left: RangeLeft
  /** Why more may be there; undefined when that is all. */
  readonly unsure: Finding | undefined
  /** VMID -> whether it runs, by its own node's word, where the cluster's list may lag; undefined when its node did not tell. */
  readonly byNode: ReadonlyMap<number, VmPhase>
}

/** @param reason why nothing is planned, the word of what is not known for that */
export function factsSeen(
  asked: Asked,
  { left, unsure, byNode }: Sight,
  reason: string,
  isWorkedOn: boolean,
): RangeFacts {
  const guests = left.guests.filter(({ kind, template }) => kind === 'qemu' && !template)
  const seen = guests.map((guest) => ({ ...guest, phase: byNode.get(guest.vmid) ?? phaseOf(guest) }))
  const vms =
    asked.kind === 'these'
      ? asked.vms.map((vm) => statusOf(vm, seen, unsure, isWorkedOn))
      : seen.map((guest) => statusOfGuest(guest, asked.vms))
  const { networks, number } = left
  const what = networks.length === 0 ? 'no network with its mark is there' : `${networks.join(', ')}: there`
  return {
    number,
    vms,
    network: unknown('NetworkReady', reason, `${what}; whether that is as it should be is not looked at meanwhile`),
    machines: machinesSeen(asked, vms, unsure, reason),
  }
}

function machinesSeen(asked: Asked, vms: readonly VmStatus[], unsure: Finding | undefined, reason: string): Condition {
  // Those that are seen are known, whatever else may be there.
  const isKnown = asked.kind === 'these' && vms.every(({ phase }) => phase !== 'unknown')
  if (unsure !== undefined && !isKnown) return condition('MachinesReady', unsure, '')
  if (asked.kind === 'these') return machinesCondition(machinesFinding(vms, asked.power), asked.power)
  const running = vms.filter(({ phase }) => phase === 'running').length
  const message = `${vms.length} ${vms.length === 1 ? 'VM is' : 'VMs are'} there, ${running} of them running; which are asked for is not known`
  return unknown('MachinesReady', reason, message)
}

/** Nothing of the cluster could be seen. */
export const factsUnread = ({ vms }: Asked, number: number | undefined, message: string): RangeFacts => ({
  number,
  vms: vms.map(unlooked),
  network: unknown('NetworkReady', NOT_READ, message),
  machines: unknown('MachinesReady', NOT_READ, message),
})

/**
 * What was told of a VM that nobody has looked at since. What is being done to one is known from whoever does it; of one that has
 * failed nobody knows whether it still does, nor whether it is tried again when that was said.
 */
export const unlooked = (vm: VmStatus): VmStatus => {
  if (isOnItsWay(vm)) return vm
  return { ...vm, phase: vm.phase === 'absent' ? 'absent' : 'unknown', trouble: undefined }
}

/** It was worked on when last told of. */
const isOnItsWay = ({ phase, trouble }: VmStatus): boolean => ON_THEIR_WAY.has(phase) && trouble === undefined

const unknown = (type: 'NetworkReady' | 'MachinesReady', reason: string, message: string): Condition => ({
  type,
  status: 'Unknown',
  reason,
  message,
})

type GuestInPhase = GuestSeen & { readonly phase: VmPhase }

function statusOf(
  vm: VmStatus,
  seen: readonly GuestInPhase[],
  unsure: Finding | undefined,
  isWorkedOn: boolean,
): VmStatus {
  const guest = seen.find(({ vmid }) => vmid === vm.vmid) ?? seen.find(({ name }) => name === vm.name)
  const news = { trouble: undefined, remark: undefined }
  if (guest !== undefined) {
    // Whoever works on it tells more of it.
    return isWorkedOn && isOnItsWay(vm)
      ? vm
      : { ...vm, ...news, vmid: guest.vmid, node: guest.node, phase: guest.phase }
  }
  if (unsure !== undefined) return { ...vm, ...news, phase: 'unknown' }
  // A clone comes into the pool at its end.
  if (isWorkedOn && isOnItsWay(vm)) return vm
  return { ...vm, ...news, node: undefined, phase: 'absent' }
}

const ON_THEIR_WAY: ReadonlySet<VmPhase> = new Set(['cloning', 'configuring', 'starting', 'stopping', 'deleting'])

function statusOfGuest({ vmid, name, node, phase }: GuestInPhase, told: readonly VmStatus[]): VmStatus {
  const before = told.find((vm) => vm.vmid === vmid)
  return {
    name: name ?? before?.name ?? `VM ${vmid}`,
    role: before?.role ?? 'vm',
    vmid,
    node,
    address: before?.address,
    phase,
    why: before?.why ?? '',
    trouble: undefined,
    remark: undefined,
  }
}

/** By the cluster's list. One that is paused neither runs nor is off. */
function phaseOf({ status, lock }: GuestSeen): VmPhase {
  if (lock === 'clone') return 'cloning'
  return status === 'running' || status === 'stopped' ? status : 'unknown'
}

/**
 * The VMs of which the cluster's list says something else than was told last: it lags by 10 s, so that only their own nodes
 * can tell which is right.
 */
export const contradicted = (told: readonly VmStatus[], guests: readonly GuestSeen[]): readonly GuestSeen[] =>
  guests.filter(({ vmid, status }) => {
    const phase = told.find((vm) => vm.vmid === vmid)?.phase
    return (phase === 'running' && status !== 'running') || (phase === 'stopped' && status !== 'stopped')
  })
