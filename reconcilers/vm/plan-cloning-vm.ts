import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { whySilent } from '../silent-node.ts'
import { interrupted } from './interrupted-clone.ts'
import { planExisting } from './plan-existing-vm.ts'
import type { PlannedRange, UnderWay } from './planned-range.ts'

/** Its clone is at an end, and its configuration on the way to the node where it was cloned to. */
export const isMoving = ({ vmid, node }: GuestSeen, own: readonly UnderWay[]): boolean =>
  own.some((work) => work.vmid === vmid && work.node !== node)

/** Its clone is at an end but for the pool, which it is put into last. */
export const isAboutToJoin = (
  guest: GuestSeen,
  name: string,
  own: readonly UnderWay[],
  snapshot: ClusterSnapshot,
): boolean =>
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
export function planCloning(
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
