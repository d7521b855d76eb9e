import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { dataOf, rowsOf, startLab, type Lab } from './lab.ts'

/** What was recorded with parallel requests, held locks, nodes going down and reloads failing. */
describe('a simulated cluster in trouble', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await startLab()
  })
  afterEach(() => lab.close())

  const create = (vnet: string, tag: number) =>
    lab.controller('POST', '/cluster/sdn/vnets', { vnet, zone: 'ludus', tag })
  const apply = async (): Promise<unknown> => dataOf(await lab.controller('PUT', '/cluster/sdn'))
  const vnetsOn = async (node: string) => rowsOf(await lab.root('GET', `/nodes/${node}/sdn/zones/ludus/content`))

  describe('many parallel calls', () => {
    it('makes thirty vnets at once, one after the other', async () => {
      // Time stands still while the machine is busy, so that no waiter's ten seconds run out for that.
      const clock = virtualClock()
      const crowd = await startLab({ clock })
      const vnets = Array.from({ length: 30 }, (_, index) => ({ vnet: `m${index}`, zone: 'ludus', tag: 3000 + index }))
      const answers = await clock.runUntil(
        Promise.all(vnets.map((vnet) => crowd.controller('POST', '/cluster/sdn/vnets', vnet))),
      )
      expect(answers.map((answer) => answer.status)).to.deep.equal(Array.from({ length: 30 }, () => 200))
      expect(crowd.world.sdn.configured.vnets.size).to.equal(30)
      await crowd.close()
    })

    it('gives one tag to one of three', async () => {
      const answers = await Promise.all(['s0', 's1', 's2'].map((vnet) => create(vnet, 4000)))
      expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).to.deep.equal([200, 500, 500])
      expect(rowsOf(await lab.root('GET', '/cluster/sdn/vnets'))).to.have.length(1)
    })
  })

  describe('a lock held elsewhere', () => {
    it('times out SDN writes and applies', async () => {
      const release = lab.simulator.hold('domain-sdn')
      const [written, applied] = await Promise.all([create('lk1', 5001), lab.controller('PUT', '/cluster/sdn')])
      expect(written.reason).to.equal(
        "create sdn vnet object failed: cfs-lock 'domain-sdn' error: got lock request timeout",
      )
      expect(applied.reason).to.equal(
        "could not commit SDN config: cfs-lock 'domain-sdn' error: got lock request timeout",
      )
      release()
      expect((await create('lk1', 5001)).status).to.equal(200)
    })

    it('times out pool writes', async () => {
      lab.simulator.hold('file-user_cfg')
      const answer = await lab.root('POST', '/pools', { poolid: 'lk' })
      expect(answer.reason).to.equal("create pool failed: cfs-lock 'file-user_cfg' error: got lock request timeout")
    })

    it('lets a waiter through once it is given back', async () => {
      const release = lab.simulator.hold('domain-sdn')
      const waiting = create('lk1', 5001)
      release()
      expect((await waiting).status).to.equal(200)
    })
  })

  describe('a node without power', () => {
    const dead = async (): Promise<void> => {
      await lab.simulator.powerOff('pve3')
      await lab.simulator.simulation.clock.sleep(lab.simulator.simulation.durations.nodeLoss + 1000)
    }

    it('answers 595 for it without a body, and refuses its own port', async () => {
      await dead()
      const proxied = await lab.root('GET', '/nodes/pve3/status')
      expect(proxied).to.deep.equal({ status: 595, reason: 'No route to host', body: null, connection: 'close' })
      const direct = await lab.root('GET', '/version', {}, 'pve3').catch((error: unknown) => error)
      expect(direct).to.have.property('code', 'ECONNREFUSED')
    })

    it('misses an apply that ends OK all the same, and says so only in the log', async () => {
      await create('nd1', 6001)
      await dead()
      const task = await apply()
      expect(await lab.finish(task)).to.equal('OK')
      expect(lab.log(task)).to.include.members([
        'pve3: reloading network config',
        'proxy handler failed: ssh: connect to host 10.98.0.3 port 22: No route to host',
        "command 'pvesh set /nodes/pve3/network --regenerate-frr 0' failed: exit code 255",
        'TASK OK',
      ])
    })

    it('commits what others have pending when it boots, and everyone is behind until the next apply', async () => {
      await create('nd1', 6001)
      await dead()
      await lab.finish(await apply())
      await create('nd2', 6003)
      await lab.simulator.powerOn('pve3')
      const pending = rowsOf(await lab.root('GET', '/cluster/sdn/vnets', { pending: 1 }))
      expect(pending.map((row) => row['state'])).to.deep.equal([undefined, undefined])
      for (const node of ['pve1', 'pve3'])
        for (const row of await vnetsOn(node))
          expect(row).to.include({
            status: 'pending',
            statusmsg: 'local sdn network configuration is too old, please reload',
          })
      expect(lab.world.nodes.get('pve3')?.bridges.has('nd1')).to.equal(false)
      await lab.finish(await apply())
      expect(await vnetsOn('pve3')).to.deep.equal([
        { vnet: 'nd1', status: 'available', statusmsg: null },
        { vnet: 'nd2', status: 'available', statusmsg: null },
      ])
      expect(lab.world.nodes.get('pve3')?.bridges.has('nd1')).to.equal(true)
    })

    it('leaves everyone up to date when it boots and nothing is pending', async () => {
      await create('nd1', 6001)
      await lab.finish(await apply())
      await lab.simulator.powerOff('pve3')
      await lab.simulator.powerOn('pve3')
      for (const node of ['pve1', 'pve3'])
        expect(await vnetsOn(node)).to.deep.equal([{ vnet: 'nd1', status: 'available', statusmsg: null }])
    })

    it('costs the quorum when it is not the only one: reads work, writes say why not', async () => {
      await lab.simulator.powerOff('pve2')
      await lab.simulator.powerOff('pve3')
      expect(rowsOf(await lab.root('GET', '/cluster/status'))[0]).to.include({ quorate: 0 })
      expect((await lab.root('GET', '/cluster/sdn/vnets')).status).to.equal(200)
      expect((await lab.root('GET', '/cluster/nextid')).body).to.deep.equal({ data: '100' })
      const refusals = await Promise.all([
        create('nq1', 6002),
        lab.controller('PUT', '/cluster/sdn'),
        lab.controller('POST', '/cluster/sdn/lock'),
        lab.controller('POST', '/pools', { poolid: 'nq' }),
      ])
      expect(refusals.map((answer) => answer.reason)).to.deep.equal([
        'cluster not ready - no quorum?',
        "could not commit SDN config: cfs-lock 'domain-sdn' error: no quorum!",
        "could not acquire lock for SDN config: cfs-lock 'domain-sdn' error: no quorum!",
        "create pool failed: cfs-lock 'file-user_cfg' error: no quorum!",
      ])
    })
  })

  describe('a reload that fails on one node', () => {
    it('leaves the apply OK and the status available, but no bridge; only that node’s own task tells', async () => {
      await create('va', 100)
      lab.simulator.arm({ on: 'reload', node: 'pve2', fails: true })
      const task = await apply()
      expect(await lab.finish(task)).to.equal('OK')
      expect(lab.log(task)).to.include("command 'ifreload -a' failed: exit code 1")
      const [own] = rowsOf(await lab.root('GET', '/nodes/pve2/tasks', { typefilter: 'srvreload', limit: 1 }))
      expect(own).to.include({ status: "command 'ifreload -a' failed: exit code 1", user: 'root@pam' })
      expect(await vnetsOn('pve2')).to.deep.equal([{ vnet: 'va', status: 'available', statusmsg: null }])
      const offered = rowsOf(await lab.root('GET', '/nodes/pve2/network', { type: 'any_bridge' }))
      expect(offered.find((row) => row['iface'] === 'va')).to.include({ active: '1', type: 'vnet' })
      expect(lab.world.nodes.get('pve2')?.bridges.has('va')).to.equal(false)
      await lab.finish(await apply())
      expect(lab.world.nodes.get('pve2')?.bridges.has('va')).to.equal(true)
    })

    it('keeps a VM on the missing bridge from starting, until the apply is repeated', async () => {
      await create('va', 100)
      lab.simulator.arm({ on: 'reload', node: 'pve2', fails: true })
      await lab.finish(await apply())
      const clone = await lab.controller('POST', '/nodes/pve1/qemu/9000/clone', { newid: 820, full: 0, target: 'pve2' })
      expect(await lab.finish(dataOf(clone))).to.equal('OK')
      await lab.controller('PUT', '/nodes/pve2/qemu/820/config', { net0: 'virtio,bridge=va' })
      const start = async () => lab.finish(dataOf(await lab.controller('POST', '/nodes/pve2/qemu/820/status/start')))
      expect(await start()).to.equal("bridge 'va' does not exist")
      await lab.finish(await apply())
      expect(await start()).to.equal('OK')
    })

    it('makes the bridge at the next boot, since the file is there', async () => {
      await create('va', 100)
      lab.simulator.arm({ on: 'reload', node: 'pve2', fails: true })
      await lab.finish(await apply())
      await lab.simulator.powerOff('pve2')
      await lab.simulator.powerOn('pve2')
      expect(lab.world.nodes.get('pve2')?.bridges.has('va')).to.equal(true)
    })
  })
})
