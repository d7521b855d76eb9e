import { hasTaps, pluggedInto } from './bridge-ports.ts'
import { vnetsOf, zonesOn } from './sdn-state.ts'
import type { Bridges, Interfaces, NodeState, World } from './world.ts'

/** `/etc/network/interfaces` bridges of a node. */
const localBridges = (network: Interfaces): Bridges =>
  new Map(
    [...network]
      .filter(([, iface]) => iface['type'] === 'bridge' || iface['type'] === 'OVSBridge')
      .map(([name, iface]) => [name, { vlanAware: iface['type'] === 'OVSBridge' || iface['bridge_vlan_aware'] === 1 }]),
  )

/** The bridges a node's SDN file would have if it were generated now. */
const sdnBridgesNow = (world: World, node: NodeState): Bridges =>
  new Map(
    zonesOn(world, node.name).flatMap(([zone]) =>
      vnetsOf(world, zone).map(
        ([vnet, config]) => [vnet, { vlanAware: Number(config['vlanaware'] ?? 0) === 1 }] as const,
      ),
    ),
  )

/** Puts the staged interfaces file in the place of the one in force. */
export const takeStagedNetwork = (node: NodeState): void => {
  if (node.stagedNetwork === undefined) return
  node.network = node.stagedNetwork
  node.stagedNetwork = undefined
  node.networkByProxmox = true
}

/** Activates staged interfaces and generates the SDN file: from then on the node calls itself up to date. */
export const writeNetworkFiles = (world: World, node: NodeState): void => {
  takeStagedNetwork(node)
  node.sdnVersion = world.sdn.version
  node.sdnBridges = sdnBridgesNow(world, node)
}

/** The bridges that a node's files describe, and what makes them the kernel's. */
const filesOf = (node: NodeState): { readonly bridges: Bridges; readonly activate: () => void } => {
  const bridges = new Map([...localBridges(node.network), ...node.sdnBridges])
  const read = new Set(node.network.keys())
  const activate = (): void => {
    node.network = new Map(
      [...node.network].map(([name, iface]) => [name, read.has(name) ? { ...iface, active: 1 } : iface]),
    )
  }
  return { bridges, activate }
}

/** NICs of running guests lose what hung on a bridge that was not there: it comes back without its ports. */
const loosenTaps = (world: World, node: NodeState, bridge: string): void => {
  for (const guest of world.guests.values())
    if (guest.node === node.name) for (const key of pluggedInto(guest, bridge)) guest.running?.loose.add(key)
}

/**
 * Reads the node's files as a reload does; what is returned makes the kernel's bridges those of the files as they were read. A
 * bridge that no file describes any more stays for as long as running guests hang on it (a patch of Proxmox' to ifupdown2).
 */
export const readNetworkFiles = (world: World, node: NodeState): (() => void) => {
  const { bridges, activate } = filesOf(node)
  return () => {
    const before = node.bridges
    for (const bridge of bridges.keys()) if (!before.has(bridge)) loosenTaps(world, node, bridge)
    const left = [...before].filter(([bridge]) => !bridges.has(bridge) && hasTaps(world, node, bridge))
    node.bridges = new Map([...bridges, ...left])
    activate()
  }
}

/** Makes the kernel's bridges those of the node's files, as a boot does. */
export const bringUpNetwork = (node: NodeState): void => {
  const { bridges, activate } = filesOf(node)
  node.bridges = bridges
  activate()
}
