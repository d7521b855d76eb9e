import type { Finding } from '../../model/condition.ts'
import type { HostRouteError } from '../../model/host-routes.ts'
import { NAT_HOST_ADDRESS } from '../../model/identity.ts'

/** What stands in the way of a route, and whether it may pass by itself. */
export interface RouteTrouble {
  /** `retry`: look again with growing delay; `blocked`: nothing helps until a person changes something. */
  readonly kind: 'retry' | 'blocked'
  readonly finding: Finding
}

/**
 * The trouble in words.
 *
 * @param subject what the message is about, such as `route 10.3.0.0/16`
 * @param device the host's device on the NAT network
 */
export function findingOfRouteError(error: HostRouteError, subject: string, device: string): RouteTrouble {
  const trouble = (kind: RouteTrouble['kind'], reason: string, message: string): RouteTrouble => ({
    kind,
    finding: { reason, message: `${subject}: ${message}` },
  })
  switch (error.kind) {
    case 'not-installed':
      return trouble('blocked', 'RouteToolMissing', 'there is no ip command here that speaks JSON; install iproute2')
    case 'not-permitted':
      return trouble(
        'blocked',
        'RouteNotPermitted',
        "Lanista may not change this host's routes; give its service AmbientCapabilities=CAP_NET_ADMIN, or set lanista.routes.enabled to false",
      )
    case 'device-missing':
      return trouble(
        'retry',
        'RouteDeviceMissing',
        `this host has no device ${device} yet; it comes with the NAT network, and this is tried again; if it does not come, correct lanista.routes.device`,
      )
    case 'gateway-unreachable':
      return trouble(
        'retry',
        'RouteGatewayUnreachable',
        `device ${device} is down or has no address in 192.0.2.0/24; give it one: ip address add ${NAT_HOST_ADDRESS}/24 dev ${device} && ip link set ${device} up`,
      )
    case 'exists':
      return trouble(
        'retry',
        'RouteChanged',
        'another one to the same destination is there, which came up just now or can not be read; this is tried again; if it stays so, remove the one that ip route shows',
      )
    case 'unexpected':
      return trouble('retry', 'RouteFailed', `${error.message}; this is tried again`)
  }
}
