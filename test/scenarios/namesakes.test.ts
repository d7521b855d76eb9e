import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText, type VmText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const B: VmText = { name: 'b', vlan: 10, octet: 2 }
const worldWith = (pool?: string): World =>
  clusterFrom({
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
    guests: [{ name: 'old', vmid: 105, node: 'pve2', memory_mib: 1024, running: true, ...(pool && { pool }) }],
  })

describe('a VM that turns out to be the one that is asked for', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const called = (name: string): readonly number[] =>
    [...lab.simulator.world.guests.values()].flatMap(({ vmid, config }) => (config.get('name') === name ? [vmid] : []))
  const isTaken = (name: string): boolean =>
    lab.controller.board.get('JD')?.vms.some((vm) => vm.name === name && vm.vmid === 105) === true

  it('is not cloned beside: in its pool, renamed since its node told the cluster its name', async () => {
    const world = worldWith('JD')
    lab = await openLab({ world })
    await lab.sleep(15_000)
    world.guests.get(105)?.config.set('name', 'JD-a')
    await lab.drop('JD.yml', rangeText([A]))
    await lab.until(() => isTaken('JD-a'))
    expect(called('JD-a')).to.deep.equal([105])
  })

  itLong('is not cloned beside: put into the pool while the clone waits for its turn', async () => {
    const world = worldWith()
    lab = await openLab({ world, storageLimits: { start: 1, most: 1 }, durations: { cloneBesides: 8000 } })
    await lab.drop('JD.yml', rangeText([A, B]))
    await lab.until(() => lab.writes().filter(({ path }) => path.endsWith('/clone')).length === 2)
    world.guests.get(105)?.config.set('name', 'JD-b')
    world.pools.get('JD')?.vms.add(105)
    await lab.until(() => isTaken('JD-b') && called('JD-a').length === 1)
    await lab.pass()
    expect(called('JD-b')).to.deep.equal([105])
  })
})
