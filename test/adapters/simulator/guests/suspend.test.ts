import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu/301'

describe('a simulated guest', () => {
  let bench: Bench
  before(async () => {
    bench = guestBench()
    await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 301 })
  })
  after(() => bench.close())

  const current = async (): Promise<unknown> => (await bench.ask('GET', `${path}/status/current`)).data
  const end = async (verb: string, params: Record<string, string | number> = {}): Promise<string | undefined> =>
    (await bench.run('POST', `${path}/status/${verb}`, params)).end?.status

  it('that is paused is called running, can not be started, and goes on when it is resumed', async () => {
    await end('start')
    expect(await end('suspend')).to.equal('OK')
    expect(bench.world.tasks.at(-1)?.type).to.equal('qmpause')
    expect(await current()).to.include({ status: 'running', qmpstatus: 'paused' })
    expect(await end('start')).to.equal('VM 301 already running')
    expect(await end('resume')).to.equal('OK')
    expect(bench.world.tasks.at(-1)?.type).to.equal('qmresume')
    expect(await current()).to.include({ status: 'running', qmpstatus: 'running' })
  })

  it('that is suspended to a volume is stopped and locked, and a start takes its memory up again', async () => {
    expect(await end('suspend', { todisk: 1 })).to.equal('OK')
    expect(bench.world.tasks.at(-1)?.type).to.equal('qmsuspend')
    expect(await current()).to.include({ status: 'stopped', qmpstatus: 'stopped', lock: 'suspended' })
    expect(bench.guest(301).config.get('vmstate')).to.match(/^shared:301\/vm-301-state-suspend-/)
    expect((await bench.ask('PUT', `${path}/config`, { cores: 2 })).reason).to.equal('VM is locked (suspended)')
    expect(await end('start')).to.equal('OK')
    expect(bench.guest(301).config.has('lock')).to.equal(false)
    expect(bench.guest(301).config.has('vmstate')).to.equal(false)
  })

  it('can be suspended only while it runs, and to a storage only by who may allocate space there', async () => {
    const short = bench.tokenWith('short', { '/vms': 'VM.PowerMgmt VM.Config.Disk VM.Audit' })
    const { reason } = await bench.ask('POST', `${path}/status/suspend`, { todisk: 1 }, short)
    expect(reason).to.equal('Permission check failed (/storage/shared, Datastore.AllocateSpace)')
    await end('stop')
    expect((await bench.ask('POST', `${path}/status/suspend`)).reason).to.equal('VM 301 not running')
    expect((await bench.ask('POST', `${path}/status/resume`)).reason).to.equal('VM 301 not running')
  })

  it('whose start failed by a time-out is called running until its process is gone', async () => {
    bench.sim.faults.arm({ on: 'start', vmid: 301, lingers: 5000 })
    expect(await end('start')).to.equal('start failed: command failed: got timeout')
    expect(await current()).to.include({ status: 'running' })
    await bench.clock.advance(5000)
    expect(await current()).to.include({ status: 'stopped' })
  })

  it('keeps in a snapshot the bridge that it had, whatever its configuration says now', async () => {
    const [before, after] = ['virtio=02:00:00:00:00:01,bridge=vmbr0', 'virtio=02:00:00:00:00:01,bridge=vmbr0,tag=7']
    await bench.ask('PUT', `${path}/config`, { net0: before })
    await bench.run('POST', `${path}/snapshot`, { snapname: 'early' })
    await bench.ask('PUT', `${path}/config`, { net0: after })
    expect((await bench.ask('GET', `${path}/snapshot/early/config`)).data).to.include({ net0: before })
    expect((await bench.ask('GET', `${path}/config`)).data).to.include({ net0: after })
    expect((await bench.ask('GET', `${path}/snapshot/late/config`)).reason).to.equal(`snapshot 'late' does not exist`)
  })
})
