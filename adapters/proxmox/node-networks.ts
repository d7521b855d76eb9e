import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { InterfaceSeen, NodeNetworkSeen } from '../../model/snapshot.ts'
import type { z } from 'zod'
import type { Api } from './api.ts'
import { nodeNetwork } from './schemas.ts'

/** Reads the networks of nodes, side by side. */
export interface NodeNetworks {
  /** Those that tell in time, in the order of the names: one node that hangs must not blind Lanista for the others. */
  of(nodes: readonly string[], signal: AbortSignal): Promise<readonly NodeNetworkSeen[]>
}

type Reply = z.output<typeof nodeNetwork>

/** What changes without anybody changing the configuration: whether it is up, and its place in the file. */
const PASSING: ReadonlySet<string> = new Set(['active', 'exists', 'priority'])

const configOf = (row: Reply['data'][number]): string =>
  JSON.stringify(
    Object.entries(row)
      .filter(([key, value]) => !PASSING.has(key) && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

const interfaceSeen = (row: Reply['data'][number]): InterfaceSeen => ({
  name: row.iface,
  type: row.type ?? 'unknown',
  addresses: [row.address, row.address6].filter((address) => address !== undefined),
  prefixes: [row.cidr, row.cidr6].filter((prefix) => prefix !== undefined),
  mtu: row.mtu,
  vlanAware: row.bridge_vlan_aware ?? false,
  vids: row.bridge_vids,
  ports: row.bridge_ports ?? [],
  gateways: [row.gateway, row.gateway6].filter((gateway) => gateway !== undefined),
  over: [
    ...[row.slaves, row.ovs_ports, row.ovs_bonds].flatMap((names) => names ?? []),
    ...[row['vlan-raw-device'], row['vxlan-physdev'], row.ovs_bridge].filter((name) => name !== undefined),
  ],
  options: [...(row.options ?? []), ...(row.options6 ?? [])],
  comment: row.comments?.trimEnd(),
  autostart: row.autostart ?? false,
  active: row.active ?? false,
  config: configOf(row),
})

/** One node's network from the whole reply; interfaces in the order of their names. */
export const nodeNetworkSeen = (node: string, { data, changes }: Reply): NodeNetworkSeen => ({
  node,
  interfaces: data.map(interfaceSeen).sort((a, b) => a.name.localeCompare(b.name)),
  staged: changes,
})

/**
 * One read a node: `GET /nodes/<node>/network`, which every user may make. Proxmox itself tries for 30 s to reach a node
 * that was lost a moment ago, so nobody waits for that.
 */
export const createNodeNetworks = (api: Pick<Api, 'peek'>): NodeNetworks => {
  const one = async (node: string, signal: AbortSignal): Promise<readonly NodeNetworkSeen[]> => {
    try {
      const reply = await api.peek('GET /nodes/{node}/network', { node }, {}, nodeNetwork, signal)
      return [nodeNetworkSeen(node, reply)]
    } catch (error) {
      signal.throwIfAborted()
      if (isProxmoxError(error, 'unauthorized')) throw error
      return []
    }
  }
  return {
    of: async (nodes, signal) => (await Promise.all(nodes.map((node) => one(node, signal)))).flat(),
  }
}
