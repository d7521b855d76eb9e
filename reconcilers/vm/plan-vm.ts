import { OWNER_TAG, vmidOf } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { VmPlan, VmStep } from '../../model/plan.ts'
import type { RangeSpec, VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import type { VmPhase } from '../../model/vm-phase.ts'
import type { Room } from '../placement/capacity.ts'
import { placeVm } from '../placement/place-vm.ts'
import { findGuest } from './find-guest.ts'

/**
 * What one VM of a range needs. An existing VM stays on its node, whatever the file or the load says; only a VM that
 * does not exist is placed.
 */
export function planVm(
  vm: VmSpec,
  range: Pick<RangeSpec, 'id' | 'targetNode'> & { readonly number: number },
  rooms: readonly Room[],
  snapshot: ClusterSnapshot,
  unreached: ReadonlyMap<string, string>,
  settings: PlanSettings,
): VmPlan {
  const vmid = vmidOf(range.number, vm.address, settings.vmidBase)
  const found = findGuest(range.id, vm.name, vmid, snapshot)
  switch (found.kind) {
    case 'conflict':
      return blocked(vm, vmid, found.finding)
    case 'unclear':
      return { spec: vm, vmid, step: { kind: 'wait', node: undefined }, phase: 'unknown', message: found.message }
    case 'guest':
      return planExisting(vm, vmid, found.guest, range.targetNode, snapshot)
    case 'absent': {
      const placement = placeVm(vm, range.targetNode, rooms, snapshot, unreached, settings)
      if (placement.kind === 'refused') return blocked(vm, vmid, placement.finding)
      const step: VmStep = { kind: 'create', node: placement.node, template: placement.template }
      return { spec: vm, vmid, step, phase: 'absent', message: placement.reason }
    }
  }
}

function planExisting(
  vm: VmSpec,
  vmid: number,
  guest: GuestSeen,
  rangeTargetNode: string | undefined,
  snapshot: ClusterSnapshot,
): VmPlan {
  const { node } = guest
  const plan = (step: VmStep, phase: VmPhase, message: string): VmPlan => ({
    spec: vm,
    vmid: guest.vmid,
    step,
    phase,
    message,
  })
  const wanted = vm.targetNode ?? rangeTargetNode
  const stays =
    wanted === undefined || wanted === node
      ? 'exists here'
      : `exists here and is never moved, although target_node says ${wanted}`
  if (snapshot.nodes.some(({ name, online }) => name === node && !online)) {
    return plan({ kind: 'wait', node }, 'unknown', `node ${node} is offline; the VM is left where it is`)
  }
  if (guest.lock === 'clone') return plan({ kind: 'wait', node }, 'cloning', 'being cloned')
  if (guest.status === 'running' || guest.status === 'paused')
    return plan({ kind: 'none', node }, 'running', guest.status === 'paused' ? `${stays}, paused` : stays)
  if (guest.lock !== undefined)
    return plan({ kind: 'wait', node }, 'unknown', `locked by Proxmox (${guest.lock}); waiting`)
  const fresh = guest.vmid === vmid && !guest.tags.includes(OWNER_TAG)
  return plan({ kind: 'continue', node }, fresh ? 'configuring' : 'starting', stays)
}

const blocked = (
  spec: VmSpec,
  vmid: number,
  finding: { readonly reason: string; readonly message: string },
): VmPlan => ({
  spec,
  vmid,
  step: { kind: 'blocked', finding, node: undefined },
  phase: 'blocked',
  message: finding.message,
})
