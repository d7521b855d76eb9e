import { required, shared, text } from '../parameters.ts'
import { bridgeRow, bridgesOfZone } from '../bridge-ports.ts'
import { anyUser, perm } from '../permission.ts'
import type { Route } from '../route.ts'
import { vnetsOf, vnetStatusOn, zonesOn, zoneStatusOn } from '../sdn-state.ts'
import { sdnId } from './sdn-zones.ts'

/** What a node says of the zones and vnets in force there. */
export const sdnStatusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/sdn/zones',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node },
    // Documented as filtered by SDN.Audit; it is not.
    handle: ({ sim, node }) =>
      zonesOn(sim.world, node.name).map(([zone]) => ({ zone, status: zoneStatusOn(sim.world, node, zone) })),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/sdn/zones/{zone}/content',
    permission: perm('/sdn/zones/{zone}', 'SDN.Audit'),
    proxy: 'node',
    params: { node: shared.node, zone: sdnId },
    handle: ({ sim, node, params }) => {
      const { zone = '' } = params
      if (!zonesOn(sim.world, node.name).some(([id]) => id === zone)) return []
      return vnetsOf(sim.world, zone).map(([vnet]) => ({ vnet, ...vnetStatusOn(sim.world, node, vnet) }))
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/sdn/zones/{zone}/bridges',
    permission: perm('/sdn/zones/{zone}', 'SDN.Audit'),
    proxy: 'node',
    params: { node: shared.node, zone: required(text()) },
    handle: (call) => {
      const { sim, node, params } = call
      const { zone = '' } = params
      return bridgesOfZone(sim.world, node, zone)
        .filter((bridge) => call.may(`/sdn/zones/${zone}/${bridge}`, 'SDN.Audit', 'SDN.Allocate'))
        .map((bridge) => bridgeRow(sim.world, node, bridge))
    },
  },
]
