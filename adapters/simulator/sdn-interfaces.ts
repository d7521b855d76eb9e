import { splitList } from './formats.ts'
import { byCode } from './sdn-section.ts'
import { isOnNode } from './sdn-state.ts'
import type { NodeState, SdnConfig, SdnObject, SdnValue } from './world.ts'

type Stanza = readonly [name: string, lines: readonly string[]]

/** A VNet's bridge, whatever its zone's type: what it rests on, its VLANs, its MTU if the zone says one, its alias. */
const bridgeStanza = (name: string, { alias, vlanaware }: SdnObject, ports: string, mtu?: SdnValue): Stanza => [
  name,
  [
    `bridge_ports ${ports}`,
    'bridge_stp off',
    'bridge_fd 0',
    ...(Number(vlanaware ?? 0) === 1 ? ['bridge-vlan-aware yes', 'bridge-vids 2-4094'] : []),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...(alias === undefined ? [] : [`alias ${alias}`]),
  ],
]

const stanzasOf = (vnet: string, config: SdnObject, zone: SdnObject, node: NodeState): readonly Stanza[] => {
  if (zone['type'] === 'simple') return [bridgeStanza(vnet, config, 'none', zone['mtu'])]
  if (zone['type'] !== 'vxlan') return []
  const { peers = '', mtu = 1450 } = zone
  const remotes = splitList(String(peers)).filter((peer) => peer !== node.address)
  const tunnel = `vxlan_${vnet}`
  return [
    bridgeStanza(vnet, config, tunnel, mtu),
    [tunnel, [`vxlan-id ${config['tag']}`, ...remotes.map((peer) => `vxlan_remoteip ${peer}`), `mtu ${mtu}`]],
  ]
}

/** The interfaces file that a node generates from an SDN configuration, for VXLAN and simple zones: sorted by interface. */
export const sdnInterfaces = (config: SdnConfig, node: NodeState, version: number): string => {
  const stanzas = [...config.vnets].flatMap(([vnet, values]) => {
    const zone = config.zones.get(String(values['zone']))
    return zone === undefined || !isOnNode(zone, node.name) ? [] : stanzasOf(vnet, values, zone, node)
  })
  const text = stanzas
    .toSorted(([a], [b]) => byCode(a, b))
    .map(([name, lines]) => ['', `auto ${name}`, `iface ${name}`, ...lines.map((line) => `\t${line}`), ''].join('\n'))
  return [`#version:${version}\n`, ...text].join('')
}
