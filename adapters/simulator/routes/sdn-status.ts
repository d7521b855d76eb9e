import { shared } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Route } from '../route.ts'
import { sdnStatusOn, vnetsOf, zonesOn } from '../sdn-state.ts'
import { sdnId } from './sdn-zones.ts'

/** What a node says of the zones and vnets in force there. */
export const sdnStatusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/sdn/zones',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node },
    handle: (call) =>
      zonesOn(call.sim.world, call.node.name)
        .filter(([zone]) => call.may(`/sdn/zones/${zone}`, 'SDN.Audit'))
        .map(([zone]) => ({ zone, status: sdnStatusOn(call.sim.world, call.node) })),
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
      const status = sdnStatusOn(sim.world, node)
      const statusmsg = status === 'available' ? null : 'local sdn network configuration is too old, please reload'
      return vnetsOf(sim.world, zone).map(([vnet]) => ({ vnet, status, statusmsg }))
    },
  },
]
