import { expect } from 'chai'
import { virtualClock, type VirtualClock } from '../../../adapters/simulator/clock.ts'
import { demoCluster } from '../../../adapters/simulator/demo-cluster.ts'
import { dataOf, rowsOf, startLab, type Lab } from './lab.ts'
import { itLong } from '../../runner/long-runs.ts'

describe('a virtual clock', () => {
  it('wakes sleepers in order, also those that begin to sleep meanwhile', async () => {
    const clock = virtualClock(0)
    const woken: string[] = []
    const sleep = async (name: string, milliseconds: number): Promise<void> => {
      await clock.sleep(milliseconds)
      woken.push(`${name} at ${clock.now()}`)
    }
    const all = [sleep('late', 3000), sleep('early', 1000).then(() => sleep('again', 1500))]
    await clock.advance(2999)
    expect(woken).to.deep.equal(['early at 1000', 'again at 2500'])
    await clock.advance(1)
    await Promise.all(all)
    expect(woken.at(-1)).to.equal('late at 3000')
  })

  it('lets an aborted sleeper go with the reason', async () => {
    const clock = virtualClock(0)
    const stop = new AbortController()
    const sleeping = clock.sleep(1000, stop.signal).catch((error: unknown) => error)
    stop.abort(new Error('enough'))
    expect(await sleeping).to.have.property('message', 'enough')
    expect(clock.wakes()).to.deep.equal([])
  })
})

describe('a simulator on a virtual clock', () => {
  let lab: Lab
  let clock: VirtualClock
  beforeEach(async () => {
    clock = virtualClock()
    lab = await startLab({ world: demoCluster(clock.now()), clock, durations: { response: 0, lockHold: 0 } })
  })
  afterEach(() => lab.close())

  const templateName = async (): Promise<unknown> =>
    rowsOf(await lab.root('GET', '/cluster/resources', { type: 'vm' })).find((row) => row['vmid'] === 9000)?.['name']

  it('keeps a task running until its time has passed', async () => {
    const upid = dataOf(await lab.root('PUT', '/nodes/pve1/network'))
    const status = async () =>
      dataOf(await lab.root('GET', `/nodes/pve1/tasks/${encodeURIComponent(String(upid))}/status`))
    await clock.advance(1999)
    expect(await status())
      .to.include({ status: 'running' })
      .and.not.have.property('exitstatus')
    await clock.advance(1)
    expect(await status()).to.include({ status: 'stopped', exitstatus: 'OK' })
  })

  it('lists a task that runs as RUNNING and of the user in its UPID, and as its result and without the token once it has ended', async () => {
    await lab.vnets(['vb', 101])
    await lab.controller('PUT', '/cluster/sdn')
    const list = async (params: Readonly<Record<string, string | number>>) =>
      rowsOf(await lab.root('GET', '/nodes/pve1/tasks', { typefilter: 'reloadnetworkall', ...params })).map((row) => [
        row['user'],
        row['tokenid'],
        row['status'],
      ])
    // None has an outcome while it runs, and what has none is not well.
    expect(await list({ source: 'all', errors: 1, userfilter: 'LANISTA@pve!' })).to.deep.equal([
      ['lanista@pve!lanista', undefined, 'RUNNING'],
    ])
    expect(await list({})).to.deep.equal([])
    await clock.advance(60_000)
    expect(await list({ userfilter: 'LANISTA@pve' })).to.deep.equal([['lanista@pve', 'lanista', 'OK']])
    expect(await list({ errors: 1 })).to.deep.equal([])
    expect(await list({ userfilter: 'lanista@pve!' })).to.deep.equal([])
  })

  it('shows a new name in the resources up to ten seconds late, but new tags at once', async () => {
    const guest = lab.world.guests.get(9000)
    guest?.config.set('name', 'renamed').set('tags', 'lanista')
    expect(await templateName()).to.equal('debian-11-x64-server-template')
    const [row] = rowsOf(await lab.root('GET', '/cluster/resources', { type: 'vm' }))
    expect(row).to.include({ tags: 'lanista' })
    await clock.advance(10_000)
    expect(await templateName()).to.equal('renamed')
  })

  it('knows a new guest only by id and node until its node has pushed', async () => {
    lab.world.guests.set(100, {
      vmid: 100,
      node: 'pve2',
      config: new Map([['name', 'fresh']]),
      pending: new Map(),
      snapshots: new Map(),
      running: undefined,
    })
    const row = async () =>
      rowsOf(await lab.root('GET', '/cluster/resources', { type: 'vm' })).find((r) => r['vmid'] === 100)
    expect(await row()).to.deep.equal({ id: 'qemu/100', type: 'qemu', vmid: 100, node: 'pve2', status: 'unknown' })
    await clock.advance(10_000)
    expect(await row()).to.include({ name: 'fresh', status: 'stopped' })
  })

  it("forgets a lost node's guests after five minutes", async () => {
    await lab.simulator.powerOff('pve1')
    const ask = async () => rowsOf(await lab.root('GET', '/cluster/resources', { type: 'vm' }, 'pve2'))
    await clock.advance(299_000)
    expect((await ask()).map((row) => row['status']))
      .to.include('stopped')
      .and.not.include('unknown')
    await clock.advance(1000)
    expect((await ask()).map((row) => row['status']))
      .to.include('unknown')
      .and.not.include('stopped')
  })

  it('counts a lost node as online for a while, then shows it without load figures', async () => {
    const node = async () => rowsOf(await lab.root('GET', '/nodes')).find((row) => row['node'] === 'pve3')
    await lab.simulator.powerOff('pve3')
    await clock.advance(4999)
    expect(await node())
      .to.include({ status: 'online' })
      .and.have.property('mem')
    await clock.advance(1)
    expect(await node())
      .to.include({ status: 'offline', maxcpu: 12 })
      .and.not.have.property('mem')
  })

  it('runs two applies at once when asked twice, and keeps what comes between them pending', async () => {
    lab.simulator.arm({ on: 'reload', node: 'pve2', fails: false, takes: 12_000 })
    const apply = async (): Promise<unknown> => dataOf(await lab.controller('PUT', '/cluster/sdn'))
    await lab.vnets(['vb', 101])
    const first = await apply()
    await clock.advance(3000)
    await lab.vnets(['vc', 102])
    const pending = rowsOf(await lab.root('GET', '/cluster/sdn/vnets', { pending: 1 }))
    expect(pending.map((row) => row['state'])).to.deep.equal([undefined, 'new'])
    const second = await apply()
    const running = rowsOf(await lab.root('GET', '/cluster/tasks')).filter((row) => row['type'] === 'reloadnetworkall')
    expect(running.map((row) => row['status'])).to.deep.equal([undefined, undefined])
    await clock.advance(60_000)
    expect([await lab.finish(first), await lab.finish(second)]).to.deep.equal(['OK', 'OK'])
    const present = rowsOf(await lab.root('GET', '/nodes/pve2/sdn/zones/ludus/content'))
    expect(present.map((row) => row['status'])).to.deep.equal(['available', 'available'])
  })

  it('stops an apply at a node whose reload hangs, where a second one fails at once and goes on', async () => {
    lab.simulator.arm({ on: 'reload', node: 'pve2', fails: false, takes: 1e9 })
    const apply = async (): Promise<unknown> => dataOf(await lab.controller('PUT', '/cluster/sdn'))
    await lab.vnets(['vb', 101])
    await apply()
    await clock.advance(60_000)
    await lab.vnets(['vc', 102])
    const second = await apply()
    expect(await clock.runUntil(lab.finish(second))).to.equal('OK')
    expect(lab.log(second)).to.include("command 'ifreload -a' failed: exit code 89")
    const running = rowsOf(await lab.root('GET', '/cluster/tasks')).filter((row) => row['endtime'] === undefined)
    expect(running.map((row) => row['type'])).to.have.members(['reloadnetworkall', 'srvreload'])
    for (const name of ['pve1', 'pve3']) expect([...lab.world.nodes.get(name)!.bridges.keys()]).to.include('vc')
    expect(lab.world.nodes.get('pve2')!.bridges.has('vb')).to.equal(false)
  })

  itLong('passes an hour of applies in a moment', async () => {
    const start = clock.now()
    const applies = async (): Promise<void> => {
      for (let turn = 0; turn < 40; turn += 1) {
        lab.simulator.arm({ on: 'reload', node: 'pve2', fails: false, takes: 90_000 })
        await lab.finish(dataOf(await lab.controller('PUT', '/cluster/sdn')))
      }
    }
    await clock.runUntil(applies())
    expect(clock.now() - start).to.be.at.least(3_600_000)
  })
})

describe('pveproxy', () => {
  const clock = virtualClock()
  let lab: Lab
  beforeEach(async () => {
    const durations = { response: 0, lockHold: 0, proxyTimeout: 500 }
    lab = await startLab({ world: demoCluster(clock.now()), clock, durations })
  })
  afterEach(() => lab.close())

  it('gives up an answer with 596, and the operation happens nevertheless', async () => {
    const release = lab.simulator.hold('file-user_cfg')
    const arrived = lab.simulator.journal.next({ path: '/pools' }, 'arrived')
    const asked = lab.root('POST', '/pools', { poolid: 'late' })
    await arrived
    await clock.advance(500)
    expect(await asked).to.include({ status: 596, body: null })
    expect(lab.world.pools.has('late')).to.equal(false)
    release()
    await clock.advance(2000)
    expect(lab.world.pools.has('late')).to.equal(true)
  })
})
