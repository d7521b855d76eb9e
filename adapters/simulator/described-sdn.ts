import { zonesOf, type FullDescription, type ZoneDescription } from './cluster-description.ts'
import type { SdnObject, World } from './world.ts'

const zoneConfig = (world: World, { type, peers, nodes, mtu }: ZoneDescription): SdnObject => ({
  type,
  ipam: 'pve',
  ...(type === 'vxlan' ? { peers: (peers ?? [...world.nodes.values()].map(({ address }) => address)).join(',') } : {}),
  ...(nodes === undefined ? {} : { nodes: nodes.join(',') }),
  ...(mtu === undefined ? {} : { mtu }),
})

/** Puts the zones and VNets of a description into force: on every node at the start, nothing pending. */
export const describeSdn = (world: World, full: FullDescription): void => {
  const zones = zonesOf(full)
  if (zones.length === 0) return
  const vnets = full.vnets.map(({ name, zone = zones[0]?.name ?? '', tag, alias, vlan_aware: aware }) => {
    const config: SdnObject = {
      type: 'vnet',
      zone,
      ...(tag === undefined ? {} : { tag }),
      ...(alias === undefined ? {} : { alias }),
      ...(aware ? { vlanaware: 1 } : {}),
    }
    return [name, config] as const
  })
  world.sdn.configured = {
    ...world.sdn.configured,
    zones: new Map(zones.map((zone) => [zone.name, zoneConfig(world, zone)])),
    vnets: new Map(vnets),
  }
  world.sdn.running = world.sdn.configured
  world.sdn.version = 1
}
