import type { Finding } from '../../model/condition.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import { machinesOf, type RangeSpec, type VmSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { type Ground, groundOf } from './ground.ts'
import { decide } from '../placement/decide.ts'
import { demandOf } from '../placement/demand.ts'
import { gib, type Unfit } from '../placement/node-filters.ts'
import { type Joint, planTurn, type TurnPlan, unbroken } from './plan-turn.ts'
import { NO_PROMISES } from './promises.ts'

/** How many copies of a range there is room for now. Sizes in bytes. */
export interface FitReport {
  readonly asked: number
  readonly fits: number
  /** Of one copy, its router among them. */
  readonly perCopy: { readonly vms: number; readonly memoryBytes: number; readonly cores: number }
  /** Why not one more than fit; undefined when all asked for fit. */
  readonly shortage: Shortage | undefined
  /** Every node, with those copies that fit on it. */
  readonly nodes: readonly {
    readonly node: string
    readonly memoryBytes: number
    readonly freeBeforeBytes: number
    readonly freeAfterBytes: number
    readonly vms: number
  }[]
}

interface Shortage {
  /** What runs out, such as `memory` or `space on storage ceph`; `the plan` when something else is in the way. */
  readonly resource: string
  readonly message: string
}

/**
 * How many copies of a range there is room for on a cluster as it is, placed exactly as the controller would: in one
 * turn. A VM that would only be squeezed onto `proxmox_node`, or onto its `target_node` without memory for it, has no room.
 */
export function fitCopies(
  spec: RangeSpec,
  copies: number,
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  mode: NetworkMode | Finding,
): FitReport {
  const ground = groundOf(snapshot, settings, mode)
  const turnOf = (count: number): TurnPlan => planTurn(copiesOf(spec, count, copies), ground, NO_PROMISES)
  let fits = hasRoom(turnOf(copies)) ? copies : mostBetween(0, copies, (count) => hasRoom(turnOf(count)))
  // Another number of VMs is placed in another order, so one more may fit where halving did not look.
  while (fits < copies && hasRoom(turnOf(fits + 1))) fits += 1
  const { joint } = turnOf(fits)
  const demands = machinesOf(spec).map((vm) => demandOf(vm, ground.site.templateBytes(vm.template), settings))
  return {
    asked: copies,
    fits,
    perCopy: {
      vms: demands.length,
      memoryBytes: demands.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      cores: demands.reduce((sum, { cores }) => sum + cores, 0),
    },
    shortage: fits === copies ? undefined : shortageOf(spec, fits + 1, ground),
    nodes: joint === undefined ? [] : nodesOf(joint),
  }
}

/** The most for which it holds, when it holds for all up to that: halving the span again and again. */
function mostBetween(least: number, beyond: number, holds: (count: number) => boolean): number {
  let [low, high] = [least, beyond]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}

const hasRoom = ({ results, joint }: TurnPlan): boolean =>
  joint !== undefined &&
  joint.placements.short.length === 0 &&
  [...results.values()].every((result) => {
    const made = unbroken(result)
    return made.kind === 'planned' && made.plan.vms.every(({ step }) => step.kind === 'create')
  })

/** Copies under names that nobody has: what they are called doesn't matter where they only have to fit. */
function copiesOf(spec: RangeSpec, count: number, most: number): readonly RangeSpec[] {
  const width = String(most).length
  return Array.from({ length: count }, (_, index) => {
    const suffix = `~copy${String(index + 1).padStart(width, '0')}`
    const rename = (vm: VmSpec): VmSpec => ({
      ...vm,
      name: `${vm.name}${suffix}`,
      otherNames: [],
      wishes: vm.wishes.map((wish) =>
        'vms' in wish ? { ...wish, vms: wish.vms.map((peer) => `${peer}${suffix}`) } : wish,
      ),
    })
    return {
      ...spec,
      id: `${spec.id}${suffix}`,
      number: undefined,
      router: rename(spec.router),
      vms: spec.vms.map(rename),
    }
  })
}

/** What runs out for the last of so many copies. */
function shortageOf(spec: RangeSpec, count: number, ground: Ground): Shortage {
  const specs = copiesOf(spec, count, count)
  const { results, joint } = planTurn(specs, ground, NO_PROMISES)
  for (const result of results.values()) {
    const made = unbroken(result)
    if (made.kind === 'refused')
      return {
        resource: made.finding.reason === 'NumbersExhausted' ? 'range numbers' : 'the plan',
        message: made.finding.message,
      }
  }
  const short = joint?.placements.short[0]
  if (short === undefined) {
    const messages = [...results.values()].flatMap((result) => {
      const made = unbroken(result)
      return made.kind === 'planned'
        ? made.plan.vms.flatMap(({ step }) => (step.kind === 'blocked' ? [step.finding.message] : []))
        : []
    })
    return { resource: 'the plan', message: plain(messages[0] ?? 'something else is in the way') }
  }
  const watch = { rangeId: short.rangeId, vm: short.vm.name }
  const input = planTurn(specs, ground, NO_PROMISES, watch).joint?.placements.watched?.input
  const unfits = (input === undefined ? [] : decide(input).verdicts).flatMap(({ room, fit: { unfit } }) =>
    unfit === undefined ? [] : [{ node: room.node.name, unfit }],
  )
  return whatRunsOut(plain(short.vm.name), unfits)
}

const plain = (text: string): string => text.replaceAll(/~copy[0-9]+/g, '')

/** Memory or space, whichever leaves out more nodes, with what each of these has left. */
function whatRunsOut(vm: string, unfits: readonly { readonly node: string; readonly unfit: Unfit }[]): Shortage {
  const memory = unfits.flatMap(({ node, unfit }) => (unfit.filter === 'memory' ? [{ node, ...unfit }] : []))
  const space = unfits.flatMap(({ node, unfit }) => (unfit.filter === 'space' ? [{ node, ...unfit }] : []))
  const [full] = space
  if (full !== undefined && space.length >= memory.length) {
    const left = space.map(({ node, freeBytes }) => `${node} has ${gib(freeBytes)}`)
    return {
      resource: `space on storage ${full.storage}`,
      message: `vm ${vm} needs ${gib(full.neededBytes)} GiB for a full clone; ${left.join(', ')} GiB left`,
    }
  }
  const [least] = memory
  if (least === undefined) return { resource: 'nodes', message: `vm ${vm} finds no node that its wishes allow` }
  const left = [...memory]
    .sort((a, b) => b.freeBytes - a.freeBytes)
    .map(({ node, freeBytes, headroomBytes }) => `${node} has ${gib(freeBytes - headroomBytes)}`)
  return { resource: 'memory', message: `vm ${vm} needs ${gib(least.neededBytes)} GiB; ${left.join(', ')} GiB left` }
}

function nodesOf({ before, placements }: Joint): FitReport['nodes'] {
  const counts = new Map<string, number>()
  for (const placed of placements.byRequest.values())
    if (placed.kind === 'placed') counts.set(placed.node, (counts.get(placed.node) ?? 0) + 1)
  const after = new Map(placements.capacity.rooms.map(({ node, freeMemoryBytes }) => [node.name, freeMemoryBytes]))
  return before.rooms.map(({ node, freeMemoryBytes }) => ({
    node: node.name,
    memoryBytes: node.memoryBytes,
    freeBeforeBytes: freeMemoryBytes,
    freeAfterBytes: after.get(node.name) ?? freeMemoryBytes,
    vms: counts.get(node.name) ?? 0,
  }))
}
