import { expect } from 'chai'
import { configLock } from '../../../../adapters/simulator/locks.ts'
import { guestBench, type Bench } from './bench.ts'
import { itLong } from '../../../runner/long-runs.ts'

const clone = '/nodes/pve1/qemu/9000/clone'
const templateLock = `pve1:${configLock(9000)}`
const tries = 9

describe('locks around simulated guests', () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench()
  })
  afterEach(() => bench.close())

  const hold = (name: string): (() => void) => {
    const release = bench.sim.locks.tryHold(name)
    if (release === undefined) throw new Error(`${name} is taken`)
    return release
  }

  it('let 40 linked clones of one template through, one after the other at the storage', async () => {
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        bench.send('POST', clone, { newid: 600 + index, name: `many${index}`, target: `pve${(index % 3) + 1}` }),
      ),
    )
    expect(replies.every((reply) => reply.status === 200)).to.equal(true)
    await bench.until(Promise.all(bench.world.tasks.map((task) => task.done)))
    expect(new Set(bench.world.tasks.map((task) => task.end?.status))).to.deep.equal(new Set(['OK']))
    const waited = bench.world.tasks.filter((task) =>
      task.log.includes(`trying to acquire cfs lock 'storage-shared' ...`),
    )
    expect(waited.length).to.be.greaterThan(10)
    const names = bench.world.storages.get('shared')?.volumes.map((volume) => volume.volid) ?? []
    expect(new Set(names).size).to.equal(41)
  })

  it('make a clone give up after ten tries at a storage that somebody else holds', async () => {
    const release = hold('storage-shared')
    const started = bench.clock.now()
    const task = await bench.run('POST', clone, { newid: 700 })
    release()
    expect(task.end?.status).to.equal(`clone failed: cfs-lock 'storage-shared' error: got lock request timeout`)
    expect(task.log.filter((line) => line === `trying to acquire cfs lock 'storage-shared' ...`)).to.have.length(tries)
    expect(bench.clock.now() - started).to.be.within(9500, 12_500)
    expect(bench.world.guests.has(700)).to.equal(false)
  })

  it('make a create give up in the same way', async () => {
    const release = hold('storage-shared')
    const task = await bench.run('POST', '/nodes/pve1/qemu', { vmid: 701, scsi0: 'shared:1' })
    release()
    expect(task.end?.status).to.equal(
      `unable to create VM 701 - cfs-lock 'storage-shared' error: got lock request timeout`,
    )
    expect(bench.world.guests.has(701)).to.equal(false)
  })

  it('of a template, held by somebody, cost a clone one second', async () => {
    const release = hold(templateLock)
    const started = bench.clock.now()
    const task = await bench.run('POST', clone, { newid: 702 })
    release()
    expect(task.end?.status).to.equal(`can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout`)
    expect(task.log[0]).to.equal('trying to acquire lock...')
    expect(bench.clock.now() - started).to.equal(1000)
  })

  it('of a VM, held by somebody, cost a config write ten seconds', async () => {
    const release = hold(templateLock)
    const started = bench.clock.now()
    const reply = await bench.ask('PUT', '/nodes/pve1/qemu/9000/config', { description: 'x' })
    release()
    expect([reply.status, reply.reason]).to.deep.equal([
      500,
      `can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout`,
    ])
    expect(bench.clock.now() - started).to.equal(10_000)
    expect(bench.guest(9000).config.has('description')).to.equal(false)
  })

  it('of a VM are taken as soon as they are given back', async () => {
    const release = hold(templateLock)
    const reply = bench.send('PUT', '/nodes/pve1/qemu/9000/config', { description: 'x' })
    await bench.clock.advance(4000)
    release()
    expect((await bench.until(reply)).status).to.equal(200)
    expect(bench.guest(9000).config.get('description')).to.equal('x')
  })

  it('of a stopped template are shared by clones and keep a write waiting', async () => {
    const first = await bench.ask('POST', '/nodes/pve1/qemu/9001/clone', { newid: 460, full: 1 })
    const second = await bench.ask('POST', '/nodes/pve1/qemu/9001/clone', { newid: 461, full: 1 })
    const write = bench.send('PUT', '/nodes/pve1/qemu/9001/config', { description: 'later' })
    await bench.clock.advance(500)
    expect(bench.guest(460).config.get('lock')).to.equal('clone')
    expect(bench.guest(461).config.get('lock')).to.equal('clone')
    expect(bench.guest(9001).config.has('description')).to.equal(false)
    expect((await bench.until(write)).status).to.equal(200)
    for (const { data } of [first, second])
      expect(bench.world.tasks.find((task) => task.upid === data)?.end?.status).to.equal('OK')
  })

  it('named in the configuration refuse changes at once and operations in their tasks', async () => {
    await bench.run('POST', clone, { newid: 301 })
    bench.guest(301).config.set('lock', 'backup')
    const path = '/nodes/pve1/qemu/301'
    for (const method of ['PUT', 'POST'])
      expect((await bench.ask(method, `${path}/config`, { name: 'x' })).reason).to.equal('VM is locked (backup)')
    expect((await bench.ask('POST', `${path}/clone`, { newid: 302, full: 1 })).reason).to.equal('VM is locked (backup)')
    expect((await bench.run('POST', `${path}/status/start`)).end?.status).to.equal('VM is locked (backup)')
    expect((await bench.run('DELETE', path)).end?.status).to.equal('VM is locked (backup)')
    expect((await bench.ask('PUT', `${path}/config`, { delete: 'lock' })).reason).to.equal(
      `only root can set 'lock' config`,
    )
    expect((await bench.ask('PUT', `${path}/config`, { delete: 'lock', skiplock: 1 })).errors).to.deep.equal({
      skiplock: 'Only root may use this option.',
    })
  })

  it('of a VM that is suspended to disk keep nobody from deleting it', async () => {
    await bench.run('POST', clone, { newid: 301 })
    bench.guest(301).config.set('lock', 'suspended')
    expect((await bench.run('DELETE', '/nodes/pve1/qemu/301')).end?.status).to.equal('OK')
  })

  it('of a clone refuse a change to it, unless it is done within a moment', async () => {
    await bench.run('POST', '/nodes/pve1/qemu', { vmid: 200, scsi0: 'shared:8' })
    await bench.ask('POST', '/nodes/pve1/qemu/200/clone', { newid: 201, full: 1 })
    await bench.ask('POST', '/nodes/pve1/qemu/9001/clone', { newid: 460, full: 1 })
    await bench.clock.advance(100)
    const long = bench.send('PUT', '/nodes/pve1/qemu/201/config', { name: 'early' })
    const short = bench.send('PUT', '/nodes/pve1/qemu/460/config', { name: 'early' })
    expect((await bench.until(long)).reason).to.equal('VM is locked (clone)')
    expect((await bench.until(short)).status).to.equal(200)
    expect(bench.guest(460).config.get('name')).to.equal('early')
  })

  itLong('let 200 clones at once end, each done or told why, with nothing left of those that failed', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, index) => bench.send('POST', clone, { newid: 20_000 + index })))
    await bench.until(Promise.all(bench.world.tasks.map((task) => task.done)))
    const done = bench.world.tasks.filter((task) => task.end?.status === 'OK')
    const others = new Set(bench.world.tasks.filter((task) => !done.includes(task)).map((task) => task.end?.status))
    expect(others).to.deep.equal(new Set([`clone failed: cfs-lock 'storage-shared' error: got lock request timeout`]))
    expect([...bench.world.guests.keys()].filter((vmid) => vmid >= 20_000)).to.have.length(done.length)
    expect(bench.world.storages.get('shared')?.volumes).to.have.length(done.length + 1)
  })
})
