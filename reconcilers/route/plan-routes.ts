import type { Finding } from '../../model/condition.ts'
import { BY_HAND, type PlainRoute, type Route, ROUTE_PROTOCOL, type RouteSeen } from '../../model/host-routes.ts'
import { isNatAddress, rangeNetworkOf, rangeNumberOfNetwork, routerWanAddressOf } from '../../model/identity.ts'
import { printable } from '../../model/printable.ts'

/** A range whose network is to be reached from this host. */
export interface RouteWant {
  readonly rangeId: string
  readonly number: number
}

/**
 * Which range numbers are somebody's. Only a number that is known to be nobody's may lose its route, so knowledge with
 * a gap (a file that can't be read, a range whose number isn't known) is `partly-known`, and removes nothing.
 */
export type NumbersInUse =
  /** These, by a range file or by a network on Proxmox, and no others. */
  { readonly kind: 'known'; readonly numbers: ReadonlySet<number> } | { readonly kind: 'partly-known' }

/** One intended change to the host's routes. */
export type RouteAction =
  | { readonly kind: 'add-route'; readonly route: Route; readonly reason: string }
  | { readonly kind: 'replace-route'; readonly route: Route; readonly wrong: PlainRoute; readonly reason: string }
  | { readonly kind: 'remove-route'; readonly wrong: PlainRoute; readonly reason: string }

/** What the wanted routes need, or why they can't be had. `findings` is keyed by destination. */
export interface RoutePlan {
  readonly actions: readonly RouteAction[]
  readonly findings: ReadonlyMap<string, Finding>
}

/**
 * Plans the routes to all wanted ranges, and the removal of our own whose number is nobody's any more.
 *
 * A right route counts whoever made it. A wrong one gives way when it is ours, or plainly Ludus' (made by hand or script,
 * and by the NAT network); any other stays, and is a finding when it is the one the kernel takes. Routes to anything
 * but exactly 10.N.0.0/16 are never touched. Planning the achieved state is empty.
 *
 * @param device the host's device on the NAT network
 * @param seen those to one destination in the order in which the kernel takes them
 */
export function planRoutes(
  wants: readonly RouteWant[],
  inUse: NumbersInUse,
  device: string,
  seen: readonly RouteSeen[],
): RoutePlan {
  const unique = [...new Map(wants.map((want) => [want.number, want])).values()]
  const actions: RouteAction[] = []
  const findings = new Map<string, Finding>()
  for (const want of unique) {
    const planned = planRange(want, device, seen)
    actions.push(...planned.actions)
    if (planned.finding !== undefined) findings.set(rangeNetworkOf(want.number), planned.finding)
  }
  if (inUse.kind === 'partly-known') return { actions, findings }
  const kept = new Set([...inUse.numbers, ...unique.map(({ number }) => number)])
  for (const route of seen) {
    const number = rangeNumberOfNetwork(route.destination)
    if (number === undefined || kept.has(number) || !isOurs(route)) continue
    actions.push({ kind: 'remove-route', wrong: route, reason: `no range has number ${number} any more` })
  }
  return { actions, findings }
}

interface RangeRoutePlan {
  readonly actions: readonly RouteAction[]
  readonly finding?: Finding
}

/** Where the route that the kernel takes now is a stranger's, nothing is changed, not even what stands behind it. */
function planRange({ rangeId, number }: RouteWant, device: string, seen: readonly RouteSeen[]): RangeRoutePlan {
  const route: Route = { destination: rangeNetworkOf(number), via: routerWanAddressOf(number), dev: device }
  const chain = seen.filter(({ destination }) => destination === route.destination)
  const isWrong = (each: RouteSeen): each is PlainRoute =>
    !leadsAs(route, each) && (isOurs(each) || isOfLudus(each, device))
  const [first] = chain
  if (first === undefined) return { actions: [addition(rangeId, route)] }
  if (!leadsAs(route, first) && !isWrong(first)) return { actions: [], finding: conflict(route, first) }
  const wrong = chain.filter(isWrong)
  const takenThen = chain.find((each) => !isWrong(each))
  if (takenThen !== undefined && leadsAs(route, takenThen)) return { actions: wrong.map(removal) }
  // The kernel takes no second route that is the same in all, so ours behind a stranger's goes before ours in front comes.
  const behind = chain.filter((each): each is PlainRoute => isOurs(each) && leadsAs(route, each))
  const [worst, ...others] = wrong
  if (worst === undefined) return { actions: [] }
  return { actions: [...behind.map(removal), replacement(worst, route), ...others.map(removal)] }
}

const leadsAs = (route: Route, seen: RouteSeen): boolean =>
  seen.kind === 'plain' && seen.via === route.via && seen.dev === route.dev

const isOurs = (seen: RouteSeen): seen is PlainRoute => seen.kind === 'plain' && seen.protocol === ROUTE_PROTOCOL

/** A routing daemon or the kernel would put its route back; what a person or script made by the NAT network is Ludus'. */
const isOfLudus = (seen: RouteSeen, device: string): seen is PlainRoute =>
  seen.kind === 'plain' &&
  BY_HAND.includes(seen.protocol) &&
  (seen.dev === device || (seen.via !== undefined && isNatAddress(seen.via)))

const addition = (rangeId: string, route: Route): RouteAction => ({
  kind: 'add-route',
  route,
  reason: `range ${rangeId} is reached by its router ${route.via}`,
})

const replacement = (wrong: PlainRoute, route: Route): RouteAction => ({
  kind: 'replace-route',
  route,
  wrong,
  reason: `it leads ${whereTo(wrong)}, should lead via ${route.via} dev ${route.dev}`,
})

const removal = (wrong: PlainRoute): RouteAction => ({
  kind: 'remove-route',
  wrong,
  reason: `it leads ${whereTo(wrong)}, and another one to ${wrong.destination} leads right`,
})

function whereTo(seen: RouteSeen): string {
  const hop =
    seen.kind === 'special'
      ? seen.what
      : `${seen.via === undefined ? '' : `via ${seen.via} `}dev ${printable(seen.dev)}`
  return seen.metric === 0 ? hop : `${hop} metric ${seen.metric}`
}

const conflict = (route: Route, seen: RouteSeen): Finding => ({
  reason: 'RouteTaken',
  message: `route ${route.destination}: there is one that is not Lanista's (${whereTo(seen)}, protocol ${seen.protocol}) in place of the one via ${route.via} dev ${route.dev}; look at it: ip route show ${route.destination}; remove it, or set ludus_extensions.lanista.range_number to a number whose network is free`,
})
