import { NAT_VNET, vnetName } from '../model/identity.ts'
import type { Finding } from '../model/condition.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { RangePlan, VmPlan } from '../model/plan.ts'
import type { RangeSpec } from '../model/range-spec.ts'
import { machinesOf } from '../model/range-spec.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { type Reservation, type Room, roomAfter, roomOf } from './placement/capacity.ts'
import { rangeNumberOf } from './range-number.ts'
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
  if (!clusterMode) return refused('NetworkReady', 'SingleNode', singleNodeMessage)
  if (!snapshot.quorate) {
    return refused(
      'NetworkReady',
      'NoQuorum',
      'cluster: it has no quorum, so Proxmox takes no changes; bring nodes back, then this goes on by itself',
    )
  }
  const zone = checkZone(snapshot, settings.zone)
  if (zone.kind === 'unusable') return { kind: 'refused', part: 'ZoneReady', finding: zone.finding }

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
  let rooms: readonly Room[] = roomOf(snapshot, promises.vms)
  const plans: VmPlan[] = []
  for (const vm of machinesOf(spec)) {
    const plan = planVm(vm, { id: spec.id, targetNode: spec.targetNode, number }, rooms, snapshot, unreached, settings)
    if (plan.step.kind === 'create')
      rooms = roomAfter(rooms, plan.step.node, { memoryBytes: vm.memoryMiB * 1024 ** 2, cores: vm.cpus })
    plans.push(plan)
  }
  return plans
}

/** What a plan promises to its range, for the other ranges planned while it is carried out. */
export const reservationsOf = (plan: RangePlan): readonly Reservation[] =>
  plan.vms.flatMap(({ spec, vmid, step }) =>
    step.kind === 'create' || step.kind === 'continue'
      ? [{ vmid, node: step.node, memoryBytes: spec.memoryMiB * 1024 ** 2, cores: spec.cpus }]
      : [],
  )

const singleNodeMessage =
  'cluster: Proxmox reports one node, and bridges on a single node are not supported yet; use a cluster, or set cluster_mode: true on one with an SDN zone'
const refused = (part: 'ZoneReady' | 'NetworkReady', reason: string, message: string): PlanResult => ({
  kind: 'refused',
  part,
  finding: { reason, message },
})
