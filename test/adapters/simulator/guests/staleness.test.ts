import { expect } from 'chai'
import { powerOffNode, powerOnNode } from '../../../../adapters/simulator/power.ts'
import { guestBench, type Bench } from './bench.ts'

describe('what /cluster/resources says of simulated guests', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = guestBench()
    bench.world.pools.set('R1', { poolid: 'R1', comment: undefined, vms: new Set(), storages: new Set() })
    // Just after a push, so that the next one is almost ten seconds away.
    await bench.clock.advance(10_001)
  })
  afterEach(() => bench.close())

  const rows = async (id: string): Promise<Record<string, unknown> | undefined> => {
    const { data } = await bench.ask('GET', '/cluster/resources')
    const found: unknown = Array.isArray(data) ? data.find((row: { id?: string }) => row.id === id) : undefined
    return typeof found === 'object' && found !== null ? { ...found } : undefined
  }

  it('shows a clone in progress without a name and with its lock', async () => {
    await bench.ask('POST', '/nodes/pve1/qemu/9001/clone', { newid: 301, full: 1, name: 'new' })
    await bench.clock.advance(300)
    expect(await rows('qemu/301')).to.deep.equal({
      id: 'qemu/301',
      type: 'qemu',
      vmid: 301,
      node: 'pve1',
      status: 'unknown',
      lock: 'clone',
    })
  })

  it('tells a clone that takes longer by its VMID, and by its name up to ten seconds after it is done', async () => {
    await bench.clock.advance(9500)
    await bench.ask('POST', '/nodes/pve1/qemu/9001/clone', { newid: 301, full: 1, name: 'new', pool: 'R1' })
    await bench.clock.advance(600)
    expect(await rows('qemu/301')).to.include({ name: 'VM 301', status: 'stopped', lock: 'clone' })
    await bench.clock.advance(2000)
    expect(await rows('qemu/301'))
      .to.include({ name: 'VM 301', status: 'stopped', pool: 'R1' })
      .and.not.have.key('lock')
    await bench.clock.advance(10_000)
    expect(await rows('qemu/301')).to.include({ name: 'new' })
  })

  it('knows VMID, node, tags and pool of a new VM at once, name and status after up to ten seconds', async () => {
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301, name: 'new', pool: 'R1', target: 'pve2' })
    await bench.ask('PUT', '/nodes/pve2/qemu/301/config', { tags: 'lanista' })
    expect(await rows('qemu/301')).to.deep.equal({
      id: 'qemu/301',
      type: 'qemu',
      vmid: 301,
      node: 'pve2',
      status: 'unknown',
      pool: 'R1',
      tags: 'lanista',
    })
    await bench.clock.advance(10_000)
    expect(await rows('qemu/301')).to.include({ name: 'new', status: 'stopped', maxcpu: 2, template: 0 })
  })

  it('still calls a VM stopped that started just now', async () => {
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301 })
    await bench.clock.advance(10_000)
    await bench.run('POST', '/nodes/pve1/qemu/301/status/start')
    expect(await rows('qemu/301')).to.include({ status: 'stopped' })
    expect((await bench.ask('GET', '/nodes/pve1/qemu/301/status/current')).data).to.include({ status: 'running' })
    await bench.clock.advance(10_000)
    expect(await rows('qemu/301')).to.include({ status: 'running' })
  })

  it('forgets a deleted VM at once', async () => {
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301 })
    await bench.run('DELETE', '/nodes/pve1/qemu/301')
    expect(await rows('qemu/301')).to.equal(undefined)
  })

  it("counts a running VM's memory to its node's, late as everything", async () => {
    const before = Number((await rows('node/pve1'))?.['mem'])
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301 })
    await bench.run('POST', '/nodes/pve1/qemu/301/status/start')
    expect((await rows('node/pve1'))?.['mem']).to.equal(before)
    await bench.clock.advance(10_000)
    expect(Number((await rows('node/pve1'))?.['mem']) - before).to.equal(2048 * 1_048_576)
  })

  it('keeps the last word of a node that lost power for five minutes, then knows nothing', async () => {
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301, name: 'on2', target: 'pve2' })
    await bench.run('POST', '/nodes/pve2/qemu/301/status/start')
    await bench.clock.advance(10_000)
    powerOffNode(bench.sim, 'pve2')
    expect(await rows('node/pve2')).to.include({ status: 'online' })
    await bench.clock.advance(10_000)
    expect(await rows('node/pve2')).to.include({ status: 'offline' })
    expect(await rows('qemu/301')).to.include({ name: 'on2', status: 'running' })
    await bench.clock.advance(300_000)
    expect(await rows('qemu/301')).to.deep.equal({
      id: 'qemu/301',
      type: 'qemu',
      vmid: 301,
      node: 'pve2',
      status: 'unknown',
    })
    powerOnNode(bench.sim, 'pve2')
    await bench.clock.advance(10_000)
    expect(await rows('qemu/301')).to.include({ name: 'on2', status: 'stopped' })
  })
})
