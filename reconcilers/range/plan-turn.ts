import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { Ground } from './ground.ts'
import { type Capacity, capacityOf, type Promised, promisedIn, type Reservation } from '../placement/capacity.ts'
import { compareNames } from '../placement/compare-names.ts'
import { type Placements, placeRequests } from '../placement/place-requests.ts'
import { completePlan, type Outline, outlineRange, type PlanResult } from './plan-range.ts'
import type { Promises } from './promises.ts'
import { withSettledRouter } from './settled-router.ts'

/** What came of planning one range of a turn. */
export type TurnResult =
  | PlanResult
  /** Planning threw, which is a bug: for whoever asked for the plan, and the log. */
  | { readonly kind: 'broken'; readonly error: unknown }

/** The plans of all ranges of a turn. */
export interface TurnPlan {
  readonly results: ReadonlyMap<RangeSpec, TurnResult>
  /** How the VMs were placed; undefined when that broke, and each range was placed alone. */
  readonly joint: Joint | undefined
  /** What placing them together threw, which is a bug, for the log. */
  readonly jointError?: unknown
}

/** The result, for whoever a bug in planning stops as well. Throws what planning threw. */
export function unbroken(result: TurnResult): PlanResult {
  if (result.kind === 'broken') throw result.error
  return result
}

/** What all VMs of a turn were placed in. */
export interface Joint {
  readonly ground: Ground
  readonly outlines: readonly Outline[]
  readonly promised: readonly Promised[]
  readonly reservations: readonly Reservation[]
  readonly before: Capacity
  readonly placements: Placements
}

/**
 * Plans ranges together, in order of their ids, so that no two are promised the same number, name or memory. Pure: same
 * input, same plans, whatever the order of ranges or nodes. A range that can't even be planned, which would be a bug,
 * keeps no other from its plan.
 *
 * @param promises what was promised before, to these ranges as well as to others
 * @param watch the VM whose decision is to be told in `joint.placements.watched`
 */
export function planTurn(
  specs: readonly RangeSpec[],
  ground: Ground,
  promises: Promises,
  watch?: { readonly rangeId: string; readonly vm: string },
): TurnPlan {
  const settled = new Map(specs.map((spec) => [spec, settledOf(spec, ground, promises)]))
  const turn = planSettled([...settled.values()], ground, promises, watch)
  const resultOf = (spec: RangeSpec): [RangeSpec, TurnResult][] => {
    const result = turn.results.get(settled.get(spec) ?? spec)
    return result === undefined ? [] : [[spec, result]]
  }
  return { ...turn, results: new Map(specs.flatMap(resultOf)) }
}

/** What breaks here breaks again where it keeps no other range from its plan. */
function settledOf(spec: RangeSpec, { snapshot }: Ground, { underWay }: Promises): RangeSpec {
  try {
    return withSettledRouter(spec, snapshot, underWay)
  } catch {
    return spec
  }
}

function planSettled(
  specs: readonly RangeSpec[],
  ground: Ground,
  promises: Promises,
  watch: { readonly rangeId: string; readonly vm: string } | undefined,
): TurnPlan {
  const { outlines, results } = outlineAll(specs, promises, ground)
  try {
    const joint = placeTogether(outlines, promises, ground, watch)
    for (const outline of outlines) results.set(outline.spec, completePlan(outline, joint.placements, ground))
    return { results, joint }
  } catch (error) {
    placeOneByOne(outlines, promises, ground, results)
    return { results, joint: undefined, jointError: error }
  }
}

function outlineAll(
  specs: readonly RangeSpec[],
  promises: Promises,
  ground: Ground,
): { readonly outlines: readonly Outline[]; readonly results: Map<RangeSpec, TurnResult> } {
  const results = new Map<RangeSpec, TurnResult>()
  const outlines: Outline[] = []
  const numbers = new Map(promises.numbers)
  const names = new NameBook(promises.vms)
  for (const spec of [...specs].sort((a, b) => compareNames(a.id, b.id))) {
    try {
      const own = [...numbers].find(([, id]) => id === spec.id)
      if (own !== undefined) numbers.delete(own[0])
      const outlined = outlineRange(spec, { ...promises, numbers, vms: names.othersThan(spec) }, ground)
      if (outlined.kind === 'refused') {
        if (own !== undefined) numbers.set(own[0], own[1])
        results.set(spec, outlined)
        continue
      }
      outlines.push(outlined.outline)
      numbers.set(outlined.outline.planned.number, spec.id)
      names.add(outlined.outline)
    } catch (error) {
      results.set(spec, { kind: 'broken', error })
    }
  }
  return { outlines, results }
}

function placeTogether(
  outlines: readonly Outline[],
  promises: Promises,
  ground: Ground,
  watch: { readonly rangeId: string; readonly vm: string } | undefined,
): Joint {
  const { snapshot, site, settings } = ground
  const reservations = reservationsBefore(outlines, promises, snapshot)
  const promised = promisedIn(snapshot, reservations)
  const before = capacityOf(snapshot, promised)
  const groups = outlines.map(({ group }) => group)
  const watched =
    watch &&
    groups
      .find(({ rangeId }) => rangeId === watch.rangeId)
      ?.requests.find(({ vm }) => [vm.name, ...vm.otherNames].includes(watch.vm))
  const placements = placeRequests(groups, before, site, settings, watched)
  return { ground, outlines, promised, reservations, before, placements }
}

/** One range's fault must not be another's: without the look over all of them. */
function placeOneByOne(
  outlines: readonly Outline[],
  promises: Promises,
  ground: Ground,
  results: Map<RangeSpec, TurnResult>,
): void {
  let reservations = reservationsBefore(outlines, promises, ground.snapshot)
  for (const outline of outlines) {
    try {
      const capacity = capacityOf(ground.snapshot, promisedIn(ground.snapshot, reservations))
      const result = completePlan(
        outline,
        placeRequests([outline.group], capacity, ground.site, ground.settings),
        ground,
      )
      if (result.kind === 'planned') reservations = [...reservations, ...result.reservations]
      results.set(outline.spec, result)
    } catch (error) {
      results.set(outline.spec, { kind: 'broken', error })
    }
  }
}

/**
 * What was promised before, and the existing VMs of these ranges with what their files say. A range that is planned
 * anew gives back what it was promised for VMs that do not exist.
 */
function reservationsBefore(
  outlines: readonly Outline[],
  { vms, underWay }: Promises,
  { guests }: ClusterSnapshot,
): readonly Reservation[] {
  const planned = new Set(outlines.map(({ spec }) => spec.id))
  const exist = new Set(guests.map(({ vmid }) => vmid))
  const workedOn = new Map(underWay.map(({ vmid, node }) => [vmid, node]))
  const kept = vms
    .filter(({ rangeId, vmid }) => !planned.has(rangeId) || exist.has(vmid))
    .map((promise) => ({ ...promise, arriving: workedOn.get(promise.vmid) === promise.node }))
  return [...kept, ...outlines.flatMap(({ existing }) => existing)]
}

/** The names that ranges have been promised, so that no two create a VM of one name. */
class NameBook {
  readonly #byName = new Map<string, Reservation[]>()

  constructor(vms: readonly Reservation[]) {
    for (const vm of vms) this.#add(vm)
  }

  add({ group: { rangeId, requests } }: Outline): void {
    for (const { vm, vmid, demand } of requests) this.#add({ vmid, rangeId, name: vm.name, node: '', ...demand })
  }

  othersThan({ id, router, vms }: RangeSpec): readonly Reservation[] {
    return [router, ...vms].flatMap(({ name }) =>
      (this.#byName.get(name) ?? []).filter(({ rangeId }) => rangeId !== id),
    )
  }

  #add(vm: Reservation): void {
    this.#byName.set(vm.name, [...(this.#byName.get(vm.name) ?? []), vm])
  }
}
