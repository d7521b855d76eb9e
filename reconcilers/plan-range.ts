import { vmidOf } from '../model/identity.ts'
import type { NetworkMode } from '../model/network-mode.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { RangePlan, VmPlan } from '../model/plan.ts'
import type { RangeSpec, VmSpec } from '../model/range-spec.ts'
import { machinesOf } from '../model/range-spec.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { type Demand, type Reservation, type Room, roomAfter, roomOf } from './placement/capacity.ts'
import { planSingleNetwork } from './bridge/plan-single-network.ts'
import { findGuest, indexGuests } from './vm/find-guest.ts'
import { planVm } from './vm/plan-vm.ts'
import { planClusterNetwork, type RefusedNetwork } from './vnet/plan-cluster-network.ts'

/** What other ranges have been promised in this turn, and does not show in the snapshot yet. */
export interface Promises {
  /** Range number -> range id. */
  readonly numbers: ReadonlyMap<number, string>
  readonly vms: readonly Reservation[]
}

export type PlanResult = { readonly kind: 'planned'; readonly plan: RangePlan } | RefusedNetwork

/**
 * The changes that turn the snapshot into what a range file asks for. Pure: same input, same plan, whatever the order
 * of nodes. Planning an achieved snapshot gives a plan without actions.
 *
 * @param mode how ranges get their networks; decided once for all of them
 */
export function planRange(
  spec: RangeSpec,
  snapshot: ClusterSnapshot,
  promises: Promises,
  settings: PlanSettings,
  mode: NetworkMode,
): PlanResult {
  const planNetwork = mode === 'single' ? planSingleNetwork : planClusterNetwork
  const planned = planNetwork(spec, snapshot, promises.numbers, settings)
  if (planned.kind === 'refused') return planned
  const { number, network, unreached, zoneFindings, grant, onlyNode, notes } = planned
  const [placed, placing] =
    onlyNode === undefined ? [spec, settings] : [withoutTargets(spec), { ...settings, defaultNode: onlyNode }]
  const plan: RangePlan = {
    rangeId: spec.id,
    number,
    pool: { exists: snapshot.pools.includes(spec.id) },
    network,
    grant,
    vms: planVms(placed, number, snapshot, promises, unreached, placing),
    zoneFindings,
    notes: [...notes, ...[...unreached].map(([node, why]) => `node ${node} ${why}: no VM of a range is placed there`)],
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

/** The range without its wishes for nodes. */
const withoutTargets = (spec: RangeSpec): RangeSpec => ({
  ...spec,
  targetNode: undefined,
  router: { ...spec.router, targetNode: undefined },
  vms: spec.vms.map((vm) => ({ ...vm, targetNode: undefined })),
})
