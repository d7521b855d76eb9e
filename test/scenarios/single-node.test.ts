import { expect } from 'chai'
import { withInterface, withoutInterface } from '../../adapters/simulator/interfaces.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { bringUpNetwork, takeStagedNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import type { Condition, ConditionType } from '../../model/condition.ts'
import { cases, every, itLong } from '../runner/long-runs.ts'
import { bridgesWorld, rangeBridge } from './bridges-world.ts'
import { type Lab, type LabOptions, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'

const JD = rangeText([{ name: 'dc', vlan: 10, octet: 11 }])
const KT = rangeText([{ name: 'web', vlan: 20, octet: 5 }])

const firstNode = (world: World): NodeState => world.nodes.get('pve1')!
/** Somebody stages a bridge of their own. */
const stageForeign = (world: World): void => {
  const node = firstNode(world)
  const params = { type: 'bridge', bridge_ports: '', comments: 'of Ann' }
  node.stagedNetwork = withInterface(node.stagedNetwork ?? node.network, 'vmbr7', params)
}
/** Somebody presses Apply Configuration. */
const applyByHand = (world: World): void => {
  takeStagedNetwork(firstNode(world))
  bringUpNetwork(firstNode(world))
}
const ACTIVATE = 'PUT /nodes/pve1/network'
const CREATE = 'POST /nodes/pve1/network'
const named = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.map(({ method, path }) => `${method} ${path}`)

describe('ranges on a single node', () => {
  let lab: Lab
  const open = async (options: LabOptions = {}): Promise<void> => {
    lab = await openLab({ world: bridgesWorld(1), files: { 'JD.yml': JD }, ...options })
  }
  afterEach(() => lab.close())

  const networkWrites = (): readonly string[] => named(lab.writes()).filter((call) => call.includes('/network'))
  const conditionOf = (type: ConditionType, rangeId = 'JD'): Condition | undefined =>
    lab.controller.board.get(rangeId)?.conditions.find((each) => each.type === type)
  const untilNetworkIs = async (reason: string): Promise<string> => {
    await lab.until(() => conditionOf('NetworkReady')?.reason === reason)
    return conditionOf('NetworkReady')?.message ?? ''
  }
  const bridge = (name: string) => firstNode(lab.simulator.world).network.get(name)
  const nicsOf = (name: string): readonly string[] => {
    const guest = [...lab.simulator.world.guests.values()].find(({ config }) => config.get('name') === name)
    return [...(guest?.config ?? [])]
      .filter(([key]) => key.startsWith('net'))
      .map(([key, value]) => `${key} ${String(value).replace(/=[0-9A-F:]{17}/, '')}`)
  }

  it('makes the bridges of two ranges in one activation, and then is silent', async () => {
    await open({ files: { 'JD.yml': JD, 'KT.yml': KT } })
    await lab.until(() => lab.ready('JD', 'KT'))
    expect(networkWrites()).to.deep.equal([CREATE, CREATE, ACTIVATE])
    const made = lab.writes().filter(({ path }) => path === '/nodes/pve1/network')
    expect(made.slice(0, 2).map(({ params }) => params)).to.deep.equal([
      { iface: 'vmbr1001', ...rangeBridge('JD') },
      { iface: 'vmbr1002', ...rangeBridge('KT') },
    ])
    expect(bridge('vmbr1001')).to.include({ bridge_vlan_aware: 1, bridge_vids: '2-4094', bridge_ports: '', active: 1 })
    expect(nicsOf('JD-router-debian12-x64')).to.deep.equal([
      'net0 virtio,bridge=vmbr1000',
      'net1 virtio,bridge=vmbr1001,tag=10',
    ])
    expect(nicsOf('KT-web')).to.deep.equal(['net0 virtio,bridge=vmbr1002,tag=20'])
    expect(conditionOf('ZoneReady')).to.include({ status: 'True', reason: 'NotNeeded' })

    const [writes, reads] = [lab.writes().length, lab.simulator.journal.entries().length]
    await lab.pass()
    expect(lab.writes()).to.have.length(writes)
    const looks = named(lab.simulator.journal.entries().slice(reads)).filter((call) => call.includes('/network'))
    expect(looks).to.deep.equal(['GET /nodes/pve1/network'])
  })

  it('waits for the NAT bridge, says how to make it, and goes on when it is there', async () => {
    const world = bridgesWorld(1, 'vmbr5')
    await open({ world })
    const message = await untilNetworkIs('NatBridgeMissing')
    expect(message).to.contain('pvesh create /nodes/pve1/network --iface vmbr1000 --type bridge')
    expect(lab.writes()).to.deep.equal([])
    const node = firstNode(world)
    node.network = withInterface(node.network, 'vmbr1000', { type: 'bridge', autostart: '1', cidr: '192.0.2.254/24' })
    bringUpNetwork(node)
    await lab.until(() => lab.ready('JD'))
    expect(bridge('vmbr1000')).to.include({ address: '192.0.2.254' })
  })

  it('writes nothing while a foreign change is staged, and goes on by itself when it is reverted', async () => {
    const world = bridgesWorld(1)
    stageForeign(world)
    await open({ world })
    const message = await untilNetworkIs('ForeignPending')
    expect(message).to.match(/staged on node pve1 and not Lanista's: "\+iface vmbr7 inet manual"/)
    expect(lab.writes()).to.deep.equal([])
    firstNode(world).stagedNetwork = undefined
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites()).to.deep.equal([CREATE, ACTIVATE])
  })

  it('activates over a foreign change where that is allowed', async () => {
    const world = bridgesWorld(1)
    stageForeign(world)
    await open({ world, settings: { applyForeign: true } })
    await lab.until(() => lab.ready('JD'))
    expect(bridge('vmbr7')).to.include({ active: 1 })
  })

  it('leaves what somebody stages between its write and its activation, and is done when they apply it', async () => {
    const world = bridgesWorld(1)
    lab = await openLab({ world })
    const created = { method: 'POST', path: '/nodes/pve1/network' }
    lab.simulator.arm({ on: 'request', match: created, at: 'after', effect: { kind: 'edit', edit: stageForeign } })
    await lab.drop('JD.yml', JD)
    const message = await untilNetworkIs('ForeignPending')
    expect(message).to.contain('vmbr7').and.not.to.contain('vmbr1001 inet')
    const reads = lab.simulator.journal.entries().length
    const looks = () =>
      named(lab.simulator.journal.entries().slice(reads)).filter((call) => call === 'GET /pools').length
    await lab.until(() => looks() > 2)
    expect(networkWrites()).to.deep.equal([CREATE])
    expect(bridge('vmbr7')).to.equal(undefined)
    applyByHand(world)
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites(), 'nothing was left to activate').to.deep.equal([CREATE])
  })

  itLong('writes its bridge again when somebody reverts it together with their own change', async () => {
    const world = bridgesWorld(1)
    lab = await openLab({ world })
    const created = { method: 'POST', path: '/nodes/pve1/network' }
    lab.simulator.arm({ on: 'request', match: created, at: 'after', effect: { kind: 'edit', edit: stageForeign } })
    await lab.drop('JD.yml', JD)
    await untilNetworkIs('ForeignPending')
    firstNode(world).stagedNetwork = undefined
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites()).to.deep.equal([CREATE, CREATE, ACTIVATE])
  })

  it('activates no bridge that somebody reverts between its write and its activation', async () => {
    const world = bridgesWorld(1)
    lab = await openLab({ world })
    const created = { method: 'POST', path: '/nodes/pve1/network' }
    const revert = (): void => void (firstNode(world).stagedNetwork = undefined)
    lab.simulator.arm({ on: 'request', match: created, at: 'after', effect: { kind: 'edit', edit: revert } })
    await lab.drop('JD.yml', JD)
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites()).to.deep.equal([CREATE, CREATE, ACTIVATE])
  })

  it('carries through what an earlier run staged and did not activate', async () => {
    const world = bridgesWorld(1)
    const node = firstNode(world)
    node.stagedNetwork = withInterface(node.network, 'vmbr1001', rangeBridge('JD'))
    await open({ world })
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites()).to.deep.equal([ACTIVATE])
  })

  itLong('says that the reload failed, and activates again until the bridge is up', async () => {
    const world = bridgesWorld(1)
    lab = await openLab({ world })
    lab.simulator.arm({ on: 'reload', node: 'pve1', fails: true, times: 2 })
    await lab.drop('JD.yml', JD)
    const message = await untilNetworkIs('NetworkFailed')
    expect(message).to.contain("command 'ifreload -a' failed")
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites()).to.deep.equal([CREATE, ACTIVATE, ACTIVATE, ACTIVATE])
  })

  it('names the task of a reload that never ends, and goes on when a person has ended it', async () => {
    const world = bridgesWorld(1)
    lab = await openLab({ world })
    lab.simulator.arm({ on: 'reload', node: 'pve1', fails: false, takes: 1e9 })
    await lab.drop('JD.yml', JD)
    const message = await untilNetworkIs('NodeReloadHangs')
    const [, task] = /pvesh delete (\/nodes\/pve1\/tasks\/UPID:[^)]+)\)/.exec(message) ?? []
    await personIn(lab.simulator)('DELETE', task ?? '')
    await lab.until(() => lab.ready('JD'))
  })

  itLong('corrects a bridge that somebody changed, and keeps the address they gave it', async () => {
    await open()
    await lab.until(() => lab.ready('JD'))
    const node = firstNode(lab.simulator.world)
    const { bridge_vlan_aware: _aware, bridge_vids: _vids, ...rest } = node.network.get('vmbr1001')!
    const address = { method: 'static', address: '10.1.10.250', netmask: '24', cidr: '10.1.10.250/24' }
    node.network = new Map(node.network).set('vmbr1001', { ...rest, ...address, bridge_ports: 'eth0' })
    bringUpNetwork(node)
    await lab.pass()
    expect(networkWrites().slice(2)).to.deep.equal(['PUT /nodes/pve1/network/vmbr1001', ACTIVATE])
    expect(bridge('vmbr1001')).to.include({
      bridge_vlan_aware: 1,
      bridge_vids: '2-4094',
      bridge_ports: '',
      cidr: '10.1.10.250/24',
      comments: 'lanista range JD\n',
      autostart: 1,
    })
  })

  it('makes a bridge anew that somebody removed', async () => {
    await open()
    await lab.until(() => lab.ready('JD'))
    const node = firstNode(lab.simulator.world)
    node.network = withoutInterface(node.network, 'vmbr1001')
    bringUpNetwork(node)
    await lab.pass()
    await lab.until(() => lab.ready('JD'))
    expect(networkWrites()).to.deep.equal([CREATE, ACTIVATE, CREATE, ACTIVATE])
    expect(node.bridges.get('vmbr1001')).to.deep.equal({ vlanAware: true })
  })

  itLong("adopts Ludus' bridge by the author's word, and leaves one without", async () => {
    const world = bridgesWorld(1)
    const node = firstNode(world)
    const { comments: _none, ...ludus } = rangeBridge('')
    for (const name of ['vmbr1001', 'vmbr1002']) node.network = withInterface(node.network, name, ludus)
    bringUpNetwork(node)
    const asked = `${KT}ludus_extensions:\n  lanista:\n    range_number: 2\n`
    await open({ world, files: { 'JD.yml': JD, 'KT.yml': asked } })
    await lab.until(() => lab.ready('JD', 'KT'))
    expect(bridge('vmbr1001')).to.not.have.property('comments')
    expect(bridge('vmbr1002')).to.include({ comments: 'lanista range KT\n' })
    expect(bridge('vmbr1003')).to.include({ comments: 'lanista range JD\n' })
  })

  it('ignores target_node', async () => {
    await open({ files: { 'JD.yml': rangeText([{ name: 'dc', vlan: 10, octet: 11, targetNode: 'pve9' }]) } })
    await lab.until(() => lab.ready('JD'))
  })

  it('names the missing right, and goes on when it is granted', async () => {
    const world = bridgesWorld(1)
    const granted = world.access.acl
    world.access.acl = granted.filter(({ roleid }) => roleid !== 'LanistaNode')
    await open({ world })
    expect(await untilNetworkIs('NetworkFailed')).to.match(/lacks Sys\.Modify on \/nodes\/pve1 .*pveum acl modify/)
    world.access.acl = granted
    await lab.until(() => lab.ready('JD'))
  })

  itLong('keeps to proxmox_node of three nodes where cluster mode is switched off', async () => {
    const world = bridgesWorld(3)
    await open({ world, settings: { clusterMode: false, defaultNode: 'pve2' }, files: { 'JD.yml': JD, 'KT.yml': KT } })
    await lab.until(() => lab.ready('JD', 'KT'))
    expect(networkWrites()).to.deep.equal(['POST', 'POST', 'PUT'].map((method) => `${method} /nodes/pve2/network`))
    const vms = [...world.guests.values()].filter(({ config }) => config.get('template') === undefined)
    expect(vms.map(({ node }) => node)).to.deep.equal(['pve2', 'pve2', 'pve2', 'pve2'])
    expect(named(lab.writes()).filter((call) => call.includes('/cluster/sdn'))).to.deep.equal([])
  })

  const strikes = [
    ['before it happens', 'before', { kind: 'reset' }],
    ['after it happened', 'after', { kind: 'reset' }],
    ['with 596 after it happened', 'after', { kind: 'answer', status: 596, message: 'Broken pipe' }],
    ['with 500 before it happens', 'before', { kind: 'answer', status: 500, message: 'the dog ate it' }],
  ] as const
  for (const [what, method] of [
    ['a creation', 'POST'],
    ['the activation', 'PUT'],
  ] as const) {
    for (const [how, at, effect] of cases(strikes, every(4))) {
      it(`gets over ${what} that fails ${how}`, async () => {
        const world = bridgesWorld(1)
        lab = await openLab({ world })
        const armed = lab.simulator.arm({ on: 'request', match: { method, path: '/nodes/pve1/network' }, at, effect })
        await lab.drop('JD.yml', JD)
        await lab.until(() => lab.ready('JD'))
        expect(armed.hits()).to.equal(1)
        expect([...firstNode(world).network.keys()]).to.deep.equal(['eth0', 'vmbr0', 'vmbr1000', 'vmbr1001'])
        expect(firstNode(world).stagedNetwork).to.equal(undefined)
        const times = method === 'POST' || at === 'after' ? 1 : 2
        expect(networkWrites().filter((call) => call === ACTIVATE)).to.have.length(times)
      })
    }
  }
})
