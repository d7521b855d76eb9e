import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve1/qemu/301'

/** A reboot that is asked for is a shutdown; the start is another task (from the source of qemu-server). */
describe("the simulator's VM that is to reboot", () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench({
      nodes: [{ name: 'pve1' }],
      guests: [{ name: 'a', vmid: 301, nics: ['virtio=02:00:00:00:00:01,bridge=vmbr0'], running: true }],
    })
  })
  afterEach(() => bench.close())

  const reboot = (timeout = 30) => bench.run('POST', `${path}/status/reboot`, { timeout })
  const nextTask = async () => {
    expect(bench.world.tasks.at(-1)?.type, 'nothing is at work on it for a moment').to.equal('qmreboot')
    await bench.until(bench.clock.sleep(1500))
    const task = bench.world.tasks.at(-1)!
    await bench.until(task.done)
    return [task.type, task.user, task.end?.status]
  }

  it('is off when the task has ended, and started by a task of root, with what was pending', async () => {
    await bench.ask('PUT', `${path}/config`, { cores: 4 })
    const before = bench.guest(301).running?.startedAt
    expect((await reboot()).end?.status).to.equal('OK')
    expect(bench.guest(301).running).to.equal(undefined)
    expect(await nextTask()).to.deep.equal(['qmstart', 'root@pam', 'OK'])
    expect(bench.guest(301).running?.startedAt).to.be.greaterThan(before!)
    expect([bench.guest(301).config.get('cores'), bench.guest(301).pending.size]).to.deep.equal([4, 0])
  })

  it('stays off when it can not be started, of which the reboot tells nothing', async () => {
    await bench.ask('PUT', `${path}/config`, { net0: 'virtio=02:00:00:00:00:01,bridge=nosuch' })
    expect((await reboot()).end?.status).to.equal('OK')
    expect(await nextTask()).to.deep.equal(['qmstart', 'root@pam', "bridge 'nosuch' does not exist"])
    expect(bench.guest(301).running).to.equal(undefined)
  })

  it('goes on when its system ignores that, as long as it is told to wait, its start order says, or a minute', async () => {
    bench.world.guestsRespond = false
    const waited = async (params: Record<string, number>) => {
      const before = bench.clock.now()
      const { end } = await bench.run('POST', `${path}/status/reboot`, params)
      expect(end?.status).to.equal('VM quit/powerdown failed - got timeout')
      return bench.clock.now() - before
    }
    expect(await waited({})).to.equal(60_000)
    expect(await waited({ timeout: 20 })).to.equal(20_000)
    bench.guest(301).config.set('startup', 'order=1,down=40')
    expect(await waited({})).to.equal(40_000)
    expect(bench.guest(301).running).not.to.equal(undefined)
    expect(bench.world.tasks.some(({ type }) => type === 'qmstart')).to.equal(false)
  })

  it('goes down all the same when its system is slower than it is waited for, and nothing starts it then', async () => {
    expect((await reboot(1)).end?.status).to.equal('VM quit/powerdown failed - got timeout')
    expect(bench.guest(301).running).not.to.equal(undefined)
    await bench.until(bench.clock.sleep(10_000))
    expect(bench.guest(301).running).to.equal(undefined)
    expect(bench.world.tasks.some(({ type }) => type === 'qmstart')).to.equal(false)
  })

  it('refuses while it stands still or is off', async () => {
    await bench.run('POST', `${path}/status/suspend`)
    for (const verb of ['reboot', 'shutdown'])
      expect((await bench.ask('POST', `${path}/status/${verb}`)).reason).to.equal('VM is paused - cannot shutdown')
    expect((await bench.run('POST', `${path}/status/shutdown`, { forceStop: 1 })).end?.status).to.equal('OK')
    expect((await bench.ask('POST', `${path}/status/reboot`)).reason).to.equal('VM 301 not running')
  })
})
