import { expect } from 'chai'
import { virtualClock } from '../../adapters/simulator/clock.ts'
import { NetworkController } from '../../controllers/network-controller.ts'
import type { NetworkResult } from '../../controllers/network-result.ts'
import type { NetworkWants } from '../../model/plan.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import { vnetWantsOf } from '../../reconcilers/vnet/plan-vnets.ts'
import { cluster, natVnet, rangeVnet, unapplied, vnet } from '../builders/cluster.ts'
import { FakeProxmox } from '../builders/fake-proxmox.ts'
import { quiet, settled } from '../builders/quiet.ts'
import { settings } from '../builders/range.ts'

const wantsOf = (number: number): NetworkWants => ({
  kind: 'vnets',
  vnets: vnetWantsOf(`R${number}`, number, false, settings()),
})
const full = new ProxmoxError('no-quorum', 'POST /cluster/sdn/vnets', 'cluster not ready - no quorum?')
const controllerOf = (proxmox: FakeProxmox, signal = new AbortController().signal, clock = virtualClock()) =>
  new NetworkController(proxmox, quiet, clock, signal)
const ensureAll = (controller: NetworkController, numbers: readonly number[]): Promise<readonly NetworkResult[]> =>
  Promise.all(numbers.map((number) => controller.ensure(wantsOf(number))))
const kinds = (results: readonly NetworkResult[]) => results.map(({ kind }) => kind)

describe('NetworkController', () => {
  it('makes the VNets of 50 ranges that ask at once with one look and one apply', async () => {
    const proxmox = new FakeProxmox(cluster())
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    expect(new Set(kinds(await ensureAll(controllerOf(proxmox), numbers)))).to.deep.equal(new Set(['ready']))
    expect(proxmox.looks).to.equal(1)
    expect(proxmox.writes.filter((call) => call.startsWith('create'))).to.have.length(51)
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(1)
    expect(proxmox.writes.at(-1)).to.equal('apply')
  })

  it('needs a second apply, and no third, for those who ask during the first', async () => {
    const proxmox = new FakeProxmox(cluster())
    const controller = controllerOf(proxmox)
    const first = controller.ensure(wantsOf(1))
    while (!proxmox.journal.includes('create r1')) await settled()
    const rest = await ensureAll(controller, [2, 3, 4])
    expect(kinds([await first, ...rest])).to.deep.equal(['ready', 'ready', 'ready', 'ready'])
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(2)
  })

  it('repairs a node at once and, where that does not help, after growing waits', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    const clock = virtualClock()
    const controller = controllerOf(proxmox, undefined, clock)
    const minutes: number[] = []
    const began = clock.now()
    while (clock.now() - began < 3_600_000) {
      controller.repair('node pve2 lacks r1')
      if (controller.needsRepair()) minutes.push((clock.now() - began) / 60_000)
      await controller.ensure(wantsOf(1))
      await clock.advance(10_000)
    }
    expect(proxmox.writes).to.deep.equal(minutes.map(() => 'apply'))
    expect(minutes[0]).to.equal(0)
    expect(minutes, 'an hour of a node that stays broken').to.have.length(11)
  })

  it('applies for a repair no more often than it is asked to', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    const controller = controllerOf(proxmox)
    controller.repair('node pve2 lacks r1')
    expect(controller.needsRepair()).to.equal(true)
    await ensureAll(controller, [1, 1])
    await controller.ensure(wantsOf(1))
    expect(controller.needsRepair()).to.equal(false)
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('owes a repair after an apply that failed, since what it committed is pending no more', async () => {
    const proxmox = new FakeProxmox(cluster())
    const controller = controllerOf(proxmox)
    proxmox.fail('apply', new ProxmoxError('task-failed', 'PUT /cluster/sdn', 'node pve2 did not reload its network'))
    expect(kinds(await ensureAll(controller, [1]))).to.deep.equal(['failed'])
    expect(controller.needsRepair()).to.equal(true)
  })

  it('writes nothing where all is as wanted by now', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    expect(kinds(await ensureAll(controllerOf(proxmox), [1]))).to.deep.equal(['ready'])
    expect(proxmox.writes).to.deep.equal([])
  })

  it('applies the others when one VNet can not be written', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('create r1', full)
    expect(await ensureAll(controllerOf(proxmox), [1, 2])).to.deep.equal([
      { kind: 'failed', error: full },
      { kind: 'ready' },
    ])
    expect(proxmox.writes).to.deep.equal(['create r1', 'create r2', 'apply'])
  })

  it('does not apply when no VNet could be written', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('create r1', full).fail('create r2', full)
    expect(kinds(await ensureAll(controllerOf(proxmox), [1, 2]))).to.deep.equal(['failed', 'failed'])
    expect(proxmox.writes).to.deep.equal(['create r1', 'create r2'])
  })

  it('applies what an earlier run left pending although nothing else could be written', async () => {
    const vnets = [natVnet(), unapplied(rangeVnet(1, 'R1'))]
    const proxmox = new FakeProxmox(cluster({ vnets })).fail('create r2', full)
    expect(kinds(await ensureAll(controllerOf(proxmox), [1, 2]))).to.deep.equal(['ready', 'failed'])
    expect(proxmox.writes).to.deep.equal(['create r2', 'apply'])
  })

  it('fails everybody who waits for an apply that fails, and tries again in the next turn', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('apply', full)
    const controller = controllerOf(proxmox)
    expect(kinds(await ensureAll(controller, [1, 2]))).to.deep.equal(['failed', 'failed'])
    proxmox.mend()
    expect(kinds(await ensureAll(controller, [1, 2]))).to.deep.equal(['ready', 'ready'])
    expect(proxmox.writes).to.deep.equal(['create r1', 'create r2', 'apply', 'apply'])
  })

  it('does not fail a range whose VNets needed nothing for an apply that failed', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] })).fail('apply', full)
    expect(kinds(await ensureAll(controllerOf(proxmox), [1, 2]))).to.deep.equal(['ready', 'failed'])
  })

  it("neither writes nor applies while somebody else's change is pending, and says so to those it stops", async () => {
    const vnets = [natVnet(), rangeVnet(1, 'R1'), unapplied(vnet('lab', 500, undefined))]
    const proxmox = new FakeProxmox(cluster({ vnets }))
    const [settledOne, stopped] = await ensureAll(controllerOf(proxmox), [1, 2])
    expect(settledOne).to.deep.equal({ kind: 'ready' })
    expect(stopped?.kind === 'blocked' && stopped.finding.reason).to.equal('ForeignPending')
    expect(proxmox.writes).to.deep.equal([])
  })

  it('sees a change that came up since the ranges were planned', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] }))
    const controller = controllerOf(proxmox)
    expect(kinds(await ensureAll(controller, [1]))).to.deep.equal(['ready'])
    proxmox.snapshot = { ...proxmox.snapshot, otherPending: ['subnet 10.0.0.0/24'] }
    expect(kinds(await ensureAll(controller, [2]))).to.deep.equal(['blocked'])
  })

  it('rejects when the cluster can not be seen, and goes on in the next turn', async () => {
    const proxmox = new FakeProxmox(cluster()).fail('observe', full)
    const controller = controllerOf(proxmox)
    expect(await controller.ensure(wantsOf(1)).catch((error: unknown) => error)).to.equal(full)
    proxmox.mend()
    expect(await controller.ensure(wantsOf(1))).to.deep.equal({ kind: 'ready' })
  })

  it('writes nothing once it is told to stop', async () => {
    const stop = new AbortController()
    const proxmox = new FakeProxmox(cluster())
    proxmox.whileLooking = async () => stop.abort(new Error('stopping'))
    expect(kinds(await ensureAll(controllerOf(proxmox, stop.signal), [1]))).to.deep.equal(['failed'])
    expect(proxmox.writes).to.deep.equal([])
  })
})
