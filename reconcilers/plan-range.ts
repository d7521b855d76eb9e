import { NAT_VNET, vmidOf, vnetName } from '../model/identity.ts'
import type { Finding } from '../model/condition.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { RangePlan, VmPlan } from '../model/plan.ts'
import type { RangeSpec, VmSpec } from '../model/range-spec.ts'
import { machinesOf } from '../model/range-spec.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { type Demand, type Reservation, type Room, roomAfter, roomOf } from './placement/capacity.ts'
import { rangeNumberOf } from './range-number.ts'
import { findGuest, indexGuests } from './vm/find-guest.ts'
import { planVm } from './vm/plan-vm.ts'
import { planVnets, vnetWantsOf } from './vnet/plan-vnets.ts'
import { checkZone } from './zone/check-zone.ts'

/** What other ranges have been promised in this turn, and does not show in the snapshot yet. */
export interface Promises {
  /** Range number -> range id. */
  readonly numbers: ReadonlyMap<number, string>
  readonly vms: readonly Reservation[]
}

export type PlanResult =
  | { readonly kind: 'planned'; readonly plan: RangePlan }
  /** Nothing can be planned before this is mended. */
  | { readonly kind: 'refused'; readonly part: 'ZoneReady' | 'NetworkReady'; readonly finding: Finding }

/**
 * The changes that turn the snapshot into what a range file asks for. Pure: same input, same plan, whatever the order
 * of nodes. Planning an achieved snapshot gives a plan without actions.
 */
export function planRange(
  spec: RangeSpec,
  snapshot: ClusterSnapshot,
  promises: Promises,
  settings: PlanSettings,
): PlanResult {
  const clusterMode = settings.clusterMode ?? snapshot.nodes.length > 1
  if (!clusterMode) return refused('ZoneReady', 'SingleNode', singleNodeMessage)
  const zone = checkZone(snapshot, settings.zone)
  if (zone.kind === 'unusable') return { kind: 'refused', part: 'ZoneReady', finding: zone.finding }
  if (!snapshot.quorate) {
    return refused(
      'NetworkReady',
      'NoQuorum',
      'cluster: it has no quorum, so Proxmox takes no changes; bring nodes back, then this goes on by itself',
    )
  }

  const numbered = rangeNumberOf(spec.id, spec.number, snapshot, promises.numbers, settings)
  if ('finding' in numbered) return { kind: 'refused', part: 'NetworkReady', finding: numbered.finding }
  const { number } = numbered

  const vnets = vnetWantsOf(spec.id, number, spec.number !== undefined, settings)
  const { actions: networkActions, findings } = planVnets(vnets, snapshot)
  const networkFinding = findings.get(vnetName(number)) ?? findings.get(NAT_VNET.name)
  if (networkFinding !== undefined) return { kind: 'refused', part: 'NetworkReady', finding: networkFinding }

  const plan: RangePlan = {
    rangeId: spec.id,
    number,
    pool: { exists: snapshot.pools.includes(spec.id) },
    vnets,
    networkActions,
    networkBusy: snapshot.runningTasks.some(({ type }) => type === 'reloadnetworkall' || type === 'srvreload'),
    vms: planVms(spec, number, snapshot, promises, zone.unreached, settings),
    notes: [...zone.unreached].map(([node, why]) => `node ${node} ${why}: no VM of a range is placed there`),
  }
  return { kind: 'planned', plan }
}

function planVms(
  spec: RangeSpec,
  number: number,
  snapshot: ClusterSnapshot,
  promises: Promises,
  unreached: ReadonlyMap<string, string>,
  settings: PlanSettings,
): readonly VmPlan[] {
  const machines = machinesOf(spec)
  const spelled = new Set(machines.map((vm) => vmidOf(number, vm.address, settings.vmidBase)))
  const guests = indexGuests(spec.id, spelled, snapshot)
  const range = { id: spec.id, targetNode: spec.targetNode, number, guests, promised: promises.vms }
  const existing = machines.flatMap((vm): Reservation[] => {
    const found = findGuest(vm.name, vmidOf(number, vm.address, settings.vmidBase), guests)
    return found.kind === 'guest' ? [reservationOf(vm, found.guest.vmid, found.guest.node)] : []
  })
  // Its own VMs take what the file says as soon as they are cloned, whatever the snapshot tells of them by then.
  let rooms: readonly Room[] = roomOf(snapshot, [...promises.vms, ...existing])
  const plans: VmPlan[] = []
  for (const vm of machines) {
    const plan = planVm(vm, range, rooms, snapshot, unreached, settings)
    if (plan.step.kind === 'create') rooms = roomAfter(rooms, plan.step.node, demandOf(vm))
    plans.push(plan)
  }
  return plans
}

/** What a plan promises to its range, for the other ranges planned while it is carried out. */
export const reservationsOf = (plan: RangePlan): readonly Reservation[] =>
  plan.vms.flatMap(({ spec, vmid, step }) => {
    const begun = step.kind === 'create' || step.kind === 'continue' || step.kind === 'wait'
    return begun && step.node !== undefined ? [reservationOf(spec, vmid, step.node)] : []
  })

const demandOf = (vm: VmSpec): Demand => ({ memoryBytes: vm.memoryMiB * 1024 ** 2, cores: vm.cpus })
const reservationOf = (vm: VmSpec, vmid: number, node: string): Reservation => ({
  vmid,
  name: vm.name,
  node,
  ...demandOf(vm),
})

const singleNodeMessage =
  'cluster: it is taken for a single node, whose bridges are not supported yet; use a cluster of several nodes, or set cluster_mode: true where there is an SDN zone'
const refused = (part: 'ZoneReady' | 'NetworkReady', reason: string, message: string): PlanResult => ({
  kind: 'refused',
  part,
  finding: { reason, message },
})
