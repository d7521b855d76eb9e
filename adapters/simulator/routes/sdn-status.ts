import { required, shared, text } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import type { Route } from '../route.ts'
import { vnetsOf, vnetStatusOn, zonesOn, zoneStatusOn } from '../sdn-state.ts'
import { sdnId } from './sdn-zones.ts'
import { parameterError } from '../api-error.ts'
import { isNicKey, readNic } from '../guests/nic-format.ts'
import type { World } from '../world.ts'

/** The NICs of running guests that are plugged into a bridge. */
const portsOn = (world: World, node: string, vnet: string) =>
  [...world.guests.values()].flatMap((guest) =>
    guest.node !== node || guest.running === undefined
      ? []
      : [...guest.config].flatMap(([key, value]) =>
          isNicKey(key) && readNic(String(value)).rest['bridge'] === vnet && guest.running?.loose.has(key) === false
            ? [{ name: `tap${guest.vmid}i${key.slice(3)}`, vmid: String(guest.vmid), index: key }]
            : [],
        ),
  )

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
      if (!zonesOn(sim.world, node.name).some(([id]) => id === zone))
        throw parameterError({ zone: 'zone does not exist' })
      return vnetsOf(sim.world, zone)
        .filter(([vnet]) => call.may(`/sdn/zones/${zone}/${vnet}`, 'SDN.Audit', 'SDN.Allocate'))
        .map(([vnet]) => {
          const bridge = node.bridges.get(vnet)
          // It is listed by the configuration, whether it is there or not.
          if (bridge === undefined) return { name: vnet, vlan_filtering: null, ports: [] }
          const ports = [{ name: `vxlan_${vnet}` }, ...portsOn(sim.world, node.name, vnet)]
          return { name: vnet, vlan_filtering: bridge.vlanAware ? 1 : 0, ports }
        })
    },
  },
]
