import type { PlanSettings, PlacementSettings } from '../../model/plan-settings.ts'
import type { Finding } from '../../model/condition.ts'
import type { TemplateChoice } from '../../model/plan/vm-plan.ts'
import { type Capacity, capacityAfter } from './capacity.ts'
import { type Decision, type DecisionInput, decide, type Ranking, reasonOf } from './decide.ts'
import { peakOf, unevenness } from './evenness.ts'
import type { Request } from './node-filters.ts'
import type { Site } from './site.ts'
import type { Whereabouts } from './wishes.ts'

/** The VMs of one range that need a node, and where its others are. */
export interface RequestGroup {
  readonly rangeId: string
  /** Router first, then in file order. */
  readonly requests: readonly Request[]
  readonly whereabouts: Whereabouts
}

/** What became of a request. */
export type Placed = { readonly reason: string } & (
  | { readonly kind: 'placed'; readonly node: string; readonly template: TemplateChoice; readonly overdrawn: boolean }
  | { readonly kind: 'refused'; readonly finding: Finding }
)

/**
 * In which order VMs were placed, and why not in that of the files: `room` when VMs would have found none, with their
 * number; `balance` when the fullest node would have been so many points of its memory fuller than an even spread.
 */
type Order =
  | { readonly kind: 'file' }
  | {
      readonly kind: 'largest-first' | 'best-fit'
      readonly because: { readonly kind: 'room' | 'balance'; readonly amount: number }
    }

export interface Placements {
  readonly order: Order
  readonly byRequest: ReadonlyMap<Request, Placed>
  /** What is left when all are placed. */
  readonly capacity: Capacity
  /** VMs that found no room: refused for want of it, or placed on a node that doesn't have it. */
  readonly short: readonly Request[]
  /** What decided about the VM that was asked for, and the VMs placed before it. */
  readonly watched: Watched | undefined
}

interface Watched {
  readonly input: DecisionInput
  readonly placedBefore: readonly { readonly request: Request; readonly node: string }[]
}

type Settings = Pick<PlanSettings, 'storage'> & { readonly placement: PlacementSettings }

/** A node so much fuller than an even spread would have it, and so full, calls for another order: fractions of its memory. */
const [UNEVEN, CROWDED] = [0.03, 0.7]

/**
 * Gives each VM its node, each seeing what those before it were given. One by one in the order given, which is Ludus'
 * way: router first, then the file. Where that leaves a VM without room, or ranges that arrive together crowd one node
 * while others have room, the same is tried with the largest VM first; and where a VM is without room still, with each
 * put where it leaves the least over (best-fit decreasing). Another order is taken only when it is better.
 *
 * @param watch the VM whose decision is to be told
 */
export function placeRequests(
  groups: readonly RequestGroup[],
  capacity: Capacity,
  site: Site,
  settings: Settings,
  watch?: Request,
): Placements {
  const world = { groups, capacity, site, settings, watch }
  const inFile = pass(world, { kind: 'file' }, 'score')
  const arriveTogether = groups.filter(({ requests }) => requests.length > 0).length > 1
  const crowded = arriveTogether && peakOf(inFile.capacity.rooms) > CROWDED
  const uneven = crowded
    ? unevenness(
        inFile.capacity,
        capacity,
        groups.flatMap(({ requests }) => requests),
      )
    : 0
  const short = inFile.short.length
  if (short === 0 && uneven <= UNEVEN) return inFile

  const because =
    short > 0 ? ({ kind: 'room', amount: short } as const) : ({ kind: 'balance', amount: uneven } as const)
  const largestFirst = pass(world, { kind: 'largest-first', because }, 'score')
  if (short === 0)
    return largestFirst.short.length === 0 && peakOf(largestFirst.capacity.rooms) < peakOf(inFile.capacity.rooms)
      ? largestFirst
      : inFile
  if (largestFirst.short.length === 0) return largestFirst
  const bestFit = pass(world, { kind: 'best-fit', because }, 'best-fit')
  return [inFile, largestFirst, bestFit].reduce((best, next) => (next.short.length < best.short.length ? next : best))
}

interface World {
  readonly groups: readonly RequestGroup[]
  readonly capacity: Capacity
  readonly site: Site
  readonly settings: Settings
  readonly watch: Request | undefined
}

function pass({ groups, capacity: start, site, settings, watch }: World, order: Order, ranking: Ranking): Placements {
  let capacity = start
  let watched: Watched | undefined
  const byRequest = new Map<Request, Placed>()
  const short: Request[] = []
  const placedBefore: { request: Request; node: string }[] = []
  const ranges = new Map(groups.map((group) => [group.rangeId, new RangeUnderWay(group)]))
  for (const request of inOrder(groups, order)) {
    const range = ranges.get(request.rangeId)
    if (range === undefined) continue
    const input: DecisionInput = {
      request,
      ranking,
      capacity,
      site,
      settings,
      whereabouts: range.whereabouts,
      companions: range.companionsOf(request),
    }
    if (request === watch)
      watched = { input: { ...input, whereabouts: range.frozen() }, placedBefore: [...placedBefore] }
    const decision = decide(input)
    const { outcome } = decision
    if (isShort(decision)) short.push(request)
    byRequest.set(request, { ...outcome, reason: reasonIn(order, decision, request) })
    if (outcome.kind === 'refused') range.settled(request, undefined)
    else {
      range.settled(request, outcome.node)
      capacity = capacityAfter(capacity, outcome.node, request.demand)
      placedBefore.push({ request, node: outcome.node })
    }
  }
  return { order, byRequest, capacity, short, watched }
}

/** Where the VMs of one range are while they are being placed. */
class RangeUnderWay {
  readonly #nodeOf: Map<string, string>
  readonly #waiting: Map<string, Request>
  readonly whereabouts: Whereabouts

  constructor({ requests, whereabouts }: RequestGroup) {
    this.#nodeOf = new Map(whereabouts.nodeOf)
    this.#waiting = new Map(requests.map((request) => [request.vm.name, request]))
    this.whereabouts = { nodeOf: this.#nodeOf, unknown: whereabouts.unknown }
  }

  /** Those that are still to be placed and have to go where this one goes. */
  companionsOf({ wishes, vm }: Request): readonly Request[] {
    if (wishes.together.size === 0) return []
    return [...wishes.together].flatMap(([peer, required]) => {
      const waiting = required && peer !== vm.name ? this.#waiting.get(peer) : undefined
      return waiting === undefined ? [] : [waiting]
    })
  }

  settled({ vm }: Request, node: string | undefined): void {
    this.#waiting.delete(vm.name)
    if (node !== undefined) this.#nodeOf.set(vm.name, node)
  }

  frozen(): Whereabouts {
    return { ...this.whereabouts, nodeOf: new Map(this.#nodeOf) }
  }
}

/** Those bound to a node by name go before the others when the order is not that of the files. */
function inOrder(groups: readonly RequestGroup[], order: Order): readonly Request[] {
  const all = groups.flatMap(({ requests }) => requests)
  if (order.kind === 'file') return all
  const isBound = ({ vm, rangeTargetNode }: Request): number => Number((vm.targetNode ?? rangeTargetNode) === undefined)
  return [...all].sort((a, b) => isBound(a) - isBound(b) || b.demand.memoryBytes - a.demand.memoryBytes)
}

/** What another order of placing might mend. */
const isShort = ({ outcome, verdicts }: Decision): boolean =>
  outcome.kind === 'placed'
    ? outcome.overdrawn
    : verdicts.some(
        ({ fit: { unfit } }) => unfit?.filter === 'memory' || unfit?.filter === 'space' || unfit?.filter === 'wish',
      )

/** Why a VM goes where it goes, and where that matters why it was not placed in the order of the files. */
function reasonIn(order: Order, decision: Decision, request: Request): string {
  const reason = reasonOf(decision, request)
  if (order.kind === 'file' || decision.rule !== 'auto-select') return reason
  const { kind, amount } = order.because
  const trouble =
    kind === 'room'
      ? `${amount} ${amount === 1 ? 'VM' : 'VMs'} would find no room`
      : `one node would be ${(amount * 100).toFixed(0)} points fuller than an even spread`
  return `${reason}; largest VM first, since in file order ${trouble}`
}
