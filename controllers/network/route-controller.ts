import { HostRouteError, type HostRoutes } from '../../model/host-routes.ts'
import { rangeNetworkOf } from '../../model/identity.ts'
import type { Logger } from '../../model/ports.ts'
import { findingOfRouteError, type RouteTrouble } from '../../reconcilers/route/finding-of-route-error.ts'
import { type NumbersInUse, planRoutes, type RouteAction, type RouteWant } from '../../reconcilers/route/plan-routes.ts'
import { Turn } from '../pace/turn.ts'

/** What became of a route, or of the removal of stale ones. */
export type RouteResult = { readonly kind: 'ready' } | RouteTrouble

type Request =
  | { readonly kind: 'ensure'; readonly want: RouteWant }
  | { readonly kind: 'remove-stale'; readonly inUse: () => NumbersInUse }

/** Keeps the host's routes to the ranges, in turns: one look at the routing table for all who ask together. */
export class RouteController {
  readonly #turn: Turn<Request, RouteResult>
  readonly #routes: HostRoutes
  readonly #device: () => string
  readonly #logger: Logger
  readonly #signal: AbortSignal

  /** @param device the host's device on the NAT network, asked for in each turn */
  constructor(routes: HostRoutes, device: () => string, logger: Logger, signal: AbortSignal) {
    this.#routes = routes
    this.#device = device
    this.#logger = logger
    this.#signal = signal
    this.#turn = new Turn((requests) => this.#take(requests))
  }

  /**
   * Makes the route to a range right, or tells what is in the way; writes nothing when it is right. Rejects only when the
   * controller stops.
   */
  ensure(want: RouteWant): Promise<RouteResult> {
    return this.#turn.enter({ kind: 'ensure', want })
  }

  /**
   * Removes our own routes whose numbers are nobody's.
   *
   * @param inUse asked right before planning, so that a number given away meanwhile keeps its route; must count every
   * number whose range file or whose network on Proxmox exists
   */
  removeStale(inUse: () => NumbersInUse): Promise<RouteResult> {
    return this.#turn.enter({ kind: 'remove-stale', inUse })
  }

  async #take(requests: readonly Request[]): Promise<(request: Request) => RouteResult> {
    const device = this.#device()
    try {
      const seen = await this.#routes.list(this.#signal)
      const wants = requests.flatMap((request) => (request.kind === 'ensure' ? [request.want] : []))
      const { actions, findings } = planRoutes(wants, together(requests), device, seen)
      const troubles = new Map<string, RouteTrouble>()
      for (const [destination, finding] of findings) troubles.set(destination, { kind: 'blocked', finding })
      for (const action of actions) await this.#try(action, device, troubles)
      return answerOf(troubles, wants)
    } catch (error) {
      const trouble = troubleOf(error, 'routes of this host', device)
      return () => trouble
    }
  }

  /** One range's trouble stops no other. */
  async #try(action: RouteAction, device: string, troubles: Map<string, RouteTrouble>): Promise<void> {
    const { destination } = action.kind === 'remove-route' ? action.wrong : action.route
    try {
      this.#signal.throwIfAborted()
      await this.#carryOut(action, destination)
    } catch (error) {
      const trouble = troubleOf(error, `route ${destination}`, device)
      if (!troubles.has(destination)) troubles.set(destination, trouble)
    }
  }

  #carryOut(action: RouteAction, route: string): Promise<void> {
    const { reason } = action
    switch (action.kind) {
      case 'add-route':
        this.#logger.info('adding route', { route, reason })
        return this.#routes.add(action.route, this.#signal)
      case 'replace-route':
        this.#logger.info('replacing route', { route, reason })
        return this.#routes.replace(action.wrong, action.route, this.#signal)
      case 'remove-route':
        this.#logger.info('removing route', { route, reason })
        return this.#routes.remove(action.wrong, this.#signal)
    }
  }
}

/** What all who ask for a removal know together: a number that one of them has is in use. */
function together(requests: readonly Request[]): NumbersInUse {
  const answers = requests.flatMap((request) => (request.kind === 'remove-stale' ? [request.inUse()] : []))
  const numbers = answers.map((each) => (each.kind === 'known' ? [...each.numbers] : undefined))
  if (numbers.length === 0 || numbers.includes(undefined)) return { kind: 'partly-known' }
  return { kind: 'known', numbers: new Set(numbers.flatMap((each) => each ?? [])) }
}

const answerOf =
  (troubles: ReadonlyMap<string, RouteTrouble>, wants: readonly RouteWant[]) =>
  (request: Request): RouteResult => {
    const ready: RouteResult = { kind: 'ready' }
    if (request.kind === 'ensure') return troubles.get(rangeNetworkOf(request.want.number)) ?? ready
    const wanted = new Set(wants.map(({ number }) => rangeNetworkOf(number)))
    return [...troubles].find(([destination]) => !wanted.has(destination))?.[1] ?? ready
  }

/** A person can mend what the host refuses; everything else, such as the end of the controller, is thrown on. */
function troubleOf(error: unknown, subject: string, device: string): RouteTrouble {
  if (!(error instanceof HostRouteError)) throw error
  return findingOfRouteError(error, subject, device)
}
