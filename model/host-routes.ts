/**
 * The routes of the host Lanista runs on, where that host is the router of the NAT network: through them people and
 * Ludus' Ansible reach the ranges. Only the main IPv4 table is meant.
 */

/**
 * The route protocol that marks a route as Lanista's. The kernel keeps the number and gives it no meaning; it is in no
 * `rt_protos` of iproute2 and not among FRR's (186 to 197), and the numbers of ranges end at it.
 */
export const ROUTE_PROTOCOL = 153

/** The protocols of routes made by hand or by a script, as Ludus' `ip route add` in /etc/network/interfaces makes them. */
export const BY_HAND: readonly number[] = [3, 4]

/** A route as Lanista makes it: to a range's network by its router, with metric 0. */
export interface Route {
  /** As `ip` spells it: `10.3.0.0/16`. */
  readonly destination: string
  /** The gateway: `192.0.2.103`. */
  readonly via: string
  /** The host's device on the NAT network. */
  readonly dev: string
}

/** A route found on the host. */
export type RouteSeen = PlainRoute | SpecialRoute

/** A route with one next hop, which can be named exactly enough to remove it and no other. */
export interface PlainRoute {
  readonly kind: 'plain'
  readonly destination: string
  /** Undefined when the destination is on the link itself. */
  readonly via: string | undefined
  readonly dev: string
  /** Who made it, as a number: 2 the kernel, 3 and 4 people and scripts, `ROUTE_PROTOCOL` Lanista. */
  readonly protocol: number
  /** Of several routes to one destination the lowest wins; of equal ones the first. */
  readonly metric: number
}

/** Any other: unreachable, several next hops, an IPv6 gateway, ... Lanista makes none of these, and removes none. */
export interface SpecialRoute {
  readonly kind: 'special'
  readonly destination: string
  /** What it is, for people: `unreachable`. */
  readonly what: string
  readonly protocol: number
  readonly metric: number
}

/** The host's routing table. Every call throws `HostRouteError`, or the signal's reason once it aborts. */
export interface HostRoutes {
  /** Routes within 10.0.0.0/8, those to one destination in the kernel's own order: by metric, then as they were found. */
  list(signal: AbortSignal): Promise<readonly RouteSeen[]>
  /** Adds the route, marked as Lanista's; `exists` when any route to its destination with its metric is there. */
  add(route: Route, signal: AbortSignal): Promise<void>
  /** Puts the route, marked as Lanista's, in front of the wrong one, and then removes that; never overwrites a third. */
  replace(wrong: PlainRoute, route: Route, signal: AbortSignal): Promise<void>
  /** Removes exactly this route; succeeds as well when it is gone already. */
  remove(wrong: PlainRoute, signal: AbortSignal): Promise<void>
}

/**
 * What can go wrong with the host's routes.
 *
 * - `not-installed`: there is no `ip` of iproute2
 * - `not-permitted`: the process lacks CAP_NET_ADMIN
 * - `device-missing`: there is no such network device (yet)
 * - `gateway-unreachable`: the device is down or has no address in the gateway's network
 * - `exists`: a route is there that the list didn't show, or that came up since
 * - `unexpected`: anything else
 */
export type HostRouteErrorKind =
  | 'not-installed'
  | 'not-permitted'
  | 'device-missing'
  | 'gateway-unreachable'
  | 'exists'
  | 'unexpected'

/** The one error type that leaves the host's routing table. Its message is what `ip` said. */
export class HostRouteError extends Error {
  readonly kind: HostRouteErrorKind

  constructor(kind: HostRouteErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HostRouteError'
    this.kind = kind
  }
}
