import { vnetsOf, zonesOn } from './sdn-state.ts'
import type { Interfaces, NodeState, World } from './world.ts'

/** `/etc/network/interfaces` bridges of a node. */
const localBridges = (network: Interfaces): Map<string, { readonly vlanAware: boolean }> =>
  new Map(
    [...network]
      .filter(([, iface]) => iface['type'] === 'bridge' || iface['type'] === 'OVSBridge')
      .map(([name, iface]) => [name, { vlanAware: iface['type'] === 'OVSBridge' || iface['bridge_vlan_aware'] === 1 }]),
  )

/** The bridges a node has once its interfaces and its generated SDN file are both in force. */
export const bridgesWanted = (world: World, node: NodeState): Map<string, { readonly vlanAware: boolean }> => {
  const bridges = localBridges(node.network)
  for (const [zone] of zonesOn(world, node.name))
    for (const [vnet, config] of vnetsOf(world, zone))
      bridges.set(vnet, { vlanAware: Number(config['vlanaware'] ?? 0) === 1 })
  return bridges
}
