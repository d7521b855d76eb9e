import { NAT_DEVICE } from '../../model/host-migration.ts'
import { BY_KERNEL, type HostSeen, type TableRoute } from '../../model/host-seen.ts'
import { rangeNumberOfNetwork, routerWanAddressOf } from '../../model/identity.ts'
import { hookOf, parseInterfaces } from './interfaces-file.ts'

/** A route that is to lead into the NAT network by its new device. */
export interface WantedRoute {
  readonly destination: string
  readonly via: string
  readonly dev: string
}

/** What of the host's table goes with the NAT bridge: all routes by it but the kernel's own. */
export const routesBy = ({ routes }: HostSeen, bridge: string): readonly TableRoute[] =>
  routes.filter(({ dev, protocol }) => dev === bridge && protocol !== BY_KERNEL)

/**
 * The routes that the host needs by the NAT VNet's device: those that go with the bridge, and those of ranges that the blocks
 * of their bridges have, which the kernel may have lost already. None to where something else leads.
 */
export function wantedRoutes(seen: HostSeen, interfaces: string, bridge: string): readonly WantedRoute[] {
  const going = routesBy(seen, bridge).flatMap(({ destination, via }) =>
    via === undefined ? [] : [{ destination, via }],
  )
  const wanted = new Map([...declaredRoutes(interfaces), ...going].map(({ destination, via }) => [destination, via]))
  return [...wanted]
    .filter(([destination]) => {
      const first = seen.routes.find((route) => route.destination === destination)
      return first === undefined || first.dev === bridge || first.dev === NAT_DEVICE
    })
    .map(([destination, via]) => ({ destination, via, dev: NAT_DEVICE }))
    .sort((one, other) => numberOf(one) - numberOf(other))
}

const numberOf = ({ destination }: WantedRoute): number => rangeNumberOfNetwork(destination) ?? Infinity

const ADDED = /^(?:\/\S*\/)?ip\s+route\s+(?:add|replace)\s+(\S+)\s+via\s+(\S+)/

/** The routes to ranges that blocks add, as Ludus writes them: `10.N.0.0/16` by `192.0.2.<100+N>`. */
function declaredRoutes(text: string): readonly Omit<WantedRoute, 'dev'>[] {
  return parseInterfaces(text)
    .stanzas.flatMap(({ options }) => options)
    .flatMap((option) => {
      const { hook = '', command = '' } = hookOf(option) ?? {}
      const [, destination = '', via = ''] = /^(?:up|post-up)$/.test(hook) ? (ADDED.exec(command) ?? []) : []
      const number = rangeNumberOfNetwork(destination)
      return number !== undefined && via === routerWanAddressOf(number) ? [{ destination, via }] : []
    })
}

/** Routes by the NAT bridge that can't simply be made anew by another device. */
export const routesLost = (seen: HostSeen, bridge: string): readonly TableRoute[] =>
  routesBy(seen, bridge).filter(({ via }) => via === undefined)
