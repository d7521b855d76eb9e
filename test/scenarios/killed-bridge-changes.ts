import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'chai'
import { withInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import { bridgesWorld, rangeBridge } from './bridges-world.ts'
import { lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSiteForProcesses } from './site.ts'

const MAIN = path.resolve('dist/controllers/main.js')
const FILES = {
  'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]),
  'KT.yml': rangeText([{ name: 'b', vlan: 20, octet: 1 }]),
}
const CREATE = 'POST /nodes/pve1/network'
const DELETE = 'DELETE /nodes/pve1/network/vmbr1001'
const ACTIVATE = 'PUT /nodes/pve1/network'

/** A call of a node's network that writes, and which one of them it is at which the kill strikes. */
export type Moment = readonly [call: string, count: number, phase: 'arrived' | 'answered']

export const MAKING: readonly Moment[] = [
  [CREATE, 1, 'answered'],
  [CREATE, 2, 'answered'],
  [ACTIVATE, 1, 'arrived'],
  [ACTIVATE, 1, 'answered'],
]

export const REMOVING: readonly Moment[] = [
  [DELETE, 1, 'arrived'],
  [DELETE, 1, 'answered'],
  [ACTIVATE, 1, 'arrived'],
  [ACTIVATE, 1, 'answered'],
]

/** A single node with JD's bridge, all of whose VMs are gone. */
function worldWithBridge(): World {
  const world = bridgesWorld(1)
  const node = world.nodes.get('pve1')!
  node.network = withInterface(node.network, 'vmbr1001', rangeBridge('JD'))
  bringUpNetwork(node)
  return world
}

/** Kills a first life at that moment, lets a second one finish, and tells how the node's network ended. */
async function liveTwice(
  [call, count, phase]: Moment,
  files: Readonly<Record<string, string>>,
  world: World,
): Promise<unknown> {
  const site = await openSiteForProcesses(files, world)
  const { simulator, config } = site
  const node: NodeState = simulator.world.nodes.get('pve1')!
  try {
    let left = count
    const first = spawn(process.execPath, [MAIN, 'run', '--config', config], { stdio: 'ignore' })
    const exited = once(first, 'exit')
    simulator.journal.listen((entry, at) => {
      if (at === phase && `${entry.method} ${entry.path}` === call && --left === 0) first.kill('SIGKILL')
    })
    await exited
    const { status } = await lanistaHere(['run', '--once', '--config', config])
    const bridges = [...node.network].map(([name, { comments }]) => `${name} ${String(comments ?? '').trim()}`)
    return { status, bridges: bridges.sort(), up: [...node.bridges.keys()].sort(), staged: node.stagedNetwork }
  } finally {
    await site.close()
  }
}

/** A range's bridge goes, and the change is killed at each of these moments. */
export async function removeDespiteKills(moments: readonly Moment[]): Promise<void> {
  const files = { 'JD.yml': `${FILES['JD.yml']}ludus_extensions: { lanista: { state: absent } }\n` }
  const ends = await Promise.all(moments.map((moment) => liveTwice(moment, files, worldWithBridge())))
  for (const [index, end] of ends.entries())
    expect(end, moments[index]?.join(' ')).to.deep.equal({
      status: 0,
      bridges: ['eth0 ', 'vmbr0 ', 'vmbr1000 '],
      up: ['vmbr0', 'vmbr1000'],
      staged: undefined,
    })
}

/** Two ranges get their bridges, and the change is killed at each of these moments. */
export async function makeDespiteKills(moments: readonly Moment[]): Promise<void> {
  const ends = await Promise.all(moments.map((moment) => liveTwice(moment, FILES, bridgesWorld(1))))
  for (const [index, end] of ends.entries())
    expect(end, moments[index]?.join(' ')).to.deep.equal({
      status: 0,
      bridges: ['eth0 ', 'vmbr0 ', 'vmbr1000 ', 'vmbr1001 lanista range JD', 'vmbr1002 lanista range KT'],
      up: ['vmbr0', 'vmbr1000', 'vmbr1001', 'vmbr1002'],
      staged: undefined,
    })
}
