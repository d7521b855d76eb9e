import type { CountedPromise, ExplainedNode, Explanation } from '../../model/explanation.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { VmPlan } from '../../model/plan/vm-plan.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { type Capacity, capacityOf, type Promised } from '../placement/capacity.ts'
import { type Decision, type DecisionInput, decide, reasonOf } from '../placement/decide.ts'
import { unfitText } from '../placement/node-filters.ts'
import { whatWouldChange } from '../placement/what-if.ts'
import { type Outline, requestIn } from './plan-range.ts'
import type { Joint, TurnPlan } from './plan-turn.ts'

/**
 * Why one VM of a planned turn is where it is, or goes where it goes. The table is that of the decision itself, made by
 * the same function from the same input; for an existing VM, which stays, it tells where it would go if it were new.
 *
 * @param turn planned with `watch` on this VM
 */
export function explainVm(spec: RangeSpec, vmName: string, turn: TurnPlan): Explanation {
  const result = turn.results.get(spec)
  const { joint } = turn
  if (result?.kind === 'broken') throw result.error
  if (result === undefined || joint === undefined)
    throw new Error(`range ${spec.id} was not planned in this turn`, { cause: turn.jointError })
  const settings = joint.ground.settings
  const nothing: Explanation = {
    range: spec.id,
    vm: vmName,
    vmid: undefined,
    rule: 'blocked',
    node: undefined,
    why: '',
    ifNew: undefined,
    needs: { memoryBytes: 0, cores: 0, diskBytes: undefined },
    weights: settings.placement.weights,
    nodes: [],
    counted: [],
    changes: [],
  }
  if (result.kind === 'refused') return { ...nothing, why: result.finding.message }
  const outline = joint.outlines.find((each) => each.spec.id === spec.id)
  const plan = vmIn(result.plan, vmName)
  if (outline === undefined || plan === undefined) throw new Error(`range ${spec.id} has no vm ${vmName}`)
  const { watched } = joint.placements
  if (watched !== undefined) {
    const { input } = watched
    const decision = decide(input)
    const before = watched.placedBefore.map(({ request, node }): CountedPromise => ({
      node,
      vm: `${request.rangeId}/${request.vm.name}`,
      vmid: request.vmid,
      memoryBytes: request.demand.memoryBytes,
      cores: request.demand.cores,
      why: 'placed before it',
    }))
    const { outcome, rule } = decision
    const node = outcome.kind === 'placed' ? outcome.node : undefined
    return {
      ...nothing,
      ...judged(decision, input, capacityOf(joint.ground.snapshot, [])),
      vmid: plan.vmid,
      rule,
      node,
      why: plan.message,
      counted: [...before, ...countedIn(joint, joint.promised)],
    }
  }
  return explainKnown(plan, outline, joint, nothing)
}

const vmIn = ({ vms }: RangePlan, name: string): VmPlan | undefined =>
  vms.find(({ spec }) => spec.name === name || spec.otherNames.includes(name))

/** A VM that exists, or whose name or VMID somebody else has. */
function explainKnown(plan: VmPlan, outline: Outline, joint: Joint, nothing: Explanation): Explanation {
  const { step, spec: vm, vmid, message: why } = plan
  const request = requestIn(outline, vm, vmid, joint.ground)
  const needs = needsOf(request)
  if (step.kind === 'create' || step.at === undefined) return { ...nothing, vmid, why, needs }
  const { ground } = joint
  const others = joint.promised.filter((promise) => promise.vmid !== vmid)
  const own = ground.guests.byVmid.get(vmid)
  // What it uses itself would be free.
  const withOwn = (capacity: Capacity): Capacity => ({
    ...capacity,
    rooms: capacity.rooms.map((room) =>
      room.node.name === step.at
        ? { ...room, freeMemoryBytes: room.freeMemoryBytes + (own?.memoryUsedBytes ?? 0) }
        : room,
    ),
  })
  const { nodeOf, unknown } = outline.group.whereabouts
  const input: DecisionInput = {
    request,
    ranking: 'score',
    site: ground.site,
    settings: ground.settings,
    companions: [],
    whereabouts: { nodeOf: new Map([...nodeOf].filter(([name]) => name !== vm.name)), unknown },
    capacity: withOwn(capacityOf(ground.snapshot, others)),
  }
  const decision = decide(input)
  const ifNew = {
    node: decision.outcome.kind === 'placed' ? decision.outcome.node : undefined,
    why: reasonOf(decision, request),
  }
  return {
    ...nothing,
    ...judged(decision, input, withOwn(capacityOf(ground.snapshot, []))),
    vmid,
    rule: 'exists',
    node: step.at,
    why,
    ifNew,
    counted: countedIn(joint, others),
  }
}

const needsOf = ({ demand }: DecisionInput['request']): Explanation['needs'] => ({
  memoryBytes: demand.memoryBytes,
  cores: demand.cores,
  diskBytes: demand.disk?.bytes,
})

function judged(
  { outcome, verdicts }: Decision,
  input: DecisionInput,
  unpromised: Capacity,
): Pick<Explanation, 'needs' | 'nodes' | 'changes'> {
  const winner = outcome.kind === 'placed' ? outcome.node : undefined
  const nodes = verdicts.map(({ room, fit: { unfit }, memory, cpu, score, discord, avoided }): ExplainedNode => ({
    node: room.node.name,
    winner: room.node.name === winner,
    leftOut: unfit && { filter: unfit.filter, why: unfitText(unfit) },
    freeMemoryBytes: room.freeMemoryBytes,
    memoryBytes: room.node.memoryBytes,
    memory,
    cpu,
    score,
    unmet: [...(avoided === undefined ? [] : [avoided]), ...discord.unmet],
  }))
  return { needs: needsOf(input.request), nodes, changes: whatWouldChange(input, unpromised) }
}

/** What is promised, with the range where it is known. */
function countedIn({ reservations, ground }: Joint, promised: readonly Promised[]): readonly CountedPromise[] {
  const rangeOf = new Map(reservations.map(({ vmid, rangeId }) => [vmid, rangeId]))
  const everyNode = ground.snapshot.nodes.map(({ name }) => name)
  return promised.flatMap(({ node: at, name, vmid, memoryBytes, cores, why }) => {
    const range = rangeOf.get(vmid) ?? ground.guests.byVmid.get(vmid)?.pool
    return (at === undefined ? everyNode : [at]).map((node) => ({
      node,
      vm: `${range === undefined ? '' : `${range}/`}${name ?? 'without a name yet'}`,
      vmid,
      memoryBytes,
      cores,
      why,
    }))
  })
}
