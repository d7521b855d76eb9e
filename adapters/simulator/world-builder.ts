import { emptySdn } from './sdn-state.ts'
import { measure } from './statistics.ts'
import { bringUpNetwork, writeNetworkFiles } from './network-state.ts'
import { seededRandom } from './random.ts'
import type { Interfaces, NodeState, World } from './world.ts'

const nothingPublished = { at: 0, guests: new Map(), node: { cpu: 0, mem: 0, uptime: 0 }, zones: new Map() }

/** A world with nothing in it. */
export const emptyWorld = (clusterName: string, seed: number): World => ({
  clusterName,
  version: { version: '9.1.9', release: '9.1', repoid: 'ee7bad0a00000000' },
  quorumOverride: undefined,
  nodes: new Map(),
  storages: new Map(),
  guests: new Map(),
  access: { users: new Map(), roles: new Map(), groups: new Map(), acl: [], tickets: new Map() },
  pools: new Map(),
  sdn: { configured: emptySdn, running: emptySdn, version: 0, lock: undefined },
  options: new Map([['keyboard', 'en-us']]),
  guestsRespond: true,
  tasks: [],
  random: seededRandom(seed),
})

/** What makes up a node before it runs. */
export interface NodeSketch {
  readonly name: string
  readonly id: number
  readonly address: string
  readonly cores: number
  readonly memory: number
  readonly memoryUsed: number
  readonly rootDisk: NodeState['rootDisk']
  readonly network: Interfaces
}

/** A running node, not yet in any world. */
export const nodeFrom = (sketch: NodeSketch): NodeState => ({
  ...sketch,
  online: true,
  lostAt: undefined,
  silent: false,
  bootedAt: 0,
  clockAheadMs: 0,
  stagedNetwork: undefined,
  networkByProxmox: false,
  bridges: new Map(),
  sdnBridges: new Map(),
  ailingVnets: new Map(),
  sdnVersion: 0,
  published: nothingPublished,
  nextPid: 200,
})

/** Lets the nodes of a finished world run since an hour: bridges up, SDN in force, statistics pushed. */
export const settleWorld = (world: World, now: number): World => {
  for (const node of world.nodes.values()) {
    node.bootedAt = now - 3_600_000
    writeNetworkFiles(world, node)
    bringUpNetwork(node)
  }
  for (const node of world.nodes.values()) node.published = measure(world, node, now)
  return world
}

/** An unconfigured Ethernet port. */
export const ethernet = { type: 'eth', method: 'manual', method6: 'manual', priority: 3, active: 1, families: ['inet'] }

/** The usual first bridge with the node's address. */
export const firstBridge = (address: string): Readonly<Record<string, string | number | readonly string[]>> => ({
  type: 'bridge',
  method: 'static',
  method6: 'manual',
  address,
  netmask: '24',
  cidr: `${address}/24`,
  gateway: address.replace(/\d+$/, '254'),
  bridge_ports: 'eth0',
  bridge_stp: 'off',
  bridge_fd: '0',
  autostart: 1,
  active: 1,
  priority: 4,
  families: ['inet'],
})
