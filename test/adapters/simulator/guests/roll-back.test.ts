import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu/301'
const OLD = 'virtio=02:00:00:00:00:01,bridge=vmbr1001,tag=10'
const NEW = 'virtio=02:00:00:00:00:01,bridge=vmbr0'
const GONE = "bridge 'vmbr1001' does not exist"

/** What a snapshot of the time before brings back (from the sources of qemu-server and pve-guest-common). */
describe("the simulator's VM that is rolled back", () => {
  let bench: Bench
  beforeEach(async () => {
    bench = guestBench({
      nodes: [{ name: 'pve1' }],
      guests: [{ name: 'a', vmid: 301, nics: [OLD], running: true, pool: 'JD' }],
    })
    bench.addBridge('pve1', 'vmbr1001', true)
  })
  afterEach(() => bench.close())

  const snapshot = (vmstate: number) => bench.run('POST', `${path}/snapshot`, { snapname: 's1', vmstate })
  const loseBridge = () => {
    const node = bench.world.nodes.get('pve1')!
    node.bridges = new Map([...node.bridges].filter(([name]) => name !== 'vmbr1001'))
  }
  const moveOn = async () => {
    await bench.ask('PUT', `${path}/config`, { net0: NEW, description: 'moved', cores: 4 })
    loseBridge()
  }
  const rollBack = (start = 0) => bench.run('POST', `${path}/snapshot/s1/rollback`, { start })
  const lastTask = async () => {
    const task = bench.world.tasks.at(-1)!
    await bench.until(task.done)
    return [task.type, task.user, task.end?.status]
  }

  it('has its old bridge again, is off, and keeps its notes but nothing that was pending', async () => {
    await snapshot(0)
    await moveOn()
    expect((await rollBack()).end?.status).to.equal('OK')
    const { config, running, pending } = bench.guest(301)
    expect(Object.fromEntries(config)).to.include({ net0: OLD, description: 'moved', parent: 's1', cores: 2 })
    expect([running, pending.size, config.has('lock')]).to.deep.equal([undefined, 0, false])
  })

  it('does not start where the bridge is gone, which a task of its own tells and the rollback does not', async () => {
    await snapshot(0)
    await moveOn()
    expect((await rollBack(1)).end?.status).to.equal('OK')
    expect(await lastTask()).to.deep.equal(['qmstart', 'root@pam!lab', GONE])
    expect(bench.guest(301).running).to.equal(undefined)
  })

  it('is started by the rollback itself when its memory was kept, which fails where the bridge is gone', async () => {
    await snapshot(1)
    expect((await bench.ask('GET', `${path}/snapshot`)).data).to.have.nested.property('[0].vmstate', 1)
    expect((await rollBack()).end?.status).to.equal('OK')
    expect(bench.guest(301).running).not.to.equal(undefined)
    await moveOn()
    expect((await rollBack()).end?.status).to.equal(GONE)
    expect(bench.guest(301).config.get('net0')).to.equal(OLD)
    expect(bench.guest(301).config.has('vmstate')).to.equal(false)
  })

  for (const [what, lock, begin] of [
    ['a snapshot', 'snapshot', () => bench.ask('POST', `${path}/snapshot`, { snapname: 's2' })],
    ['a rollback', 'rollback', () => bench.ask('POST', `${path}/snapshot/s1/rollback`)],
    ['a removal', 'snapshot-delete', () => bench.ask('DELETE', `${path}/snapshot/s1`)],
  ] as const)
    it(`is marked while ${what} is at work, so that no NIC is written`, async () => {
      await snapshot(0)
      await begin()
      await bench.clock.advance(lock === 'rollback' ? bench.sim.durations.stop : 0)
      expect((await bench.send('PUT', `${path}/config`, { net0: NEW })).reason).to.equal(`VM is locked (${lock})`)
      await lastTask()
      expect(bench.guest(301).config.has('lock')).to.equal(false)
    })

  it('keeps a disk that came later as unused', async () => {
    await snapshot(0)
    await bench.ask('PUT', `${path}/config`, { scsi1: 'shared:1' })
    const file = String(bench.guest(301).config.get('scsi1')).split(',')[0]
    await rollBack()
    expect(bench.guest(301).config.get('unused0')).to.equal(file)
  })
})
