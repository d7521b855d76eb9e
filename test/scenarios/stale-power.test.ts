import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { Guest } from '../../adapters/simulator/world.ts'
import { lanistaHere } from './command-line.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openSite } from './site.ts'
import { itLong } from '../runner/long-runs.ts'

const FILE = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])

const named = (guests: Iterable<Guest>, name: string): Guest =>
  [...guests].find(({ config }) => config.get('name') === name)!

describe("what the cluster's list says of a VM's power, up to 10 s late", () => {
  itLong(
    'is not believed by run --once: a VM that was just stopped is started, and then the range is Ready',
    async () => {
      const site = await openSite({ 'JD.yml': FILE })
      try {
        const first = await lanistaHere(['run', '--once', '--config', site.config])
        expect(first.status, first.stderr).to.equal(0)
        const { guests } = site.simulator.world
        const a = named(guests.values(), 'JD-a')
        await site.nodesHaveTold()
        // As a person's stop does; no node has told of it yet.
        a.running = undefined
        const second = await lanistaHere(['run', '--once', '--config', site.config])
        expect(second.status, second.stdout + second.stderr).to.equal(0)
        expect(a.running, 'runs at the end').not.to.equal(undefined)
      } finally {
        await site.close()
      }
    },
  )

  let lab: Lab | undefined
  afterEach(() => lab?.close())

  itLong('is not believed of a VM whose start has just failed and whose process lingers', async () => {
    lab = await openLab({ files: { 'JD.yml': FILE } })
    const { journal, world } = lab.simulator
    lab.simulator.arm({ on: 'task', type: 'qmstart', id: '1010001', at: 'after', error: 'start failed: timeout' })
    const claims: boolean[] = []
    let failed = false
    lab.controller.board.onChange(() => {
      if (failed) claims.push(lab!.ready('JD'))
    })
    journal.listen(({ path, method }, at) => {
      if (at === 'answered' && method === 'POST' && path.endsWith('1010001/status/start')) failed = true
    })
    // QEMU is there for a while after its start was given up.
    await lab.until(() => failed && named(world.guests.values(), 'JD-a').running !== undefined)
    await lab.sleep(3000)
    named(world.guests.values(), 'JD-a').running = undefined
    expect(claims.some(Boolean), 'was called Ready meanwhile').to.equal(false)
    await lab.until(() => lab!.ready('JD'))
    expect(named(world.guests.values(), 'JD-a').running).not.to.equal(undefined)
  })

  itLong(
    'is not believed while the node does not answer, which is said, and Proxmox is not asked again and again',
    async () => {
      const world = clusterFrom({
        templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
        guests: [{ name: 'JD-a', vmid: 105, node: 'pve1', pool: 'JD', memory_mib: 1024, running: true }],
      })
      lab = await openLab({ world })
      const { journal } = lab.simulator
      const mute = lab.simulator.arm({
        on: 'request',
        match: { method: 'GET', path: '/nodes/pve1/qemu' },
        at: 'before',
        effect: { kind: 'answer', status: 500, message: 'no answer' },
        times: 10_000,
      })
      const troubleOf = () => lab!.controller.board.get('JD')?.vms.find(({ name }) => name === 'JD-a')?.trouble ?? ''
      await lab.drop('JD.yml', FILE)
      await lab.until(() => /pve1 does not say whether it runs: .*no answer/.test(troubleOf()))
      await lab.sleep(60_000)
      const looks = () => journal.find({ path: '/cluster/resources' }).length
      const before = looks()
      await lab.sleep(300_000)
      expect(lab.ready('JD')).to.equal(false)
      expect(looks() - before).to.be.below(60)
      mute.disarm()
      await lab.until(() => !troubleOf().includes('does not say'))
    },
  )
})
