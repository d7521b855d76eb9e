import { parameterError } from './api-error.ts'
import { readContainerNic } from './containers/container-nic.ts'
import { splitList } from './formats.ts'
import { isNicKey, readNic } from './guests/nic-format.ts'
import { vnetsOf } from './sdn-state.ts'
import type { Guest, NodeState, World } from './world.ts'

/** VLANs of a port of a VLAN-aware bridge: the one of untagged traffic, and the tagged ones. */
interface PortVlans {
  readonly primary_vlan: number
  readonly vlans: readonly string[]
}

interface Port extends Partial<PortVlans> {
  readonly name: string
  /** Of a guest's port: which guest, and which of its NICs. */
  readonly vmid?: string
  readonly index?: string
}

/** All that a VLAN-aware bridge takes in Proxmox: untagged traffic is VLAN 1. */
const allVlans: PortVlans = { primary_vlan: 1, vlans: ['2-4094'] }

const vlansOf = ({ tag, trunks }: Readonly<Record<string, string>>): PortVlans => {
  if (tag === undefined && trunks === undefined) return allVlans
  return { primary_vlan: Number(tag ?? 1), vlans: splitList(trunks ?? '') }
}

type Card = Readonly<Record<string, string>>

const cardsOn = ({ kind, config }: Guest, bridge: string): readonly (readonly [key: string, card: Card])[] =>
  [...config]
    .filter(([key]) => isNicKey(key))
    .map(
      ([key, value]) => [key, kind === 'lxc' ? readContainerNic(String(value)) : readNic(String(value)).rest] as const,
    )
    // A container's card that is `link_down` is on no bridge, a VM's is.
    .filter(([, card]) => card['bridge'] === bridge && (kind !== 'lxc' || card['link_down'] !== '1'))

/** The NICs, such as `net0`, that a guest wants on a bridge. */
export const pluggedInto = (guest: Guest, bridge: string): readonly string[] =>
  cardsOn(guest, bridge).map(([key]) => key)

/** How the port of a NIC is called: with Proxmox' firewall it is that of a bridge of its own. */
const portOf = ({ kind, vmid }: Guest, key: string, { firewall }: Card): string => {
  const index = key.slice(3)
  if (firewall === '1') return `fwpr${vmid}p${index}`
  return `${kind === 'lxc' ? 'veth' : 'tap'}${vmid}i${index}`
}

/** The NICs of running guests that are plugged into a bridge. */
const tapsOn = (world: World, node: NodeState, bridge: string): readonly (readonly [Port, PortVlans])[] =>
  [...world.guests.values()].flatMap((guest) =>
    guest.node === node.name
      ? cardsOn(guest, bridge)
          .filter(([key]) => guest.running?.loose.has(key) === false)
          .map(
            ([key, card]) =>
              [{ name: portOf(guest, key, card), vmid: String(guest.vmid), index: key }, vlansOf(card)] as const,
          )
      : [],
  )

/** What a bridge connects to besides guests: another node by VXLAN, or a card. In a simple zone there is nothing. */
const uplinksOf = (world: World, node: NodeState, bridge: string): readonly string[] => {
  const zone = world.sdn.running.vnets.get(bridge)?.['zone']
  if (zone !== undefined)
    return world.sdn.running.zones.get(String(zone))?.['type'] === 'vxlan' ? [`vxlan_${bridge}`] : []
  return splitList(String(node.network.get(bridge)?.['bridge_ports'] ?? ''))
}

/** Is a guest's NIC plugged into a bridge of a node. */
export const hasTaps = (world: World, node: NodeState, bridge: string): boolean =>
  tapsOn(world, node, bridge).length > 0

/**
 * The bridges of a zone by the configuration in force, whether they are there or not, and also on nodes that the zone does not
 * reach; `localnetwork` has the node's own. Throws for a zone that is not in force.
 */
export const bridgesOfZone = (world: World, node: NodeState, zone: string): readonly string[] => {
  if (zone === 'localnetwork')
    return [...node.network].filter(([, { type }]) => type === 'bridge').map(([bridge]) => bridge)
  if (!world.sdn.running.zones.has(zone)) throw parameterError({ zone: 'zone does not exist' })
  return vnetsOf(world, zone).map(([vnet]) => vnet)
}

/** A bridge with its ports as the node finds them; one that is missing has none, and no word of VLANs. */
export const bridgeRow = (world: World, node: NodeState, name: string): Readonly<Record<string, unknown>> => {
  const bridge = node.bridges.get(name)
  if (bridge === undefined) return { name, vlan_filtering: null, ports: [] }
  const uplinks = uplinksOf(world, node, name).map((port) => [{ name: port }, allVlans] as const)
  const ports = [...uplinks, ...tapsOn(world, node, name)].map(([port, vlans]) =>
    bridge.vlanAware ? { ...port, ...vlans } : port,
  )
  return { name, vlan_filtering: bridge.vlanAware ? 1 : 0, ports }
}
