import type { VmPlan, VmStep } from '../../model/plan/vm-plan.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import { nodeRemedy } from '../placement/decide.ts'
import { whySilent } from '../silent-node.ts'
import { powerOfNew } from './first-start.ts'
import { type Marked, marksLacking, marksOf } from './marks.ts'
import type { PlannedRange } from './planned-range.ts'
import { lockRemedy } from '../vm-lock.ts'

/** What a VM needs that has been cloned, on the node that it is on, whatever the file or the load says. */
export function planExisting(
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
      if (guest.status === 'paused') return blockedBy('VmPaused', pausedMessage(vm.name, guest))
      if (guest.lock !== undefined) return blockedBy('VmLocked', lockedMessage(vm.name, guest.lock, guest))
      return plan({ kind: 'shutdown', at: node, marked: marks === 'configured' }, 'stopping', stays)
    }
    return plan({ kind: 'none', at: node }, 'running', guest.status === 'paused' ? `${stays}, paused` : stays)
  }
  if (guest.status === 'stopped' && !fresh && range.power !== 'on')
    return plan({ kind: 'none', at: node }, 'stopped', stays)
  if (guest.lock !== undefined) return blockedBy('VmLocked', lockedMessage(vm.name, guest.lock, guest))
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
export const lockedMessage = (
  name: string,
  lock: string,
  guest: { readonly vmid: number; readonly node: string },
): string => `vm ${name}: Proxmox holds it locked (${lock}); ${lockRemedy(lock, guest)}`

/** A person paused it for a reason; a shutdown would wait for a guest that stands still. */
export const pausedMessage = (name: string, { vmid, node }: { readonly vmid: number; readonly node: string }): string =>
  `vm ${name}: it is paused, so it is left alone although power is off; resume it and it is shut down (qm resume ${vmid} on ${node}), or stop it: qm stop ${vmid}`

/** A running VM is never configured behind its user's back, and one on the wrong network is not passed off as fine. */
export function unconfiguredMessage(name: string, seen: Marked, rangeId: string): string {
  const { finding, remedy } = marksLacking(seen, rangeId)
  return `vm ${name}: it runs and ${finding}, so its configuration may never have been written; stop it and it is configured, or, if it is as it should be, ${remedy}`
}
