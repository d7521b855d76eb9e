import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import type { NetworkController } from '../../../controllers/network/network-controller.ts'
import type { NetworkRepair } from '../../../controllers/network/network-repair.ts'
import type { NetworkResult } from '../../../controllers/network/network-result.ts'
import { openNetworks } from '../../../controllers/network/open-networks.ts'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import type { NodeNetworkState } from '../../../model/node-network-state.ts'
import type { NetworkPlan, NetworkWants } from '../../../model/plan/network-plan.ts'
import type { SdnLockStore } from '../../../model/network-ports.ts'
import { Withdrawn } from '../../../model/permit.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { groundOf } from '../../../reconcilers/range/ground.ts'
import { planVnetNetwork } from '../../../reconcilers/range/plan-vnet-network.ts'
import { vnetWantsOf } from '../../../reconcilers/vnet/vnet-wants.ts'
import { stillWanted } from '../../builders/permits.ts'
import { changed, cluster, guest, natVnet, nodeNetwork, rangeVnet, unapplied, vnet } from '../../builders/cluster.ts'
import { FakeProxmox, memoryLockStore } from '../../builders/fake-proxmox.ts'
import { quiet, settled } from '../../builders/quiet.ts'
import { range, settings } from '../../builders/range.ts'

const wantsOf = (number: number): NetworkWants => ({
  kind: 'vnets',
  vnets: vnetWantsOf(`R${number}`, number, false, { ...settings(), tagged: true }),
  removals: [],
})
const full = new ProxmoxError('no-quorum', 'POST /cluster/sdn/vnets', 'cluster not ready - no quorum?')
interface Surroundings {
  readonly signal?: AbortSignal
  readonly clock?: ReturnType<typeof virtualClock>
  readonly lockStore?: SdnLockStore
  readonly own?: Partial<PlanSettings>
}
const roomOf = (
  proxmox: FakeProxmox,
  {
    signal = new AbortController().signal,
    clock = virtualClock(),
    lockStore = memoryLockStore(),
    own = {},
  }: Surroundings = {},
) => openNetworks(proxmox, lockStore, () => settings(own), { clock, logger: quiet, signal })
const controllerOf = (proxmox: FakeProxmox, surroundings?: Surroundings): NetworkController =>
  roomOf(proxmox, surroundings).networks
const ensureAll = (controller: NetworkController, numbers: readonly number[]): Promise<readonly NetworkResult[]> =>
  Promise.all(numbers.map((number) => controller.ensure(wantsOf(number), stillWanted)))
const kinds = (results: readonly NetworkResult[]) => results.map(({ kind }) => kind)
const reasonOf = (result: NetworkResult | undefined) => (result?.kind === 'blocked' ? result.finding.reason : result)
/** How the networks of a range are planned on what the cluster shows now. */
function planOf({ snapshot }: FakeProxmox, number: number, own: Partial<PlanSettings> = {}): NetworkPlan {
  const made = planVnetNetwork(range(`R${number}`), groundOf(snapshot, settings(own), 'vnets'), new Map())
  if (made.kind === 'refused') throw new Error(made.finding.message)
  return made.network
}
/** A range whose VMs are on pve2 has been planned; resolves when what that began has ended. */
async function report(proxmox: FakeProxmox, repair: NetworkRepair, number = 1): Promise<readonly NodeNetworkState[]> {
  const nodes = repair.report(`R${number}`, planOf(proxmox, number), new Set(['pve2']))
  await repair.ended()
  return nodes
}
const stateOf = (nodes: readonly NodeNetworkState[], name: string) => nodes.find(({ node }) => node === name)?.state

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
    const first = controller.ensure(wantsOf(1), stillWanted)
    while (!proxmox.journal.includes('create r1')) await settled()
    const rest = await ensureAll(controller, [2, 3, 4])
    expect(kinds([await first, ...rest])).to.deep.equal(['ready', 'ready', 'ready', 'ready'])
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(2)
  })

  it('makes nothing for a range that is not wanted any more when its turn begins', async () => {
    const proxmox = new FakeProxmox(cluster())
    const controller = controllerOf(proxmox)
    let isWanted = true
    const check = (): Promise<void> => (isWanted ? Promise.resolve() : Promise.reject(new Withdrawn('it is to go')))
    const first = controller.ensure(wantsOf(1), check)
    while (!proxmox.journal.includes('create r1')) await settled()
    const rest = [controller.ensure(wantsOf(2), check), controller.ensure(wantsOf(3), stillWanted)]
    isWanted = false
    const [, second, third] = await Promise.all([first, ...rest])
    expect(second?.kind === 'failed' && second.error).to.be.instanceOf(Withdrawn)
    expect(third?.kind).to.equal('ready')
    expect(proxmox.writes.filter((call) => call.startsWith('create'))).to.deep.equal([
      'create ludusnat',
      'create r1',
      'create r3',
    ])
  })

  it('writes nothing for a range that is not wanted any more once the lock is held', async () => {
    const proxmox = new FakeProxmox(cluster())
    const check = (): Promise<void> =>
      proxmox.lockHolder === undefined ? Promise.resolve() : Promise.reject(new Withdrawn('it is to go'))
    const result = await controllerOf(proxmox).ensure(wantsOf(1), check)
    expect(result.kind === 'failed' && result.error).to.be.instanceOf(Withdrawn)
    expect(proxmox.writes).to.deep.equal([])
    expect(proxmox.lockHolder).to.equal(undefined)
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

  it("brings nobody's change of a range's VNet into force that could not be put right", async () => {
    const forbidden = new ProxmoxError('forbidden', 'PUT /cluster/sdn/vnets/r1', 'Permission check failed')
    const vnets = [natVnet(), changed(rangeVnet(1, 'R1'), { zone: 'theirs' })]
    const proxmox = new FakeProxmox(cluster({ vnets })).fail('update r1', forbidden)
    const results = await ensureAll(controllerOf(proxmox), [1, 2])
    expect(kinds(results)).to.deep.equal(['failed', 'blocked'])
    expect(reasonOf(results[1])).to.equal('ForeignPending')
    expect(proxmox.writes).to.deep.equal(['update r1', 'create r2'])
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
      await settled()
      toldAtReload = [...told]
    }
    const results = await Promise.all(
      [1, 2, 3].map((number) => {
        const { committed, made } = controller.begin(wantsOf(number), stillWanted, new Set())
        void committed.then(() => told.push(number))
        return made
      }),
    )
    expect(kinds(results)).to.deep.equal(['ready', 'failed', 'ready'])
    expect(toldAtReload).to.deep.equal([1, 3])
    expect(told).to.deep.equal([1, 3])
  })

  it('tells of no commit where the apply is refused', async () => {
    const proxmox = new FakeProxmox(cluster()).fail('apply', full)
    const told: number[] = []
    const { committed, made } = controllerOf(proxmox).begin(wantsOf(1), stillWanted, new Set())
    void committed.then(() => told.push(1))
    await made
    await settled()
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
    expect(await controller.ensure(wantsOf(1), stillWanted).catch((error: unknown) => error)).to.equal(full)
    proxmox.mend()
    expect((await controller.ensure(wantsOf(1), stillWanted)).kind).to.equal('ready')
  })

  describe('before VNets go', () => {
    const removalOf = (number: number): NetworkWants => ({
      kind: 'vnets',
      vnets: [],
      removals: [{ name: `r${number}`, alias: `lanista range R${number}`, reason: 'it is to go' }],
    })
    const vnets = [natVnet(), ...[1, 2, 3].map((number) => rangeVnet(number, `R${number}`))]
    const fake = (): FakeProxmox => new FakeProxmox(cluster({ vnets, guests: [guest(7, { name: 'printer' })] }))
    const removeAll = (proxmox: FakeProxmox, ...numbers: readonly number[]): Promise<readonly NetworkResult[]> => {
      const controller = controllerOf(proxmox)
      return Promise.all(numbers.map((number) => controller.ensure(removalOf(number), stillWanted)))
    }

    it('one stays on which a guest has a NIC, and the others go', async () => {
      const proxmox = fake()
      proxmox.nicsOn.set('r1', [{ vmid: 7, name: 'printer', nic: 'net3' }])
      const results = await removeAll(proxmox, 1, 3)
      expect(kinds(results)).to.deep.equal(['blocked', 'ready'])
      expect(reasonOf(results[0])).to.equal('NetworkInUse')
      expect(proxmox.writes).to.deep.equal(['delete r3', 'apply'])
    })

    it('all stay when nobody can tell, and what else is wanted is made', async () => {
      const proxmox = fake().fail('nics r2', full)
      const controller = controllerOf(proxmox)
      const results = await Promise.all([
        controller.ensure(removalOf(2), stillWanted),
        controller.ensure(wantsOf(5), stillWanted),
      ])
      expect(kinds(results)).to.deep.equal(['failed', 'ready'])
      expect(proxmox.writes).to.deep.equal(['create r5', 'apply'])
    })

    it('one that another range wants does not go, and guests may be on it', async () => {
      const proxmox = fake()
      proxmox.snapshot = { ...proxmox.snapshot, vnets: [natVnet(), unapplied(rangeVnet(1, 'R1'))] }
      proxmox.nicsOn.set('r1', [{ vmid: 7, name: 'printer', nic: 'net3' }])
      const controller = controllerOf(proxmox)
      const results = await Promise.all([
        controller.ensure(wantsOf(1), stillWanted),
        controller.ensure(removalOf(1), stillWanted),
      ])
      expect(kinds(results)).to.include('ready')
      expect(proxmox.writes).to.deep.equal(['apply'])
    })

    it('each guest is read twice under the lock, however many go', async () => {
      const proxmox = fake()
      let reads = 0
      const onEach = proxmox.nics.onEach.bind(proxmox.nics)
      Object.assign(proxmox.nics, {
        onEach: (...args: Parameters<typeof onEach>) => {
          reads += args[1].length
          return onEach(...args)
        },
      })
      expect(kinds(await removeAll(proxmox, 1, 2, 3))).to.deep.equal(['ready', 'ready', 'ready'])
      expect(reads).to.equal(2)
    })
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

describe('the repair of nodes that lack a network', () => {
  const made = { vnets: [natVnet(), rangeVnet(1, 'R1')] }
  const lacking = (traits: Partial<ClusterSnapshot> = {}) =>
    new FakeProxmox(cluster({ ...made, reloads: [failedReload(0)], ...traits }))
  const theirs = unapplied(vnet('lab', 500, undefined))

  it('is made at once and, where that does not help, after growing waits, and not without end', async () => {
    const proxmox = new FakeProxmox(cluster(made))
    const clock = virtualClock()
    const { repair } = roomOf(proxmox, { clock })
    const minutes: number[] = []
    const began = clock.now()
    while (clock.now() - began < 7_200_000) {
      const before = proxmox.writes.length
      repair.lacks('R1', 'pve2', 'r1')
      await report(proxmox, repair)
      if (proxmox.writes.length > before) minutes.push((clock.now() - began) / 60_000)
      proxmox.snapshot = { ...proxmox.snapshot, reloads: [failedReload(clock.now())], takenAt: clock.now() }
      await clock.advance(10_000)
    }
    expect(proxmox.writes).to.deep.equal(minutes.map(() => 'apply'))
    expect(minutes[0]).to.equal(0)
    expect(minutes, 'two hours of a node that stays broken').to.have.length(8)
    const waits = minutes.slice(1).map((minute, index) => minute - minutes[index]!)
    expect(waits, 'each longer than the one before').to.deep.equal([...new Set(waits)].sort((a, b) => a - b))
    expect(repair.standing()).to.deep.equal({ kind: 'exhausted' })
  })

  it('is not made by an apply that stands at a node, so it is tried again, soon', async () => {
    const proxmox = new FakeProxmox(cluster(made))
    const clock = virtualClock()
    const { networks, repair } = roomOf(proxmox, { clock })
    proxmox.standsAt = 'pve3'
    repair.lacks('R1', 'pve2', 'r1')
    await networks.ensure(wantsOf(2), stillWanted)
    expect(proxmox.writes, 'for the other range').to.deep.equal(['create r2', 'apply'])
    for (let times = 0; times < 2; times += 1) {
      await report(proxmox, repair)
      await clock.advance(2000)
    }
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(3)
    proxmox.standsAt = undefined
    await clock.advance(60_000)
    for (let times = 0; times < 3; times += 1) {
      await report(proxmox, repair)
      await clock.advance(600_000)
    }
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(4)
  })

  it('begins anew once no node has lacked anything for a while', async () => {
    const proxmox = new FakeProxmox(cluster(made))
    const clock = virtualClock()
    const { repair } = roomOf(proxmox, { clock })
    for (let repairs = 0; repairs < 8; repairs++) {
      repair.lacks('R1', 'pve2', 'r1')
      await report(proxmox, repair)
      await clock.advance(700_000)
    }
    expect(proxmox.writes).to.have.length(8)
    expect(repair.standing()).to.deep.equal({ kind: 'exhausted' })
    await clock.advance(1_300_000)
    await report(proxmox, repair)
    expect(repair.standing()).to.deep.equal({ kind: 'pending' })
    expect(proxmox.writes).to.have.length(8)
  })

  it('follows a reload of their own that failed, as the cluster shows it, and ends when one went well', async () => {
    const proxmox = lacking()
    const { networks, repair } = roomOf(proxmox)
    const [seen] = await ensureAll(networks, [1])
    expect(proxmox.writes, 'no range waits for it').to.deep.equal([])
    expect(seen?.kind === 'ready' && seen.nodes.find(({ node }) => node === 'pve2')).to.deep.equal({
      node: 'pve2',
      state: 'failed',
      message: "did not reload its network (command 'ifreload -a' failed: exit code 1)",
    })
    expect(stateOf(await report(proxmox, repair), 'pve2')).to.equal('failed')
    expect(proxmox.writes).to.deep.equal(['apply'])
    proxmox.snapshot = { ...proxmox.snapshot, reloads: [] }
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('is not made while networks are being reloaded', async () => {
    const proxmox = lacking({ runningTasks: [{ upid: 'x', node: 'pve1', type: 'reloadnetworkall', id: '' }] })
    const { networks, repair } = roomOf(proxmox)
    await ensureAll(networks, [1])
    await report(proxmox, repair)
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it('is not made when networks are being reloaded by the time of it', async () => {
    const proxmox = lacking()
    const { repair } = roomOf(proxmox)
    const plan = planOf(proxmox, 1)
    const runningTasks = [{ upid: 'x', node: 'pve1', type: 'srvreload', id: 'networking' }]
    proxmox.snapshot = { ...proxmox.snapshot, runningTasks }
    repair.report('R1', plan, new Set())
    await repair.ended()
    expect(proxmox.journal).to.deep.equal(['observe'])
  })

  it('is made once for what one look shows, however many ranges report it', async () => {
    const proxmox = lacking()
    const { repair } = roomOf(proxmox)
    const plan = planOf(proxmox, 1)
    for (const id of ['R1', 'R2', 'R3']) repair.report(id, plan, new Set(['pve1']))
    await repair.ended()
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('is made for a VM that finds no bridge, no more often than that is told', async () => {
    const proxmox = new FakeProxmox(cluster(made))
    const { repair } = roomOf(proxmox)
    repair.lacks('R1', 'pve2', 'r1')
    await report(proxmox, repair)
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('is made after an apply that failed, since what it committed is pending no more; until then no VM is started', async () => {
    const proxmox = new FakeProxmox(cluster())
    const { networks, repair } = roomOf(proxmox)
    proxmox.whileReloading = () =>
      Promise.reject(new ProxmoxError('task-failed', 'PUT /cluster/sdn', 'the worker died'))
    expect(kinds(await ensureAll(networks, [1]))).to.deep.equal(['failed'])
    expect(proxmox.lockHolder, 'the lock is given back').to.equal(undefined)
    proxmox.whileReloading = settled
    const nodes = await report(proxmox, repair)
    expect(nodes.find(({ node }) => node === 'pve1')).to.deep.equal({
      node: 'pve1',
      state: 'pending',
      message: 'may lack ludusnat and r1, since the last apply failed',
    })
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(2)
    expect(stateOf(await report(proxmox, repair), 'pve1')).to.equal('available')
    expect(proxmox.writes.filter((call) => call === 'apply')).to.have.length(2)
  })

  it('keeps no VM from being started after an apply that failed where it can not be made', async () => {
    const proxmox = new FakeProxmox(cluster())
    const { networks, repair } = roomOf(proxmox)
    proxmox.whileReloading = () =>
      Promise.reject(new ProxmoxError('task-failed', 'PUT /cluster/sdn', 'the worker died'))
    await ensureAll(networks, [1])
    proxmox.snapshot = { ...proxmox.snapshot, vnets: [...proxmox.snapshot.vnets, theirs] }
    expect(stateOf(await report(proxmox, repair), 'pve1')).to.equal('available')
  })

  it('is needless where an apply that ranges want has ended by then', async () => {
    const proxmox = lacking()
    const { networks, repair } = roomOf(proxmox)
    const plan = planOf(proxmox, 1)
    proxmox.whileReloading = async () => {
      proxmox.snapshot = { ...proxmox.snapshot, reloads: [] }
    }
    const wanted = networks.ensure(wantsOf(2), stillWanted)
    repair.report('R1', plan, new Set())
    await Promise.all([wanted, repair.ended()])
    expect(proxmox.writes).to.deep.equal(['create r2', 'apply'])
    expect(proxmox.journal.filter((call) => call === 'lock')).to.have.length(1)
  })

  it('gives way to ranges that want networks in the same moment', async () => {
    const proxmox = lacking()
    const { networks, repair } = roomOf(proxmox)
    repair.report('R1', planOf(proxmox, 1), new Set())
    expect((await networks.ensure(wantsOf(2), stillWanted)).kind).to.equal('ready')
    expect(proxmox.writes).to.deep.equal(['create r2', 'apply'])
    await repair.ended()
    expect(proxmox.writes, 'it was still needed').to.deep.equal(['create r2', 'apply', 'apply'])
  })

  it('waits without a write while anything is pending, says so, and is made when that is gone', async () => {
    const proxmox = lacking()
    const { networks, repair } = roomOf(proxmox)
    const before = proxmox.snapshot
    proxmox.snapshot = { ...before, vnets: [...before.vnets, theirs] }
    expect(kinds(await ensureAll(networks, [1])), 'whoever wants nothing new goes on').to.deep.equal(['ready'])
    await report(proxmox, repair)
    const standing = repair.standing()
    expect(standing.kind === 'held' && standing.why).to.match(
      /^that would also bring into force what others have prepared: .*vnet lab \(new\).*roll them back: pvesh/,
    )
    expect(proxmox.journal).to.deep.equal(['observe'])
    proxmox.snapshot = before
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
    expect(repair.standing()).to.deep.equal({ kind: 'pending' })
  })

  it('waits for what ranges have written, which their own apply brings into force', async () => {
    const proxmox = lacking({ vnets: [...made.vnets, unapplied(rangeVnet(2, 'R2'))] })
    const { repair } = roomOf(proxmox)
    await report(proxmox, repair)
    const standing = repair.standing()
    expect(standing.kind === 'held' && standing.why).to.match(/^changes of ranges are pending \(vnet r2\)/)
    expect(proxmox.journal).to.deep.equal([])
  })

  it('does not apply what somebody prepares right before it, with a lock or without', async () => {
    const staged = nodeNetwork(
      { name: 'pve2', address: undefined },
      { staged: '+auto vmbr7\n+iface vmbr7 inet manual\n' },
    )
    const stage = (proxmox: FakeProxmox) => {
      const nodeNetworks = [...proxmox.snapshot.nodeNetworks.filter(({ node }) => node !== 'pve2'), staged]
      proxmox.snapshot = { ...proxmox.snapshot, nodeNetworks }
    }
    const prepare = (proxmox: FakeProxmox) => {
      proxmox.snapshot = { ...proxmox.snapshot, vnets: [...proxmox.snapshot.vnets, theirs] }
    }
    for (const [unlocked, somebody] of [
      [false, stage],
      [false, prepare],
      [true, stage],
      [true, prepare],
    ] as const) {
      const proxmox = lacking()
      proxmox.lockUnsupported = unlocked
      proxmox.whileLooking = async () => somebody(proxmox)
      const { repair } = roomOf(proxmox)
      await report(proxmox, repair)
      expect(proxmox.writes).to.deep.equal([])
      expect(proxmox.lockHolder).to.equal(undefined)
      const standing = repair.standing()
      expect(standing.kind === 'held' && standing.why).to.match(/what others have prepared: .*(lab|vmbr7)/)
    }
  })

  it('waits for the lock of somebody else, which it never forces, and no range waits with it', async () => {
    const proxmox = lacking()
    const clock = virtualClock()
    const { networks, repair } = roomOf(proxmox, { clock })
    proxmox.lockHolder = 'theirs'
    await report(proxmox, repair)
    expect(kinds(await ensureAll(networks, [1]))).to.deep.equal(['ready'])
    const standing = repair.standing()
    expect(standing.kind === 'held' && standing.why).to.match(/somebody holds the SDN lock.*--force 1/)
    const asked = proxmox.journal.filter((call) => call === 'lock').length
    await report(proxmox, repair)
    expect(
      proxmox.journal.filter((call) => call === 'lock'),
      'not asked for at each look',
    ).to.have.length(asked)
    proxmox.lockHolder = undefined
    await clock.advance(2000)
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
    expect(repair.standing()).to.deep.equal({ kind: 'pending' })
  })

  it('is made over the changes of others where that is configured', async () => {
    const proxmox = lacking()
    const own = { applyForeign: true }
    const { repair } = roomOf(proxmox, { own })
    proxmox.snapshot = { ...proxmox.snapshot, vnets: [...proxmox.snapshot.vnets, theirs] }
    repair.report('R1', planOf(proxmox, 1, own), new Set())
    await repair.ended()
    expect(proxmox.writes).to.deep.equal(['apply'])
  })

  it('tells of the ranges that wait for a node once something was repaired, and of no others', async () => {
    const proxmox = lacking()
    const { repair } = roomOf(proxmox)
    const told: (readonly string[])[] = []
    repair.onRepaired((ids) => told.push(ids))
    const plan = planOf(proxmox, 1)
    repair.report('R1', plan, new Set(['pve2']))
    repair.report('R2', plan, new Set(['pve1', 'pve3']))
    repair.lacks('R3', 'pve1', 'ludusnat')
    await repair.ended()
    expect(told).to.deep.equal([['R1', 'R3']])
    await report(proxmox, repair)
    expect(told, 'nothing was repaired').to.have.length(1)
  })

  it('tells each time of those that wait since the last, and of none where nothing was left to be repaired', async () => {
    const proxmox = lacking()
    const clock = virtualClock()
    const { repair } = roomOf(proxmox, { clock })
    const told: (readonly string[])[] = []
    repair.onRepaired((ids) => told.push(ids))
    const plan = planOf(proxmox, 1)
    repair.report('R1', plan, new Set(['pve2']))
    await repair.ended()
    await clock.advance(10_000)
    repair.report('R2', plan, new Set(['pve2']))
    await repair.ended()
    expect(told).to.deep.equal([['R1'], ['R2']])
    await clock.advance(20_000)
    proxmox.snapshot = { ...proxmox.snapshot, reloads: [] }
    repair.report('R3', plan, new Set(['pve2']))
    await repair.ended()
    expect(told).to.have.length(2)
  })

  it('is needless for a VM that found no bridge once ranges have had something applied', async () => {
    const proxmox = new FakeProxmox(cluster(made))
    const { networks, repair } = roomOf(proxmox)
    repair.lacks('R1', 'pve2', 'r1')
    await networks.ensure(wantsOf(2), stillWanted)
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['create r2', 'apply'])
  })

  it('believes Proxmox that something is pending which no look shows', async () => {
    const proxmox = lacking()
    proxmox.sdn.lock = (allowPending) =>
      Promise.resolve(allowPending ? { kind: 'held', token: 'ours' } : { kind: 'pending' })
    const { repair } = roomOf(proxmox)
    await report(proxmox, repair)
    const standing = repair.standing()
    expect(standing.kind === 'held' && standing.why).to.match(/a change of a kind that Lanista does not read/)
    expect(proxmox.writes).to.deep.equal([])
  })

  it('waits for pending subnets, which no list shows, where no lock speaks for them', async () => {
    const proxmox = lacking()
    proxmox.lockUnsupported = true
    proxmox.sdn.pendingSubnets = () => Promise.resolve(['subnet 10.9.0.0/24 of vnet theirs (new)'])
    const { repair } = roomOf(proxmox)
    await report(proxmox, repair)
    const standing = repair.standing()
    expect(standing.kind === 'held' && standing.why).to.contain('subnet 10.9.0.0/24')
    expect(proxmox.writes).to.deep.equal([])
  })

  it('that fails counts, and is tried again after its time', async () => {
    const proxmox = lacking().fail('apply', full)
    const clock = virtualClock()
    const { repair } = roomOf(proxmox, { clock })
    await report(proxmox, repair)
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
    expect(proxmox.lockHolder).to.equal(undefined)
    proxmox.mend()
    await clock.advance(10_000)
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply', 'apply'])
  })

  it('is tried again at the next look when the cluster can not be seen', async () => {
    const proxmox = lacking()
    const { repair } = roomOf(proxmox)
    const plan = planOf(proxmox, 1)
    proxmox.fail('observe', full)
    repair.report('R1', plan, new Set())
    await repair.ended()
    proxmox.mend()
    await report(proxmox, repair)
    expect(proxmox.writes).to.deep.equal(['apply'])
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

  it('is not asked for while its note can not be read, as the token of one may be in there', async () => {
    const lockStore = {
      ...memoryLockStore(),
      read: () => Promise.reject(new Error("sdn-lock.json can't be read: EACCES")),
    }
    const proxmox = new FakeProxmox(cluster())
    const [stopped] = await ensureAll(controllerOf(proxmox, { lockStore }), [1])
    expect(reasonOf(stopped)).to.equal('LockNoteUnreadable')
    expect(proxmox.journal).to.deep.equal(['observe'])
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
    expect(proxmox.journal).to.deep.equal(['observe', 'unlock'])
  })

  it('that was asked for without hearing the answer is said to be probably its own', async () => {
    const lockStore = memoryLockStore()
    const proxmox = new FakeProxmox(cluster())
    const lost = new ProxmoxError('timeout-unknown-outcome', 'POST /cluster/sdn/lock', 'no answer')
    const controller = controllerOf(proxmox.fail('lock', lost), { lockStore })
    expect(await controller.ensure(wantsOf(1), stillWanted).catch((error: unknown) => error)).to.equal(lost)
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
