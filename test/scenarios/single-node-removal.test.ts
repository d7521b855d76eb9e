import { expect } from 'chai'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { withInterface, withoutInterface } from '../../adapters/simulator/interfaces.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { bringUpNetwork, takeStagedNetwork } from '../../adapters/simulator/network-state.ts'
import type { NodeState, World } from '../../adapters/simulator/world.ts'
import type { ConditionType } from '../../model/condition.ts'
import { cases, every, itLong } from '../runner/long-runs.ts'
import { bridgesWorld, rangeBridge } from './bridges-world.ts'
import { lanistaHere } from './command-line.ts'
import { type Lab, type LabOptions, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'
import { openSite } from './site.ts'

const JD = rangeText([{ name: 'dc', vlan: 10, octet: 11 }])
const KT = rangeText([{ name: 'web', vlan: 20, octet: 5 }])
const GOES = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const DELETE = 'DELETE /nodes/pve1/network/vmbr1001'
const ACTIVATE = 'PUT /nodes/pve1/network'
const DELETION = { method: 'DELETE', path: '/nodes/pve1/network/vmbr1001' }

const nodeIn = (world: World, name = 'pve1'): NodeState => world.nodes.get(name)!
/** A single node that still has JD's bridge, all of whose VMs are gone. */
const worldWithBridge = (world = bridgesWorld(1), at = 'pve1', params = {}): World => {
  const node = nodeIn(world, at)
  node.network = withInterface(node.network, 'vmbr1001', { ...rangeBridge('JD'), ...params })
  bringUpNetwork(node)
  return world
}
/** Somebody stages a bridge of their own. */
const stageForeign = (world: World): void => {
  const node = nodeIn(world)
  const params = { type: 'bridge', bridge_ports: '', comments: 'of Ann' }
  node.stagedNetwork = withInterface(node.stagedNetwork ?? node.network, 'vmbr7', params)
}
/** Somebody presses Apply Configuration. */
const applyByHand = (world: World): void => {
  takeStagedNetwork(nodeIn(world))
  bringUpNetwork(nodeIn(world))
}
const named = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.map(({ method, path: at }) => `${method} ${at}`)

describe('a range on a single node that is to go (state: absent)', () => {
  let lab: Lab
  const open = async (options: LabOptions = {}): Promise<void> => {
    lab = await openLab({ world: worldWithBridge(), files: { 'JD.yml': GOES }, ...options })
  }
  afterEach(() => lab.close())

  const networkWrites = (): readonly string[] => named(lab.writes()).filter((call) => call.includes('/network'))
  const conditionOf = (type: ConditionType) =>
    lab.controller.board.get('JD')?.conditions.find((each) => each.type === type)
  const untilNetworkIs = async (reason: string): Promise<string> => {
    await lab.until(() => conditionOf('NetworkReady')?.reason === reason)
    return conditionOf('NetworkReady')?.message ?? ''
  }
  const untilGone = (): Promise<void> => lab.until(() => conditionOf('Ready')?.reason === 'Absent')
  /** What its file has, and what is up. */
  const bridges = (name = 'pve1') => {
    const { network, bridges: up, stagedNetwork } = nodeIn(lab.simulator.world, name)
    const has = (names: Iterable<string>) => [...names].filter((each) => each.startsWith('vmbr')).sort()
    return { file: has(network.keys()), up: has(up.keys()), staged: stagedNetwork !== undefined }
  }
  const LEFT = { file: ['vmbr0', 'vmbr1000'], up: ['vmbr0', 'vmbr1000'], staged: false }

  itLong(
    'loses its bridge after its last VM, and not while a NIC of anybody is on it, and then is silent',
    async () => {
      await open({ world: bridgesWorld(1), files: { 'JD.yml': JD, 'KT.yml': KT } })
      await lab.until(() => lab.ready('JD', 'KT'))
      const person = personIn(lab.simulator)
      const { world } = lab.simulator
      const guestsOf = (pool: string) => [...(world.pools.get(pool)?.vms ?? [])]
      const of = (vmid: number) => `/nodes/pve1/qemu/${vmid}`
      const [stranger] = guestsOf('KT')
      await person('PUT', `${of(stranger!)}/config`, { net5: 'virtio,bridge=vmbr1001' })
      await lab.drop('JD.yml', GOES)
      await lab.until(() => guestsOf('JD').length === 0)
      const message = await untilNetworkIs('NetworkInUse')
      expect(message).to.match(/^bridge vmbr1001: it is to go, and net5 of KT-.* is on it/)
      expect(bridges().up).to.include('vmbr1001')

      await person('PUT', `${of(stranger!)}/config`, { delete: 'net5' })
      await untilGone()
      const kept = ['vmbr0', 'vmbr1000', 'vmbr1002']
      expect(bridges()).to.deep.equal({ file: kept, up: kept, staged: false })
      expect(networkWrites().slice(3), 'after those that made two bridges').to.deep.equal([DELETE, ACTIVATE])
      expect(lab.ready('KT')).to.equal(true)

      const [writes, reads] = [lab.writes().length, lab.simulator.journal.entries().length]
      await lab.pass()
      expect(lab.writes()).to.have.length(writes)
      const looks = named(lab.simulator.journal.entries().slice(reads)).filter((call) => call.includes('/network'))
      expect(new Set(looks)).to.deep.equal(new Set(['GET /nodes/pve1/network']))
    },
  )

  itLong('loses its bridge in the activation that makes the bridge of another', async () => {
    await open({ files: { 'JD.yml': GOES, 'KT.yml': KT } })
    await untilGone()
    await lab.until(() => lab.ready('KT'))
    expect(bridges().file).to.have.length(3)
    expect(networkWrites().filter((call) => call === ACTIVATE).length).to.be.within(1, 2)
  })

  it('has its deletion carried through that an earlier run staged and did not activate', async () => {
    const world = worldWithBridge()
    nodeIn(world).stagedNetwork = withoutInterface(nodeIn(world).network, 'vmbr1001')
    await open({ world })
    await untilGone()
    expect(networkWrites()).to.deep.equal([ACTIVATE])
    expect(bridges()).to.deep.equal(LEFT)
  })

  it('has a staged deletion left alone while a NIC is on the bridge', async () => {
    const world = worldWithBridge()
    nodeIn(world).stagedNetwork = withoutInterface(nodeIn(world).network, 'vmbr1001')
    const [template] = world.guests.values()
    template!.config.set('net5', 'virtio=BC:24:11:00:00:05,bridge=vmbr1001')
    await open({ world })
    await untilNetworkIs('NetworkInUse')
    expect(lab.writes()).to.deep.equal([])
    template!.config.delete('net5')
    await untilGone()
    expect(networkWrites()).to.deep.equal([ACTIVATE])
  })

  it('loses no bridge that gets a NIC between its deletion and the activation', async () => {
    const world = worldWithBridge()
    lab = await openLab({ world })
    const [template] = world.guests.values()
    const attach = (): void => void template!.config.set('net5', 'virtio=BC:24:11:00:00:05,bridge=vmbr1001')
    lab.simulator.arm({ on: 'request', match: DELETION, at: 'after', effect: { kind: 'edit', edit: attach } })
    await lab.drop('JD.yml', GOES)
    expect(await untilNetworkIs('NetworkInUse')).to.contain('net5 of')
    await lab.pass()
    expect(networkWrites()).to.deep.equal([DELETE])
    expect(bridges().up).to.include('vmbr1001')
    template!.config.delete('net5')
    await untilGone()
    expect(networkWrites()).to.deep.equal([DELETE, ACTIVATE])
  })

  itLong('keeps its bridge while a foreign change is staged, and loses it when that is reverted', async () => {
    const world = worldWithBridge()
    stageForeign(world)
    await open({ world })
    expect(await untilNetworkIs('ForeignPending')).to.contain('vmbr7')
    expect(lab.writes()).to.deep.equal([])
    nodeIn(world).stagedNetwork = undefined
    await untilGone()
    expect(networkWrites()).to.deep.equal([DELETE, ACTIVATE])
  })

  itLong(
    'leaves what somebody stages between its deletion and its activation, and is done when they apply it',
    async () => {
      const world = worldWithBridge()
      lab = await openLab({ world })
      lab.simulator.arm({ on: 'request', match: DELETION, at: 'after', effect: { kind: 'edit', edit: stageForeign } })
      await lab.drop('JD.yml', GOES)
      expect(await untilNetworkIs('ForeignPending'))
        .to.contain('vmbr7')
        .and.not.to.contain('vmbr1001 inet')
      const reads = lab.simulator.journal.entries().length
      const looks = () => named(lab.simulator.journal.entries().slice(reads)).filter((call) => call === 'GET /pools')
      await lab.until(() => looks().length > 2)
      expect(networkWrites()).to.deep.equal([DELETE])
      applyByHand(world)
      await untilGone()
      expect(networkWrites(), 'nothing was left to activate').to.deep.equal([DELETE])
    },
  )

  itLong('has its bridge deleted again when somebody reverts that together with their own change', async () => {
    const world = worldWithBridge()
    lab = await openLab({ world })
    lab.simulator.arm({ on: 'request', match: DELETION, at: 'after', effect: { kind: 'edit', edit: stageForeign } })
    await lab.drop('JD.yml', GOES)
    await untilNetworkIs('ForeignPending')
    nodeIn(world).stagedNetwork = undefined
    await untilGone()
    expect(networkWrites()).to.deep.equal([DELETE, DELETE, ACTIVATE])
  })

  it('never loses the NAT bridge, whatever its comment says', async () => {
    await open({ settings: { natBridge: 'vmbr1001' } })
    expect(await untilNetworkIs('NetworkLeft')).to.match(
      /vmbr1001 on node pve1, which is the bridge of the NAT network/,
    )
    expect(lab.writes()).to.deep.equal([])
  })

  it('keeps a bridge with ports until somebody has detached them', async () => {
    const world = worldWithBridge(bridgesWorld(1), 'pve1', { bridge_ports: 'eth0' })
    await open({ world })
    expect(await untilNetworkIs('NetworkLeft')).to.contain('has eth0 attached')
    expect(lab.writes()).to.deep.equal([])
    nodeIn(world).network = withoutInterface(nodeIn(world).network, 'vmbr1001')
    worldWithBridge(world)
    await untilGone()
  })

  itLong('is not Absent when the reload failed, and activates again until the bridge is down', async () => {
    const world = worldWithBridge()
    lab = await openLab({ world })
    lab.simulator.arm({ on: 'reload', node: 'pve1', fails: true, times: 2 })
    await lab.drop('JD.yml', GOES)
    expect(await untilNetworkIs('NetworkFailed')).to.contain("command 'ifreload -a' failed")
    expect(bridges()).to.deep.equal({ ...LEFT, up: ['vmbr0', 'vmbr1000', 'vmbr1001'] })
    await untilGone()
    expect(networkWrites()).to.deep.equal([DELETE, ACTIVATE, ACTIVATE, ACTIVATE])
    expect(bridges()).to.deep.equal(LEFT)
  })

  const strikes = [
    ['before it happens', 'before', { kind: 'reset' }],
    ['after it happened', 'after', { kind: 'reset' }],
    ['with 596 after it happened', 'after', { kind: 'answer', status: 596, message: 'Broken pipe' }],
    ['with 500 before it happens', 'before', { kind: 'answer', status: 500, message: 'the dog ate it' }],
  ] as const
  for (const [how, at, effect] of cases(strikes, every(2))) {
    it(`gets over a deletion that fails ${how}`, async () => {
      lab = await openLab({ world: worldWithBridge() })
      const armed = lab.simulator.arm({ on: 'request', match: DELETION, at, effect })
      await lab.drop('JD.yml', GOES)
      await untilGone()
      expect(armed.hits()).to.equal(1)
      expect(networkWrites()).to.deep.equal([...(at === 'before' ? [DELETE] : []), DELETE, ACTIVATE])
      expect(bridges()).to.deep.equal(LEFT)
    })
  }

  it('is not Absent while a cluster has a bridge of it left from single-node times, which a person removes', async () => {
    await open({ world: worldWithBridge(demoCluster(), 'pve2') })
    const message = await untilNetworkIs('NetworkLeft')
    expect(message).to.contain('pvesh delete /nodes/pve2/network/vmbr1001 && pvesh set /nodes/pve2/network')
    await lab.pass()
    expect(lab.writes()).to.deep.equal([])
    const person = personIn(lab.simulator)
    await person('DELETE', '/nodes/pve2/network/vmbr1001')
    await untilNetworkIs('NetworkLeft')
    await person('PUT', '/nodes/pve2/network')
    await untilGone()
    expect(bridges('pve2').up).not.to.include('vmbr1001')
  })

  itLong('is not touched when the single node turns into a cluster', async () => {
    const world = worldWithBridge(bridgesWorld(2))
    const second = nodeIn(world, 'pve2')
    world.nodes.delete('pve2')
    await open({ world, files: { 'KT.yml': KT } })
    await lab.until(() => lab.ready('KT'))
    world.nodes.set('pve2', second)
    const before = lab.writes().length
    await lab.drop('JD.yml', GOES)
    expect(await untilNetworkIs('ModeChanged')).to.match(/got bridges .* get VNets now \(its nodes are pve1, pve2\)/)
    expect(lab.writes()).to.have.length(before)
    world.nodes.delete('pve2')
    await untilGone()
  })
})

describe('lanista plan on a single node', () => {
  it('shows the bridge of a range that is to go, and what is in the way of its removal', async () => {
    const world = worldWithBridge()
    const site = await openSite({ 'JD.yml': GOES }, world)
    const plan = async (): Promise<{ readonly status: number; readonly output: string }> => {
      const { status, stdout, stderr } = await lanistaHere(['plan', '--config', site.config])
      return { status, output: stdout + stderr }
    }
    try {
      const free = await plan()
      expect(free.output)
        .to.match(/- bridge vmbr1001 on pve1: range JD is to go \(its file says state: absent\)/)
        .and.match(/~ activate the network of pve1: vmbr1001 to take effect/)
      expect(free.status, free.output).to.equal(2)
      stageForeign(world)
      const foreign = await plan()
      expect(foreign.output).to.match(/! bridge vmbr1001: not activated, .*vmbr7/)
      const [template] = world.guests.values()
      template!.config.set('net5', 'virtio=BC:24:11:00:00:05,bridge=vmbr1001')
      const used = await plan()
      expect(used.output)
        .to.match(/! bridge vmbr1001: it is to go, and net5 of/)
        .and.not.match(/- bridge/)
      expect([foreign.status, used.status]).to.deep.equal([1, 1])
      expect(site.simulator.journal.entries().filter(({ method }) => method !== 'GET')).to.deep.equal([])
    } finally {
      await site.close()
    }
  }).timeout(30_000)
})
