import type { RangePlan } from '../../model/plan/range-plan.ts'
import { nodeOf, type VmPlan } from '../../model/plan/vm-plan.ts'
import { machinesOf, type RangeSpec, type VmSpec } from '../../model/range-spec.ts'
import type { Ground } from './ground.ts'
import type { Reservation } from '../placement/capacity.ts'
import { demandOf } from '../placement/demand.ts'
import type { Request } from '../placement/node-filters.ts'
import type { Placed, Placements, RequestGroup } from '../placement/place-requests.ts'
import type { Promises } from './promises.ts'
import { bindWishes, type BoundWishes, NO_WISHES } from '../placement/wishes.ts'
import { hiddenMembersOf, machinesHidden, orHidden } from '../not-visible.ts'
import { assignVmids } from '../vm/assign-vmids.ts'
import { guestsOfRange } from '../vm/find-guest.ts'
import { holdOn } from '../hold-on.ts'
import { heldWithoutNat } from '../vm/nat-lacking.ts'
import { existingNodeOf, lookAtVm, planOfPlaced } from '../vm/plan-vm.ts'
import { otherCaseOf } from './other-case.ts'
import { planBridgeNetwork } from './plan-bridge-network.ts'
import { planVnetNetwork, type PlannedNetwork, type RefusedNetwork } from './plan-vnet-network.ts'
import { unnamedVms } from './unnamed-vms.ts'

export type PlanResult =
  | {
      readonly kind: 'planned'
      readonly plan: RangePlan
      /** What the plan promises to its range, for the other ranges planned while it is carried out. */
      readonly reservations: readonly Reservation[]
    }
  | RefusedNetwork

type NetworkPlanned = Extract<PlannedNetwork, { kind: 'planned' }>

/** A range's plan but for the nodes of the VMs that do not exist yet. */
export interface Outline {
  readonly spec: RangeSpec
  /** What is placed of it: on a single node no wishes. */
  readonly placed: RangeSpec
  readonly planned: NetworkPlanned
  readonly poolExists: boolean
  /** By VM, of those that have any. */
  readonly wishes: ReadonlyMap<string, BoundWishes>
  /** In the order of the machines: what is known, or asks for a node. */
  readonly vms: readonly (VmPlan | Request)[]
  readonly group: RequestGroup
  /** Its existing VMs, with what the file says: they take that as soon as they are configured. */
  readonly existing: readonly Reservation[]
}

/** All of a range's plan that does not depend on where other ranges' VMs are placed. */
export function outlineRange(
  spec: RangeSpec,
  promises: Promises,
  ground: Ground,
): { readonly kind: 'outlined'; readonly outline: Outline } | Extract<PlanResult, { kind: 'refused' }> {
  const { snapshot, mode } = ground
  if (typeof mode === 'object') return { kind: 'refused', part: 'NetworkReady', finding: mode, zoneFindings: [] }
  const held = holdOn(spec.id, ground.held, snapshot.guests)
  if (held !== undefined) return { kind: 'refused', part: 'NetworkReady', finding: held, zoneFindings: [] }
  const hidden = machinesHidden(spec.id, snapshot)
  if (hidden !== undefined) return { kind: 'refused', part: 'NetworkReady', finding: hidden, zoneFindings: [] }
  const taken = otherCaseOf(spec.id, snapshot)
  if (taken !== undefined)
    return { kind: 'refused', part: 'NetworkReady', finding: taken, zoneFindings: ground.zone.findings }
  const planNetwork = mode === 'bridges' ? planBridgeNetwork : planVnetNetwork
  const planned = planNetwork(spec, ground, promises.numbers)
  if (planned.kind === 'refused') return planned
  const placed = planned.onlyNode === undefined ? spec : withoutWishes(spec)
  const vms = outlineVms(placed, planned, promises, ground)
  return { kind: 'outlined', outline: { spec, placed, planned, poolExists: snapshot.pools.includes(spec.id), ...vms } }
}

function outlineVms(
  spec: RangeSpec,
  planned: NetworkPlanned,
  promises: Promises,
  ground: Ground,
): Pick<Outline, 'vms' | 'group' | 'existing' | 'wishes'> {
  const { settings, snapshot } = ground
  const machines = assignVmids(spec.id, machinesOf(spec), planned.number, settings.vmidBase, ground.guests)
  const guests = guestsOfRange(spec.id, new Set(machines.map(({ vmid }) => vmid)), ground.guests)
  const range = {
    id: spec.id,
    targetNode: spec.targetNode,
    power: spec.power,
    repair: settings.repairClones,
    guests,
    hidden: hiddenMembersOf(spec.id, snapshot),
    promised: promises.vms,
    underWay: promises.underWay,
  }
  const wishes = bindWishes(spec)
  const looks = machines.map(({ vm, vmid }) => ({ vm, vmid, look: lookAtVm(vm, vmid, range, snapshot) }))
  const vms = looks.map(({ vm, vmid, look }): VmPlan | Request =>
    look.kind === 'known'
      ? heldWithoutNat(look.plan, planned.withoutNat)
      : requestIn({ placed: spec, planned, wishes }, vm, vmid, ground),
  )
  const plans = vms.flatMap((each) => ('step' in each ? [each] : []))
  return {
    vms,
    wishes,
    group: {
      rangeId: spec.id,
      requests: vms.flatMap((each) => ('step' in each ? [] : [each])),
      whereabouts: {
        nodeOf: new Map(plans.flatMap((plan) => existingNodeOf(plan).map((node) => [plan.spec.name, node] as const))),
        unknown: new Set(
          plans.flatMap(({ spec: { name }, step }) => (step.kind === 'wait' && step.at === undefined ? [name] : [])),
        ),
      },
    },
    existing: plans.flatMap((plan) =>
      placesOf(plan).map((node) => ({
        vmid: plan.vmid,
        rangeId: spec.id,
        name: plan.spec.name,
        node,
        arriving: plan.phase === 'cloning',
        ...demandIn(ground, plan.spec),
      })),
    ),
  }
}

/** Where a VM that exists counts: on its node, or, while it is being cloned nobody knows whereto, on each. */
const placesOf = (plan: VmPlan): readonly (string | undefined)[] =>
  plan.phase === 'cloning' && plan.step.kind === 'wait' ? [plan.step.at] : existingNodeOf(plan)

/** What a VM of a range would ask for if it did not exist. */
export const requestIn = (
  { placed, planned, wishes }: Pick<Outline, 'placed' | 'planned' | 'wishes'>,
  vm: VmSpec,
  vmid: number,
  ground: Ground,
): Request => ({
  rangeId: placed.id,
  vm,
  vmid,
  rangeTargetNode: placed.targetNode,
  demand: demandIn(ground, vm),
  wishes: wishes.get(vm.name) ?? NO_WISHES,
  unreached: vm.role === 'router' ? withAlso(planned.unreached, planned.withoutNat) : planned.unreached,
  avoided: ground.avoided,
  defaultNode: planned.onlyNode ?? ground.settings.defaultNode,
})

const withAlso = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  other.size === 0 ? one : new Map([...one, ...other])

const demandIn = ({ site, settings }: Ground, vm: VmSpec) => demandOf(vm, site.templateBytes(vm.template), settings)

/** The plan of a range whose VMs have been given their nodes. */
export function completePlan(
  outline: Outline,
  { byRequest }: Pick<Placements, 'byRequest'>,
  ground: Ground,
): PlanResult {
  const { spec, poolExists } = outline
  const { number, network, unreached, withoutNat, zoneFindings, grant, notes } = outline.planned
  const vms = outline.vms.map((each) =>
    'step' in each ? each : planOfPlaced(each, placedOrHidden(each, byRequest.get(each), ground), spec.power),
  )
  const unnamed = unnamedVms(spec.id, new Set(vms.map(({ vmid }) => vmid)), ground.snapshot)
  const plan: RangePlan = {
    rangeId: spec.id,
    number,
    pool: { exists: poolExists },
    network,
    grant,
    vms,
    zoneFindings,
    ...(unnamed.length === 0 ? {} : { unnamed }),
    notes: [
      ...notes,
      ...unnamed,
      ...[...unreached].map(([node, why]) => `node ${node} ${why}: no VM of a range is placed there`),
      ...[...withoutNat].map(([node, why]) => `node ${node} ${why}: no router is placed there`),
    ],
  }
  const reservations = vms.flatMap(({ spec: vm, vmid, step, phase }): readonly Reservation[] => {
    const begun = step.kind === 'create' || step.kind === 'continue' || step.kind === 'wait'
    // One that is off takes what its file says once it is started, of which the cluster shows no minimum.
    const isOff = step.kind === 'none' && phase === 'stopped'
    const node = nodeOf(step)
    return (begun || isOff) && (node !== undefined || phase === 'cloning')
      ? [{ vmid, rangeId: spec.id, name: vm.name, node, ...demandIn(ground, vm) }]
      : []
  })
  return { kind: 'planned', plan, reservations }
}

/** A template or storage that a VM has no node for, and that no list has, may be there and not be shown. */
function placedOrHidden({ vm, demand }: Request, placed: Placed | undefined, { snapshot }: Ground): Placed | undefined {
  if (placed?.kind !== 'refused') return placed
  const subject = `vm ${vm.name}`
  const templates = snapshot.templates.filter(({ name }) => name === vm.template)
  if (templates.length === 0)
    return {
      ...placed,
      finding: orHidden(placed.finding, { what: 'guests', called: `template ${vm.template}`, subject }, snapshot),
    }
  const needed = [demand.disk?.storage ?? [], ...templates.map(({ storages }) => storages)].flat()
  const hidden = needed.find((storage) => snapshot.storages.every(({ name }) => name !== storage))
  if (hidden === undefined) return placed
  const missing = { what: 'storages', called: `storage ${hidden}`, subject } as const
  return { ...placed, finding: orHidden(placed.finding, missing, snapshot) }
}

/** The range without its wishes for nodes: where there is one node, there is nothing to choose. */
const withoutWishes = (spec: RangeSpec): RangeSpec => ({
  ...spec,
  targetNode: undefined,
  router: { ...spec.router, targetNode: undefined, wishes: [] },
  vms: spec.vms.map((vm) => ({ ...vm, targetNode: undefined, wishes: [] })),
})
