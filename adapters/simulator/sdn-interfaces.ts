import type { NodeState, SdnConfig } from './world.ts'
import { byCode } from './sdn-section.ts'

const stanza = (name: string, lines: readonly string[]): string =>
  [`auto ${name}`, `iface ${name}`, ...lines.map((line) => `\t${line}`), ''].join('\n')

/** The interfaces file a node generates from an SDN configuration; VXLAN zones only. */
export const sdnInterfaces = (config: SdnConfig, node: NodeState, version: number): string => {
  const stanzas: string[] = []
  for (const [vnet, { zone = '', tag, alias, vlanaware }] of [...config.vnets].toSorted(([a], [b]) => byCode(a, b))) {
    const { type, peers = '', mtu = 1450 } = config.zones.get(String(zone)) ?? {}
    if (type !== 'vxlan') continue
    const remotes = String(peers)
      .split(/[,; ]+/)
      .filter((peer) => peer !== '' && peer !== node.address)
    stanzas.push(
      stanza(vnet, [
        `bridge_ports vxlan_${vnet}`,
        'bridge_stp off',
        'bridge_fd 0',
        ...(Number(vlanaware ?? 0) === 1 ? ['bridge-vlan-aware yes', 'bridge-vids 2-4094'] : []),
        `mtu ${mtu}`,
        ...(alias === undefined ? [] : [`alias ${alias}`]),
      ]),
      stanza(`vxlan_${vnet}`, [`vxlan-id ${tag}`, ...remotes.map((peer) => `vxlan_remoteip ${peer}`), `mtu ${mtu}`]),
    )
  }
  return [`#version:${version}`, '', ...stanzas].join('\n')
}

/** The lines two texts differ in, in the manner of `diff`: what goes with `-`, what comes with `+`. Empty when equal. */
export const lineDifference = (before: string, after: string, name: string): string => {
  if (before === after) return ''
  const [from, to] = [before.split('\n'), after.split('\n')]
  const kept = new Set(to)
  const known = new Set(from)
  return [
    `--- ${name}`,
    `+++ ${name}.new`,
    ...from.filter((line) => !kept.has(line)).map((line) => `-${line}`),
    ...to.filter((line) => !known.has(line)).map((line) => `+${line}`),
    '',
  ].join('\n')
}
