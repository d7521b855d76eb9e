import { expect } from 'chai'
import { virtualClock } from '../../../adapters/simulator/clock.ts'
import type { NetworkController } from '../../../controllers/network/network-controller.ts'
import type { NetworkResult } from '../../../controllers/network/network-result.ts'
import { openNetworks } from '../../../controllers/network/open-networks.ts'
import type { BridgeWants, NetworkPlan } from '../../../model/plan/network-plan.ts'
import { Withdrawn } from '../../../model/permit.ts'
import { ProxmoxError } from '../../../model/proxmox-error.ts'
import { bridgeWantsOf, planBridgeNetwork } from '../../../reconcilers/range/plan-bridge-network.ts'
import { groundOf } from '../../../reconcilers/range/ground.ts'
import {
  cluster,
  guest,
  natBridge,
  node,
  nodeNetwork,
  rangeBridge,
  singleNode,
  stagedDiff,
} from '../../builders/cluster.ts'
import { stillWanted } from '../../builders/permits.ts'
import { FakeProxmox, memoryLockStore } from '../../builders/fake-proxmox.ts'
import { quiet } from '../../builders/quiet.ts'
import { range, settings } from '../../builders/range.ts'

const wantsOf = (number: number, at = 'pve1'): BridgeWants => bridgeWantsOf(`R${number}`, number, false, at, settings())
const goes = (number: number): BridgeWants => ({
  ...wantsOf(number),
  bridges: [],
  removals: [{ name: `vmbr${1000 + number}`, mark: `lanista range R${number}`, reason: 'it is to go' }],
})
const HERE = new Set(['pve1'])
/** The range's networks as they are planned on what the node shows now. */
function planOf({ snapshot }: FakeProxmox, number: number): NetworkPlan {
  const made = planBridgeNetwork(range(`R${number}`), groundOf(snapshot, settings(), 'bridges'), new Map())
  if (made.kind === 'refused') throw new Error(made.finding.message)
  return made.network
}
const failedReload = new ProxmoxError('task-failed', 'PUT /nodes/pve1/network', "command 'ifreload -a' failed")
const roomOf = (proxmox: FakeProxmox, clock = virtualClock()) =>
  openNetworks(proxmox, memoryLockStore(), () => settings(), {
    clock,
    logger: quiet,
    signal: new AbortController().signal,
  })
const controllerOf = (proxmox: FakeProxmox, clock = virtualClock()): NetworkController =>
  roomOf(proxmox, clock).networks
const ensureAll = (controller: NetworkController, ...numbers: readonly number[]): Promise<readonly NetworkResult[]> =>
  Promise.all(numbers.map((number) => controller.ensure(wantsOf(number), stillWanted)))
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

  it('makes them in order of name, whoever asked first', async () => {
    const proxmox = new FakeProxmox(singleNode())
    await ensureAll(controllerOf(proxmox), 3, 1, 2)
    expect(proxmox.writes.slice(0, 3)).to.deep.equal(['create vmbr1001', 'create vmbr1002', 'create vmbr1003'])
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
    const results = await Promise.all([
      controller.ensure(wantsOf(1), stillWanted),
      controller.ensure(wantsOf(2, 'pve2'), stillWanted),
    ])
    expect(kinds(results)).to.deep.equal(['ready', 'ready'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1001', 'activate pve1', 'create vmbr1002', 'activate pve2'])
  })

  it('activates nothing that somebody has joined in the meantime', async () => {
    const proxmox = new FakeProxmox(singleNode())
    const { createBridge } = proxmox.bridges
    proxmox.bridges.createBridge = async (...call) => {
      await createBridge(...call)
      const { interfaces, staged = '', node: at } = proxmox.snapshot.nodeNetworks[0]!
      const lab = natBridge({ name: 'vmbr7', config: 'new' })
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
    const { networks: controller, repair } = roomOf(proxmox, clock)
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
    const activations = proxmox.writes.length
    expect(repair.report('R1', planOf(proxmox, 1), HERE).map(({ state }) => state)).to.deep.equal(['available'])
    await repair.ended()
    expect(proxmox.writes).to.have.length(activations)
  })

  it('remembers a bridge in use whose correction was not reloaded, which nothing else tells', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1', { ports: ['eth1'] })]))
    const clock = virtualClock()
    const { networks: controller, repair } = roomOf(proxmox, clock)
    const told: (readonly string[])[] = []
    repair.onRepaired((ids) => told.push(ids))
    proxmox.bridges.activate = (at) => {
      proxmox.setNetwork({ ...proxmox.snapshot.nodeNetworks[0]!, node: at, staged: undefined })
      return Promise.reject(failedReload)
    }
    expect(kinds(await ensureAll(controller, 1))).to.deep.equal(['failed'])
    let activated = 0
    proxmox.bridges.activate = () => Promise.resolve(void (activated += 1))
    const report = async (number: number) => {
      const nodes = repair.report(`R${number}`, planOf(proxmox, number), HERE)
      await repair.ended()
      return nodes
    }
    expect(planOf(proxmox, 1).actions, 'nothing else tells').to.deep.equal([])
    expect(await report(1)).to.deep.equal([
      { node: 'pve1', state: 'failed', message: "did not reload its network (command 'ifreload -a' failed)" },
    ])
    expect(
      (await report(2)).map(({ state }) => state),
      'a range that it does not concern',
    ).to.deep.equal(['absent'])
    expect(activated, 'too soon').to.equal(0)
    await clock.advance(10_000)
    const before = proxmox.snapshot
    proxmox.snapshot = { ...before, runningTasks: [{ upid: 'x', node: 'pve1', type: 'srvreload', id: 'networking' }] }
    await report(1)
    expect(activated, 'somebody reloads it just now').to.equal(0)
    proxmox.snapshot = before
    await report(1)
    expect([activated, told]).to.deep.equal([1, [['R1']]])
    expect((await report(1)).map(({ state }) => state)).to.deep.equal(['available'])
    expect(kinds(await ensureAll(controller, 1))).to.deep.equal(['ready'])
    expect(activated).to.equal(1)
  })

  it('activates such a bridge again when its range asks for it', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1', { ports: ['eth1'] })]))
    const clock = virtualClock()
    const { networks: controller } = roomOf(proxmox, clock)
    proxmox.bridges.activate = (at) => {
      proxmox.setNetwork({ ...proxmox.snapshot.nodeNetworks[0]!, node: at, staged: undefined })
      return Promise.reject(failedReload)
    }
    await ensureAll(controller, 1)
    let activated = 0
    proxmox.bridges.activate = () => Promise.resolve(void (activated += 1))
    await clock.advance(10_000)
    expect(kinds(await ensureAll(controller, 1))).to.deep.equal(['ready'])
    expect(activated).to.equal(1)
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

  it('removes the bridges of ranges that are to go, and makes others, with one activation', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1'), rangeBridge(2, 'R2')]))
    const controller = controllerOf(proxmox)
    const results = await Promise.all(
      [...[1, 2].map(goes), wantsOf(3)].map((wants) => controller.ensure(wants, stillWanted)),
    )
    expect(kinds(results)).to.deep.equal(['ready', 'ready', 'ready'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1003', 'delete vmbr1001', 'delete vmbr1002', 'activate pve1'])
    expect(proxmox.journal.slice(-9), 'NICs are looked at right before each').to.deep.equal([
      'nics vmbr1002',
      'look pve1',
      'delete vmbr1002',
      'observe',
      'nics vmbr1001',
      'nics vmbr1002',
      'look pve1',
      'activate pve1',
      'look pve1',
    ])
  })

  it('leaves a bridge that a guest of the node has a NIC on, and goes on with the others', async () => {
    const seen = singleNode([rangeBridge(1, 'R1')], { guests: [guest(7, { name: 'printer' })] })
    const proxmox = new FakeProxmox(seen)
    proxmox.nicsOn.set('vmbr1001', [{ vmid: 7, name: 'printer', nic: 'net3' }])
    const controller = controllerOf(proxmox)
    const results = await Promise.all([
      controller.ensure(goes(1), stillWanted),
      controller.ensure(wantsOf(2), stillWanted),
    ])
    expect(kinds(results)).to.deep.equal(['NetworkInUse', 'ready'])
    expect(results[0]).to.have.nested.property('finding.message').that.contains('net3 of printer (VMID 7)')
    expect(proxmox.writes).to.deep.equal(['create vmbr1002', 'activate pve1'])
  })

  it('does not mind a NIC on a bridge of that name on another node', async () => {
    const seen = singleNode([rangeBridge(1, 'R1')], { guests: [guest(7, { node: 'pve2' })] })
    const proxmox = new FakeProxmox(seen)
    proxmox.nicsOn.set('vmbr1001', [{ vmid: 7, name: 'printer', nic: 'net3' }])
    expect(kinds([await controllerOf(proxmox).ensure(goes(1), stillWanted)])).to.deep.equal(['ready'])
  })

  it('deletes nothing when it can not be told who has a NIC on it', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')])).fail('nics vmbr1001', new Error('no'))
    expect(kinds([await controllerOf(proxmox).ensure(goes(1), stillWanted)])).to.deep.equal(['failed'])
    expect(proxmox.writes).to.deep.equal([])
  })

  it('activates nothing while a NIC is on a bridge whose deletion is staged, even where foreign changes may be', async () => {
    for (const applyForeign of [false, true]) {
      const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')], { guests: [guest(7)] }))
      const { deleteBridge } = proxmox.bridges
      proxmox.bridges.deleteBridge = async (...call) => {
        await deleteBridge(...call)
        proxmox.nicsOn.set('vmbr1001', [{ vmid: 7, name: 'printer', nic: 'net3' }])
      }
      const controller = controllerOf(proxmox)
      const all = [goes(1), wantsOf(2)].map((wants) => ({ ...wants, applyForeign }))
      const together = await Promise.all(all.map((wants) => controller.ensure(wants, stillWanted)))
      expect(kinds(together)).to.deep.equal(['NetworkInUse', 'NetworkInUse'])
      expect(together[1]).to.have.nested.property('finding.message').that.contains('pvesh delete /nodes/pve1/network')
      const [alone] = kinds([await controller.ensure(all[1]!, stillWanted)])
      expect(alone).to.equal(applyForeign ? 'NetworkInUse' : 'ForeignPending')
      expect(proxmox.writes).to.deep.equal(['create vmbr1002', 'delete vmbr1001'])
      proxmox.nicsOn.clear()
      expect(kinds([await controller.ensure(all[0]!, stillWanted)])).to.deep.equal(['ready'])
      expect(proxmox.writes.at(-1)).to.equal('activate pve1')
    }
  })

  it('deletes no bridge that somebody changes between its plan and its deletion', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')]))
    proxmox.whileLooking = async () => {
      const at = proxmox.snapshot.nodeNetworks[0]!
      const theirs = rangeBridge(1, 'R1', { comment: 'printers', config: 'new' })
      proxmox.setNetwork({ ...at, interfaces: [...at.interfaces.filter(({ name }) => name !== 'vmbr1001'), theirs] })
    }
    expect(kinds([await controllerOf(proxmox).ensure(goes(1), stillWanted)])).to.deep.equal(['BridgeStays'])
    expect(proxmox.writes).to.deep.equal([])
  })

  it('deletes nothing that somebody else has deleted meanwhile', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')]))
    proxmox.whileLooking = async () => {
      const at = proxmox.snapshot.nodeNetworks[0]!
      proxmox.setNetwork({ ...at, interfaces: at.interfaces.filter(({ name }) => name !== 'vmbr1001') })
    }
    expect(kinds([await controllerOf(proxmox).ensure(goes(1), stillWanted)])).to.deep.equal(['Progressing'])
    expect(proxmox.writes).to.deep.equal([])
  })

  it('remembers a removal whose reload failed, which nothing else tells, and activates again', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')]))
    const clock = virtualClock()
    const controller = controllerOf(proxmox, clock)
    const { activate } = proxmox.bridges
    proxmox.bridges.activate = async (...call) => {
      await activate(...call)
      throw failedReload
    }
    expect(kinds([await controller.ensure(goes(1), stillWanted)])).to.deep.equal(['failed'])
    expect(controller.unconfirmedRemovals('R2')).to.equal(undefined)
    const unconfirmed = controller.unconfirmedRemovals('R1')
    expect(unconfirmed).to.deep.equal(goes(1))
    expect(kinds([await controller.ensure(unconfirmed!, stillWanted)])).to.deep.equal(['NetworkFailed'])
    proxmox.bridges.activate = activate
    await clock.advance(10_000)
    expect(kinds([await controller.ensure(unconfirmed!, stillWanted)])).to.deep.equal(['ready'])
    expect(controller.unconfirmedRemovals('R1')).to.equal(undefined)
    expect(proxmox.writes).to.deep.equal(['delete vmbr1001', 'activate pve1', 'activate pve1'])
  })

  it('takes for its own what Proxmox writes anew of a file that a person wrote by hand', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')]))
    const { look } = proxmox.bridges
    proxmox.bridges.look = async (...call) => {
      const seen = await look(...call)
      const rewritten = stagedDiff('-iface vmbr0 inet static # uplink', '+iface vmbr0 inet static')
      return seen.staged === undefined ? seen : { ...seen, staged: `${seen.staged}${rewritten}` }
    }
    const controller = controllerOf(proxmox)
    const results = await Promise.all([
      controller.ensure(goes(1), stillWanted),
      controller.ensure(wantsOf(2), stillWanted),
    ])
    expect(kinds(results)).to.deep.equal(['ready', 'ready'])
    expect(proxmox.writes).to.deep.equal(['create vmbr1002', 'delete vmbr1001', 'activate pve1'])
  })

  it('does not send an activation again once a guest has a NIC there, or what waits is something else', async () => {
    const meanwhile: readonly ((proxmox: FakeProxmox) => void)[] = [
      (proxmox) => proxmox.nicsOn.set('vmbr1001', [{ vmid: 7, name: 'printer', nic: 'net3' }]),
      (proxmox) => {
        const at = proxmox.snapshot.nodeNetworks[0]!
        proxmox.setNetwork({ ...at, interfaces: [...at.interfaces, rangeBridge(1, 'R1')], staged: undefined })
      },
    ]
    for (const happens of meanwhile) {
      const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')], { guests: [guest(7)] }))
      const { activate } = proxmox.bridges
      proxmox.bridges.activate = async (node, permit) => {
        await permit.check()
        happens(proxmox)
        await activate(node, permit)
      }
      expect(kinds([await controllerOf(proxmox).ensure(goes(1), stillWanted)])).to.deep.equal(['failed'])
      expect(proxmox.writes).to.deep.equal(['delete vmbr1001'])
    }
  })

  it('activates no deletion once it is hidden who has a NIC there', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1')]))
    const { deleteBridge } = proxmox.bridges
    proxmox.bridges.deleteBridge = async (...call) => {
      await deleteBridge(...call)
      const unseen = [{ what: 'guests', path: '/vms', right: 'VM.Audit', remedy: 'give it' }] as const
      proxmox.snapshot = { ...proxmox.snapshot, unseen }
    }
    expect(kinds([await controllerOf(proxmox).ensure(goes(1), stillWanted)])).to.deep.equal(['NotVisible'])
    expect(proxmox.writes).to.deep.equal(['delete vmbr1001'])
  })

  it('leaves the correction of a bridge staged that nobody wants any more, as both ways are as asked', async () => {
    const proxmox = new FakeProxmox(singleNode([rangeBridge(1, 'R1', { autostart: false })]))
    const { updateBridge } = proxmox.bridges
    let isWanted = true
    proxmox.bridges.updateBridge = async (...call) => {
      await updateBridge(...call)
      isWanted = false
    }
    const check = (): Promise<void> => (isWanted ? Promise.resolve() : Promise.reject(new Withdrawn('it is to go')))
    const [result] = kinds([await controllerOf(proxmox).ensure(wantsOf(1), check)])
    expect([result, ...proxmox.writes]).to.deep.equal(['failed', 'update vmbr1001'])
  })

  it('waits for foreign changes without a write', async () => {
    const proxmox = new FakeProxmox(singleNode([], {}, { staged: stagedDiff('+auto vmbr7') }))
    expect(kinds(await ensureAll(controllerOf(proxmox), 1, 2))).to.deep.equal(['ForeignPending', 'ForeignPending'])
    expect(proxmox.writes).to.deep.equal([])
  })
})
