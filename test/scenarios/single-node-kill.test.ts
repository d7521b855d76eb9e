import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'chai'
import type { NodeState } from '../../adapters/simulator/world.ts'
import { bridgesWorld } from './bridges-world.ts'
import { rangeText } from './ranges.ts'
import { openSite } from './site.ts'

const MAIN = path.resolve('dist/controllers/main.js')
const FILES = {
  'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]),
  'KT.yml': rangeText([{ name: 'b', vlan: 20, octet: 1 }]),
}
const CREATE = 'POST /nodes/pve1/network'
const ACTIVATE = 'PUT /nodes/pve1/network'

/** The calls of a node's network that write, and how many of them strike before the kill. */
const MOMENTS: readonly (readonly [call: string, count: number, phase: 'arrived' | 'answered'])[] = [
  [CREATE, 1, 'answered'],
  [CREATE, 2, 'answered'],
  [ACTIVATE, 1, 'arrived'],
  [ACTIVATE, 1, 'answered'],
]

/** Kills a first life at that moment, lets a second one finish, and tells how the node's network ended. */
async function liveTwice([call, count, phase]: (typeof MOMENTS)[number]): Promise<unknown> {
  const site = await openSite(FILES, bridgesWorld(1))
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
    const last = spawn(process.execPath, [MAIN, 'run', '--once', '--config', config], { stdio: 'ignore' })
    const [status] = await once(last, 'exit')
    const bridges = [...node.network].map(([name, { comments }]) => `${name} ${String(comments ?? '').trim()}`)
    return { status, bridges: bridges.sort(), up: [...node.bridges.keys()].sort(), staged: node.stagedNetwork }
  } finally {
    await site.close()
  }
}

describe('killed while it makes bridges, and started again', function () {
  this.timeout(60_000)

  it('ends with each bridge once, up, and nothing staged', async () => {
    const ends = await Promise.all(MOMENTS.map(liveTwice))
    for (const [index, end] of ends.entries()) {
      expect(end, MOMENTS[index]?.join(' ')).to.deep.equal({
        status: 0,
        bridges: ['eth0 ', 'vmbr0 ', 'vmbr1000 ', 'vmbr1001 lanista range JD', 'vmbr1002 lanista range KT'],
        up: ['vmbr0', 'vmbr1000', 'vmbr1001', 'vmbr1002'],
        staged: undefined,
      })
    }
  })
})
