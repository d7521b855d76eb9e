import { failure } from '../api-error.ts'
import { vnetsOf, zonesOn } from '../sdn-state.ts'
import type { ConfigValue, NodeState, World } from '../world.ts'
import { isNicKey, readNic } from './nic-format.ts'

const isVnet = (world: World, node: NodeState, bridge: string): boolean =>
  zonesOn(world, node.name).some(([zone]) => vnetsOf(world, zone).some(([vnet]) => vnet === bridge))

/**
 * Throws unless every bridge exists on that very node and takes the NIC's VLAN tag. A vnet without VLAN awareness takes
 * none; on an ordinary Linux bridge Proxmox makes a VLAN bridge by itself.
 */
export const checkBridges = (world: World, node: NodeState, config: ReadonlyMap<string, ConfigValue>): void => {
  const keys = [...config.keys()].filter(isNicKey).toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)))
  for (const key of keys) {
    const { rest } = readNic(String(config.get(key)))
    const name = rest['bridge']
    if (name === undefined) continue
    const bridge = node.bridges.get(name)
    if (bridge === undefined) throw failure(`bridge '${name}' does not exist`)
    const tagged = rest['tag'] !== undefined || rest['trunks'] !== undefined
    if (tagged && !bridge.vlanAware && isVnet(world, node, name))
      throw failure(`vm vlans are not allowed on vnet ${name}`)
  }
}
