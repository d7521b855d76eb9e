import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import { NetworkController } from '../../../controllers/network/network-controller.ts'
import type { NetworkResult } from '../../../controllers/network/network-result.ts'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import type { NetworkWants } from '../../../model/plan/network-plan.ts'
import type { SdnLockStore } from '../../../model/network-ports.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { vnetWantsOf } from '../../../reconcilers/vnet/vnet-wants.ts'
import { cluster, natVnet, nodeNetwork, rangeVnet, unapplied, vnet } from '../../builders/cluster.ts'
import { FakeProxmox, memoryLockStore } from '../../builders/fake-proxmox.ts'
import { quiet, settled } from '../../builders/quiet.ts'
import { settings } from '../../builders/range.ts'

const wantsOf = (number: number): NetworkWants => ({
  kind: 'vnets',
  vnets: vnetWantsOf(`R${number}`, number, false, settings()),
  removals: [],
})
const full = new ProxmoxError('no-quorum', 'POST /cluster/sdn/vnets', 'cluster not ready - no quorum?')
interface Surroundings {
  readonly signal?: AbortSignal
  readonly clock?: ReturnType<typeof virtualClock>
  readonly lockStore?: SdnLockStore
  readonly own?: Partial<PlanSettings>
}
const controllerOf = (
  proxmox: FakeProxmox,
  {
    signal = new AbortController().signal,
    clock = virtualClock(),
    lockStore = memoryLockStore(),
    own = {},
  }: Surroundings = {},
) => new NetworkController({ proxmox, lockStore, settings: () => settings(own), logger: quiet, clock }, signal)
const ensureAll = (controller: NetworkController, numbers: readonly number[]): Promise<readonly NetworkResult[]> =>
  Promise.all(numbers.map((number) => controller.ensure(wantsOf(number))))
const kinds = (results: readonly NetworkResult[]) => results.map(({ kind }) => kind)
const reasonOf = (result: NetworkResult | undefined) => (result?.kind === 'blocked' ? result.finding.reason : result)
/** No node of the plan that asks lacks anything. */
const WELL = { nodes: [], busy: false, wants: wantsOf(1) }

describe('NetworkController', () => {
  it('makes the VNets of 50 ranges that ask at once under one lock with one apply', async () => {
    const proxmox = new FakeProxmox(cluster())
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    expect(new Set(kinds(await ensureAll(controllerOf(proxmox), numbers)))).to.deep.equal(new Set(['ready']))
    expect(proxmox.looks, 'before, under the lock, before the apply, after').to.equal(4)
    expect(proxmox.writes.filter((call) => call.startsWith('create'))).to.have.length(51)
    expect(proxmox.journal.filter((call) => call === 'lock' || call === 'apply')).to.deep.equal(['lock', 'apply'])
    expect(proxmox.writes.at(-1)).to.equal('apply')
  })

  it('makes them in order of name, whoever asked first', async () => {
    const proxmox = new FakeProxmox(cluster())
    await ensureAll(controllerOf(proxmox), [3, 1, 2])
    const made = proxmox.writes.filter((call) => call.startsWith('create'))
    expect(made).to.deep.equal(['create ludusnat', 'create r1', 'create r2', 'create r3'])
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

  it('repairs a node at once and, where that does not help, after growing waits, and not without end', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    const clock = virtualClock()
    const controller = controllerOf(proxmox, { clock })
    const minutes: number[] = []
    const began = clock.now()
    while (clock.now() - began < 7_200_000) {
      controller.repair('node pve2 lacks r1')
      if (controller.needsRepair(WELL)) minutes.push((clock.now() - began) / 60_000)
      proxmox.snapshot = { ...proxmox.snapshot, reloads: [failedReload(clock.now())], takenAt: clock.now() }
      await controller.ensure(wantsOf(1))
      await clock.advance(10_000)
    }
    expect(proxmox.writes).to.deep.equal(minutes.map(() => 'apply'))
    expect(minutes[0]).to.equal(0)
    expect(minutes, 'two hours of a node that stays broken').to.have.length(8)
    const waits = minutes.slice(1).map((minute, index) => minute - minutes[index]!)
    expect(waits, 'each longer than the one before').to.deep.equal([...new Set(waits)].sort((a, b) => a - b))
    expect(controller.repairsExhausted()).to.equal(true)
  })

  it('begins anew with repairs once the nodes have been well for a while', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    const clock = virtualClock()
    const controller = controllerOf(proxmox, { clock })
    for (let repairs = 0; repairs < 8; repairs++) {
      controller.repair('node pve2 lacks r1')
      await controller.ensure(wantsOf(1))
      await clock.advance(700_000)
    }
    expect(controller.repairsExhausted()).to.equal(true)
    await clock.advance(1_300_000)
    await controller.ensure(wantsOf(1))
    expect(controller.repairsExhausted()).to.equal(false)
  })

  it('repairs a node whose own reload failed, as the cluster shows it, and stops when it went well', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')], reloads: [failedReload(0)] }))
    const controller = controllerOf(proxmox)
    const [lacking] = await ensureAll(controller, [1])
    expect(proxmox.writes).to.deep.equal(['apply'])
    expect(lacking?.kind === 'ready' && lacking.nodes.find(({ node }) => node === 'pve2')).to.deep.equal({
      node: 'pve2',
      state: 'failed',
      message: "did not reload its network (command 'ifreload -a' failed: exit code 1)",
    })
    proxmox.snapshot = { ...proxmox.snapshot, reloads: [] }
    await ensureAll(controller, [1])
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('does not take a node for broken while networks are being reloaded', async () => {
    const reloading = [{ upid: 'x', node: 'pve1', type: 'reloadnetworkall', id: '' }]
    const seen = cluster({
      vnets: [natVnet(), rangeVnet(1, 'R1')],
      reloads: [failedReload(0)],
      runningTasks: reloading,
    })
    const proxmox = new FakeProxmox(seen)
    await ensureAll(controllerOf(proxmox), [1])
    expect(proxmox.writes).to.deep.equal([])
  })

  it('tells of a node that only the log of the apply names', async () => {
    const proxmox = new FakeProxmox(cluster())
    proxmox.reloadFailures = [{ node: 'pve3', why: 'proxy handler failed: No route to host' }]
    const [made] = await ensureAll(controllerOf(proxmox), [1])
    expect(made?.kind === 'ready' && made.nodes.map(({ node, state }) => `${node} ${state}`)).to.deep.equal([
      'pve1 available',
      'pve2 available',
      'pve3 failed',
    ])
  })

  it('applies for a repair no more often than it is asked to', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    const controller = controllerOf(proxmox)
    controller.repair('node pve2 lacks r1')
    expect(controller.needsRepair(WELL)).to.equal(true)
    await ensureAll(controller, [1, 1])
    await controller.ensure(wantsOf(1))
    expect(controller.needsRepair(WELL)).to.equal(false)
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('owes a repair after an apply that failed, since what it committed is pending no more', async () => {
    const proxmox = new FakeProxmox(cluster())
    const controller = controllerOf(proxmox)
    proxmox.fail('apply', new ProxmoxError('task-failed', 'PUT /cluster/sdn', 'the worker died'))
    expect(kinds(await ensureAll(controller, [1]))).to.deep.equal(['failed'])
    expect(controller.needsRepair(WELL)).to.equal(true)
    expect(proxmox.lockHolder, 'the lock is given back').to.equal(undefined)
  })

  it('writes nothing, and asks for no lock, where all is as wanted by now', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] }))
    expect(kinds(await ensureAll(controllerOf(proxmox), [1]))).to.deep.equal(['ready'])
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it('applies the others when one VNet can not be written', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('create r1', full)
    const [first, second] = await ensureAll(controllerOf(proxmox), [1, 2])
    expect(first).to.deep.equal({ kind: 'failed', error: full })
    expect(second?.kind).to.equal('ready')
    expect(proxmox.writes).to.deep.equal(['create r1', 'create r2', 'apply'])
  })

  it('does not apply when no VNet could be written, and gives the lock back', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('create r1', full).fail('create r2', full)
    expect(kinds(await ensureAll(controllerOf(proxmox), [1, 2]))).to.deep.equal(['failed', 'failed'])
    expect(proxmox.writes).to.deep.equal(['create r1', 'create r2'])
    expect(proxmox.journal.at(-1)).to.equal('unlock')
    expect(proxmox.lockHolder).to.equal(undefined)
  })

  it('applies what an earlier run left pending although nothing else could be written', async () => {
    const vnets = [natVnet(), unapplied(rangeVnet(1, 'R1'))]
    const proxmox = new FakeProxmox(cluster({ vnets })).fail('create r2', full)
    expect(kinds(await ensureAll(controllerOf(proxmox), [1, 2]))).to.deep.equal(['ready', 'failed'])
    expect(proxmox.writes).to.deep.equal(['create r2', 'apply'])
    expect(proxmox.journal, 'the lock proves nothing here').to.include('subnets')
  })

  it('fails everybody who waits for an apply that fails, and tries again in the next turn', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('apply', full)
    const controller = controllerOf(proxmox)
    expect(kinds(await ensureAll(controller, [1, 2]))).to.deep.equal(['failed', 'failed'])
    proxmox.mend()
    expect(kinds(await ensureAll(controller, [1, 2]))).to.deep.equal(['ready', 'ready'])
    expect(proxmox.writes).to.deep.equal(['create r1', 'create r2', 'apply', 'apply'])
  })

  it('tells of the commit, while the nodes still reload, those whose VNets are in it', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] })).fail('create r2', full)
    const controller = controllerOf(proxmox)
    const told: number[] = []
    let toldAtReload: readonly number[] = []
    proxmox.whileReloading = async () => {
      toldAtReload = [...told]
    }
    const results = await Promise.all(
      [1, 2, 3].map((number) => controller.ensure(wantsOf(number), () => void told.push(number))),
    )
    expect(kinds(results)).to.deep.equal(['ready', 'failed', 'ready'])
    expect(toldAtReload).to.deep.equal([1, 3])
    expect(told).to.deep.equal([1, 3])
  })

  it('tells of no commit where the apply is refused', async () => {
    const proxmox = new FakeProxmox(cluster()).fail('apply', full)
    const told: number[] = []
    await controllerOf(proxmox).ensure(wantsOf(1), () => void told.push(1))
    expect(told).to.deep.equal([])
  })

  it('does not fail a range whose VNets needed nothing for an apply that failed', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet(), rangeVnet(1, 'R1')] })).fail('apply', full)
    expect(kinds(await ensureAll(controllerOf(proxmox), [1, 2]))).to.deep.equal(['ready', 'failed'])
  })

  it("neither writes nor applies while somebody else's change is pending, and says so to those it stops", async () => {
    const vnets = [natVnet(), rangeVnet(1, 'R1'), unapplied(vnet('lab', 500, undefined))]
    const proxmox = new FakeProxmox(cluster({ vnets }))
    const [settledOne, stopped] = await ensureAll(controllerOf(proxmox), [1, 2])
    expect(settledOne?.kind).to.equal('ready')
    expect(reasonOf(stopped)).to.equal('ForeignPending')
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it("applies over somebody else's change where it is told to", async () => {
    const vnets = [natVnet(), unapplied(vnet('lab', 500, undefined))]
    const proxmox = new FakeProxmox(cluster({ vnets }))
    const controller = controllerOf(proxmox, { own: { applyForeign: true } })
    expect(kinds(await ensureAll(controller, [2]))).to.deep.equal(['ready'])
    expect(proxmox.writes).to.deep.equal(['create r2', 'apply'])
  })

  it('does not apply while a node has staged changes of its own, or does not tell', async () => {
    const staged = nodeNetwork(
      { name: 'pve2', address: undefined },
      { staged: '+auto vmbr7\n+iface vmbr7 inet manual\n' },
    )
    const others = cluster().nodeNetworks.filter(({ node }) => node !== 'pve2')
    for (const [nodeNetworks, reason] of [
      [[...others, staged], 'ForeignStaged'],
      [others, 'NodeNetworkUntold'],
    ] as const) {
      const proxmox = new FakeProxmox(cluster({ nodeNetworks }))
      const [stopped] = await ensureAll(controllerOf(proxmox), [1])
      expect(reasonOf(stopped)).to.equal(reason)
      expect(stopped?.kind === 'blocked' && stopped.finding.message).to.match(/pve2.*goes on by itself/)
      expect(proxmox.writes).to.deep.equal([])
    }
  })

  it('believes Proxmox that something is pending which it can not see', async () => {
    const proxmox = new FakeProxmox(cluster({ vnets: [natVnet()] }))
    proxmox.whileLooking = async () => {
      proxmox.snapshot = { ...proxmox.snapshot, otherPending: ['fabric f1'] }
    }
    const controller = controllerOf(proxmox)
    const [stopped] = await ensureAll(controller, [1])
    expect(reasonOf(stopped)).to.equal('ForeignPending')
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
    expect((await controller.ensure(wantsOf(1))).kind).to.equal('ready')
  })

  it('writes nothing once it is told to stop', async () => {
    const stop = new AbortController()
    const proxmox = new FakeProxmox(cluster())
    proxmox.whileLooking = async () => stop.abort(new Error('stopping'))
    const told = await ensureAll(controllerOf(proxmox, { signal: stop.signal }), [1]).catch(String)
    expect(told).to.equal('Error: stopping')
    expect(proxmox.writes).to.deep.equal([])
    expect(proxmox.lockHolder).to.equal(undefined)
  })
})

describe('the SDN lock', () => {
  it('of somebody else is waited for, and never forced', async () => {
    const proxmox = new FakeProxmox(cluster())
    proxmox.lockHolder = 'theirs'
    const controller = controllerOf(proxmox)
    const [stopped] = await ensureAll(controller, [1])
    expect(reasonOf(stopped)).to.equal('SdnLocked')
    expect(stopped?.kind === 'blocked' && stopped.finding.message).to.match(/somebody holds .*--force 1/)
    expect(proxmox.lockHolder).to.equal('theirs')
    expect(proxmox.writes).to.deep.equal([])
    proxmox.lockHolder = undefined
    expect(kinds(await ensureAll(controller, [1]))).to.deep.equal(['ready'])
  })

  it('is noted before it is used, and forgotten once it is released', async () => {
    const lockStore = memoryLockStore()
    const proxmox = new FakeProxmox(cluster())
    const noted: unknown[] = []
    proxmox.whileLooking = async () => {
      noted.push(lockStore.note?.kind)
    }
    await ensureAll(controllerOf(proxmox, { lockStore }), [1])
    expect(noted, 'before, twice under the lock, after').to.deep.equal([undefined, 'held', 'held', undefined])
    expect(lockStore.note).to.equal(undefined)
  })

  it('is not taken where its token can not be noted', async () => {
    const lockStore = { ...memoryLockStore(), write: () => Promise.reject(new Error('EACCES: permission denied')) }
    const proxmox = new FakeProxmox(cluster())
    const [stopped] = await ensureAll(controllerOf(proxmox, { lockStore }), [1])
    expect(reasonOf(stopped)).to.equal('StateDirUnwritable')
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it("that an earlier life left behind is given back, and not if it is somebody else's by now", async () => {
    for (const holder of ['ours', 'theirs']) {
      const lockStore = memoryLockStore()
      await lockStore.write({ kind: 'held', token: 'ours', at: 0 })
      const proxmox = new FakeProxmox(cluster())
      proxmox.lockHolder = holder
      await controllerOf(proxmox, { lockStore }).giveBackLeftover()
      expect(proxmox.lockHolder).to.equal(holder === 'ours' ? undefined : 'theirs')
      expect(lockStore.note).to.equal(undefined)
    }
  })

  it('that an earlier life left behind is given back once, however many ask for it', async () => {
    const lockStore = memoryLockStore()
    await lockStore.write({ kind: 'held', token: 'ours', at: 0 })
    const proxmox = new FakeProxmox(cluster())
    proxmox.lockHolder = 'ours'
    const controller = controllerOf(proxmox, { lockStore })
    await Promise.all([controller.giveBackLeftover(), controller.giveBackLeftover(), controller.giveBackLeftover()])
    expect(proxmox.journal).to.deep.equal(['unlock'])
  })

  it('that was asked for without hearing the answer is said to be probably its own', async () => {
    const lockStore = memoryLockStore()
    const proxmox = new FakeProxmox(cluster())
    const lost = new ProxmoxError('timeout-unknown-outcome', 'POST /cluster/sdn/lock', 'no answer')
    const controller = controllerOf(proxmox.fail('lock', lost), { lockStore })
    expect(await controller.ensure(wantsOf(1)).catch((error: unknown) => error)).to.equal(lost)
    proxmox.mend()
    proxmox.lockHolder = 'ours, as nobody knows'
    const [stopped] = await ensureAll(controller, [1])
    expect(stopped?.kind === 'blocked' && stopped.finding.message).to.match(/probably by Lanista itself/)
    proxmox.lockHolder = undefined
    expect(kinds(await ensureAll(controller, [1]))).to.deep.equal(['ready'])
  })

  it('does not exist before Proxmox VE 9: changes that others prepare meanwhile are seen right before the apply', async () => {
    const proxmox = new FakeProxmox(cluster())
    proxmox.lockUnsupported = true
    let looks = 0
    proxmox.whileLooking = async () => {
      looks += 1
      // Between the writes and the apply.
      if (looks === 2)
        proxmox.snapshot = { ...proxmox.snapshot, vnets: [...proxmox.snapshot.vnets, unapplied(vnet('lab', 500, 'x'))] }
    }
    const controller = controllerOf(proxmox)
    const [stopped] = await ensureAll(controller, [1])
    expect(reasonOf(stopped)).to.equal('ForeignPending')
    expect(proxmox.writes).to.deep.equal(['create ludusnat', 'create r1'])
    const theirs = ({ name }: { readonly name: string }) => name === 'lab'
    proxmox.snapshot = { ...proxmox.snapshot, vnets: proxmox.snapshot.vnets.filter((each) => !theirs(each)) }
    expect(kinds(await ensureAll(controller, [1]))).to.deep.equal(['ready'])
    expect(proxmox.writes.at(-1)).to.equal('apply')
  })
})

const failedReload = (endedAt: number) => ({
  upid: 'UPID:pve2:1:1:1:srvreload:networking:root@pam:',
  node: 'pve2',
  endedAt,
  failure: "command 'ifreload -a' failed: exit code 1",
})
