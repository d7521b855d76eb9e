import { expect } from 'chai'
import { virtualClock } from '../../adapters/simulator/clock.ts'
import { NetworkController } from '../../controllers/network-controller.ts'
import type { NetworkResult } from '../../controllers/network-result.ts'
import type { BridgeWants } from '../../model/plan.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import { bridgeWantsOf } from '../../reconcilers/bridge/plan-single-network.ts'
import { cluster, natBridge, node, nodeNetwork, rangeBridge, singleNode, stagedDiff } from '../builders/cluster.ts'
import { FakeProxmox, memoryLockStore } from '../builders/fake-proxmox.ts'
import { quiet } from '../builders/quiet.ts'
import { settings } from '../builders/range.ts'

const wantsOf = (number: number, at = 'pve1'): BridgeWants => bridgeWantsOf(`R${number}`, number, false, at, settings())
const planOf = (number: number) => ({ nodes: [], busy: false, wants: wantsOf(number) })
const failedReload = new ProxmoxError('task-failed', 'PUT /nodes/pve1/network', "command 'ifreload -a' failed")
const controllerOf = (proxmox: FakeProxmox, clock = virtualClock()) =>
  new NetworkController(
    { proxmox, lockStore: memoryLockStore(), settings: () => settings(), logger: quiet, clock },
    new AbortController().signal,
  )
const ensureAll = (controller: NetworkController, ...numbers: readonly number[]): Promise<readonly NetworkResult[]> =>
  Promise.all(numbers.map((number) => controller.ensure(wantsOf(number))))
const kinds = (results: readonly NetworkResult[]) =>
  results.map((result) => (result.kind === 'blocked' ? result.finding.reason : result.kind))

describe('NetworkController on a single node', () => {
  it('makes the bridges of 50 ranges that ask at once with one activation and three looks', async () => {
    const proxmox = new FakeProxmox(singleNode())
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    expect(new Set(kinds(await ensureAll(controllerOf(proxmox), ...numbers)))).to.deep.equal(new Set(['ready']))
    expect(proxmox.writes.filter((call) => call.startsWith('create'))).to.have.length(50)
    expect(proxmox.writes.filter((call) => call === 'activate pve1')).to.have.length(1)
    expect(proxmox.writes.at(-1)).to.equal('activate pve1')
    expect(proxmox.journal.filter((call) => call.startsWith('look'))).to.have.length(3)
  })

  it('only looks when all is as wanted', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')]))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1))).to.deep.equal(['ready'])
    expect(proxmox.journal).to.deep.equal(['look pve1'])
  })

  it('goes on with the others when one bridge can not be written', async () => {
    const proxmox = new FakeProxmox(singleNode()).fail('create vmbr1001', new Error('no'))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1, 2))).to.deep.equal(['failed', 'ready'])
  })

  it('activates nothing when nothing could be written', async () => {
    const proxmox = new FakeProxmox(singleNode()).fail('create vmbr1001', new Error('no'))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1))).to.deep.equal(['failed'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1001'])
  })

  it('tells everybody when the node can not be looked at', async () => {
    const proxmox = new FakeProxmox(singleNode()).fail('look pve1', new Error('no'))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1, 2))).to.deep.equal(['failed', 'failed'])
    expect(proxmox.writes).to.deep.equal([])
  })

  it('makes the bridges of two nodes with an activation each', async () => {
    const nodes = [node('pve1'), node('pve2')]
    const nodeNetworks = nodes.map((each) => nodeNetwork(each, { interfaces: [natBridge()] }))
    const proxmox = new FakeProxmox(cluster({ nodes, nodeNetworks }))
    const controller = controllerOf(proxmox)
    const results = await Promise.all([controller.ensure(wantsOf(1)), controller.ensure(wantsOf(2, 'pve2'))])
    expect(kinds(results)).to.deep.equal(['ready', 'ready'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1001', 'activate pve1', 'create vmbr1002', 'activate pve2'])
  })

  it('activates nothing that somebody has joined in the meantime', async () => {
    const proxmox = new FakeProxmox(singleNode())
    const { createBridge } = proxmox.bridges
    proxmox.bridges.createBridge = async (...call) => {
      await createBridge(...call)
      const { interfaces, staged = '', node: at } = proxmox.snapshot.nodeNetworks[0]!
      const lab = natBridge({ name: 'vmbr7', told: 'new' })
      proxmox.setNetwork({ node: at, interfaces: [...interfaces, lab], staged: `${staged}+auto vmbr7\n` })
    }
    expect(kinds(await ensureAll(controllerOf(proxmox), 1))).to.deep.equal(['ForeignPending'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1001'])
  })

  it('says so when a bridge is not up although its reload ended well', async () => {
    const proxmox = new FakeProxmox(singleNode())
    const down = nodeNetwork(node('pve1'), { interfaces: [natBridge(), rangeBridge(1, 'R1', { active: false })] })
    proxmox.bridges.activate = () => Promise.resolve(proxmox.setNetwork(down))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1))).to.deep.equal(['BridgeDown'])
  })

  it('tries a reload that fails less and less often, whoever asks', async () => {
    const proxmox = new FakeProxmox(singleNode()).fail('activate pve1', failedReload)
    const clock = virtualClock()
    const controller = controllerOf(proxmox, clock)
    for (const began = clock.now(); clock.now() - began < 3_600_000; await clock.advance(10_000))
      await ensureAll(controller, 1, 2)
    expect(proxmox.writes.filter((call) => call === 'activate pve1').length, 'an hour').to.equal(11)
    const [told] = await ensureAll(controller, 1)
    expect(told)
      .to.have.nested.property('finding.message')
      .that.matches(/ifreload.*put it in order; it is tried again in \d+ s/)
    proxmox.mend()
    await clock.advance(600_000)
    expect(kinds(await ensureAll(controller, 1, 2))).to.deep.equal(['ready', 'ready'])
    expect(controller.needsRepair(planOf(1))).to.equal(false)
  })

  it('remembers a bridge in use whose correction was not reloaded, which nothing else tells', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1', { ports: ['eth1'] })]))
    const clock = virtualClock()
    const controller = controllerOf(proxmox, clock)
    proxmox.bridges.activate = (at) => {
      proxmox.setNetwork({ ...proxmox.snapshot.nodeNetworks[0]!, node: at, staged: undefined })
      return Promise.reject(failedReload)
    }
    expect(kinds(await ensureAll(controller, 1))).to.deep.equal(['failed'])
    expect([controller.needsRepair(planOf(1)), controller.needsRepair(planOf(2))]).to.deep.equal([true, false])
    let activated = 0
    proxmox.bridges.activate = () => Promise.resolve(void (activated += 1))
    await clock.advance(10_000)
    expect(kinds(await ensureAll(controller, 1))).to.deep.equal(['ready'])
    expect([activated, controller.needsRepair(planOf(1))]).to.deep.equal([1, false])
  })

  it('does not count a reload that was never made', async () => {
    const unsent = new ProxmoxError('forbidden', 'PUT /nodes/pve1/network', 'lacks Sys.Modify')
    const proxmox = new FakeProxmox(singleNode()).fail('activate pve1', unsent)
    const controller = controllerOf(proxmox)
    await ensureAll(controller, 1)
    proxmox.mend()
    expect(kinds(await ensureAll(controller, 1))).to.deep.equal(['ready'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1001', 'activate pve1', 'activate pve1'])
  })

  it('waits for foreign changes without a write', async () => {
    const proxmox = new FakeProxmox(singleNode([], {}, { staged: stagedDiff('+auto vmbr7') }))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1, 2))).to.deep.equal(['ForeignPending', 'ForeignPending'])
    expect(proxmox.writes).to.deep.equal([])
  })
})
