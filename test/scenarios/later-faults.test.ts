import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { Fault } from '../../adapters/simulator/faults.ts'
import { withInterface } from '../../adapters/simulator/interfaces.ts'
import type { RequestMatch } from '../../adapters/simulator/journal.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import { cases, every } from '../runner/long-runs.ts'
import { bridgesWorld, rangeBridge } from './bridges-world.ts'
import { type Lab, type LabOptions, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'

const lanista = (keys: string): string => `ludus_extensions: { lanista: { ${keys} } }\n`
const ROUTER_ONLY = 'ludus: []\n'
const GOES = `${ROUTER_ONLY}${lanista('state: absent')}`
const BIG = rangeText([{ name: 'a', vlan: 10, octet: 1 }])

/** A write that a range needs later than at its beginning, or on a single node, and the task it starts. */
interface Write {
  readonly name: string
  readonly match: RequestMatch
  readonly task?: string
  /** It takes its time, so that a look finds it not done yet: it is asked for again, which does no harm. */
  readonly slow?: true
  readonly options: () => LabOptions
  /** What is there and Ready before the fault is armed. */
  readonly first?: string
  /** Done to the cluster then. */
  readonly happens?: (world: World) => void
  readonly text: string
  /** The reason of `Ready` in the end. */
  readonly reason?: string
  /** What of the cluster the write is about. */
  readonly end: (world: World) => unknown
  readonly expected: unknown
}

const guestsOf = (world: World) =>
  [...world.guests.values()].filter(({ config }) => config.get('template') === undefined)
/** In order of VMID: which VM was cloned first does not matter. */
const running = (world: World): readonly number[] =>
  guestsOf(world)
    .flatMap(({ vmid, running: is }) => (is === undefined ? [] : [vmid]))
    .sort((a, b) => a - b)
const bridgesOf = (world: World) => {
  const node = world.nodes.get('pve1')
  const { bridge_vlan_aware: aware, comments } = node?.network.get('vmbr1001') ?? {}
  return { aware, comments, staged: node?.stagedNetwork, up: [...(node?.bridges.keys() ?? [])] }
}
const BRIDGE_UP = {
  aware: 1,
  comments: 'lanista range JD\n',
  staged: undefined,
  up: ['vmbr0', 'vmbr1000', 'vmbr1001'],
}

function withVnets(): World {
  const world = demoCluster()
  const vnet = (name: string, tag: number, alias: string): void =>
    writeSdn(world, 'vnets', name, { type: 'vnet', zone: 'ludus', tag, vlanaware: 1, alias })
  vnet('ludusnat', 16_777_215, 'lanista nat')
  vnet('r1', 1, 'lanista range JD')
  commitSdn(world)
  for (const node of world.nodes.values()) node.sdnVersion = world.sdn.version
  return world
}

function withGroup(): World {
  const world = clusterFrom({ templates: ['debian-11-x64-server-template'] })
  const { access } = world
  access.groups.set('ludus_users', new Set())
  access.roles.set('LanistaACL', { special: false, privileges: new Set(['Permissions.Modify']) })
  const right = { path: '/sdn/zones/ludus', type: 'user', roleid: 'LanistaACL', propagate: true } as const
  access.acl.push({ ...right, ugid: 'lanista@pve' })
  return world
}

function withPlainBridge(): World {
  const world = bridgesWorld(1)
  const node = world.nodes.get('pve1')!
  const { bridge_vlan_aware: _, ...plain } = rangeBridge('JD')
  node.network = withInterface(node.network, 'vmbr1001', plain)
  bringUpNetwork(node)
  return world
}

const WRITES: readonly Write[] = [
  {
    name: 'deleting a VNet',
    match: { method: 'DELETE', path: '/cluster/sdn/vnets/r1' },
    options: () => ({ world: withVnets() }),
    text: GOES,
    reason: 'Absent',
    end: ({ sdn }) => [[...sdn.running.vnets.keys()], [...sdn.configured.vnets.keys()], sdn.lock],
    expected: [['ludusnat'], ['ludusnat'], undefined],
  },
  {
    name: 'applying its deletion',
    match: { method: 'PUT', path: '/cluster/sdn' },
    options: () => ({ world: withVnets() }),
    text: GOES,
    reason: 'Absent',
    end: ({ sdn, nodes }) => [
      [...sdn.running.vnets.keys()],
      [...nodes.values()].filter(({ sdnVersion, bridges }) => sdnVersion !== sdn.version || bridges.has('r1')),
    ],
    expected: [['ludusnat'], []],
  },
  {
    name: 'granting a role',
    match: { method: 'PUT', path: '/access/acl' },
    options: () => ({ world: withGroup(), settings: { aclGroup: 'ludus_users' } }),
    text: ROUTER_ONLY,
    end: ({ access }) =>
      access.acl.filter(({ ugid }) => ugid === 'ludus_users').map(({ path, roleid }) => [path, roleid]),
    expected: [['/sdn/zones/ludus/r1', 'PVESDNUser']],
  },
  {
    name: 'shutting a VM down',
    match: { method: 'POST', path: /\/1010001\/status\/shutdown$/ },
    task: 'qmshutdown',
    slow: true,
    options: () => ({}),
    first: BIG,
    text: `${BIG}${lanista('power: off')}`,
    end: running,
    expected: [],
  },
  {
    name: 'correcting a VM',
    match: { method: 'PUT', path: /\/1010001\/config$/ },
    options: () => ({ settings: { auditMs: 1000 } }),
    first: BIG,
    happens: (world) => void world.guests.get(1_010_001)!.config.set('net0', 'virtio=BC:24:11:00:00:01,bridge=vmbr0'),
    text: BIG,
    end: (world) => [world.guests.get(1_010_001)?.config.get('net0'), running(world)],
    expected: ['virtio=BC:24:11:00:00:01,bridge=r1,tag=10', [1_001_254, 1_010_001]],
  },
  {
    name: 'creating a bridge',
    match: { method: 'POST', path: '/nodes/pve1/network' },
    options: () => ({ world: bridgesWorld(1) }),
    text: ROUTER_ONLY,
    end: bridgesOf,
    expected: BRIDGE_UP,
  },
  {
    name: 'correcting a bridge',
    match: { method: 'PUT', path: '/nodes/pve1/network/vmbr1001' },
    options: () => ({ world: withPlainBridge() }),
    text: ROUTER_ONLY,
    end: bridgesOf,
    expected: BRIDGE_UP,
  },
  {
    name: "activating a node's network",
    match: { method: 'PUT', path: '/nodes/pve1/network' },
    task: 'srvreload',
    options: () => ({ world: bridgesWorld(1) }),
    text: ROUTER_ONLY,
    end: bridgesOf,
    expected: BRIDGE_UP,
  },
]

interface Trouble {
  readonly name: string
  readonly fault: (match: RequestMatch, task: string | undefined) => Fault | undefined
  /** What an operator is told meanwhile, if it is not simply got over. */
  readonly told?: RegExp
  /** It happened, and Lanista does not hear of it: it looks, and finds that nothing is left to be written. */
  readonly unheard?: true
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'it is refused before it happens',
    fault: (match) => ({
      on: 'request',
      match,
      at: 'before',
      effect: { kind: 'answer', status: 500, message: 'the dog ate it' },
    }),
    told: /the dog ate it/,
  },
  {
    name: 'the connection is cut after it happened',
    fault: (match) => ({ on: 'request', match, at: 'after', effect: { kind: 'reset' } }),
    unheard: true,
  },
  {
    name: 'its task fails before doing anything',
    fault: (_match, task) =>
      task === undefined ? undefined : { on: 'task', type: task, at: 'before', error: 'the disk is full' },
    told: /the disk is full/,
  },
]

async function meet({ match, task, ...write }: Write, { fault, told: words, unheard }: Trouble): Promise<void> {
  const armed = fault(match, task)
  if (armed === undefined) return
  const lab: Lab = await (write.first === undefined
    ? openLab(write.options())
    : openReadyLab({ 'JD.yml': write.first }, write.options()))
  const { world } = lab.simulator
  const told = new Set<string>()
  lab.controller.board.onChange(({ conditions, vms }) => {
    for (const { message } of conditions) told.add(message)
    for (const vm of vms) told.add(vm.trouble ?? '')
  })
  const reason = (): string | undefined => {
    const status = lab.controller.board.get('JD')
    const ready = status && readyConditionOf(status)
    return ready?.status === 'True' ? ready.reason : undefined
  }
  const sent = (): number => lab.simulator.journal.find(match).length
  try {
    const before = sent()
    const { hits } = lab.simulator.arm(armed)
    write.happens?.(world)
    await lab.drop('JD.yml', write.text)
    await lab.until(() => hits() > 0)
    await lab.until(() => words === undefined || [...told].some((text) => words.test(text)))
    const isAsExpected = (): boolean => JSON.stringify(write.end(world)) === JSON.stringify(write.expected)
    await lab.until(() => reason() === (write.reason ?? 'Ready') && isAsExpected())
    expect(write.end(world)).to.deep.equal(write.expected)
    expect(guestsOf(world).filter(({ config }) => config.get('lock') !== undefined)).to.deep.equal([])
    if (unheard && !write.slow) expect(sent(), 'sent once').to.equal(before + 1)
    const forced = lab.writes().filter(({ path }) => path.endsWith('/status/stop'))
    expect(forced).to.deep.equal([])
  } finally {
    await lab.close()
  }
}

/** In the short run each write meets one of those that it can meet, another than the one before. */
function troublesOf(write: Write): readonly Trouble[] {
  const met = TROUBLES.filter(({ fault }) => fault(write.match, write.task) !== undefined)
  return cases(met, (_, at) => at === WRITES.indexOf(write) % met.length)
}

async function meetAll(write: Write): Promise<readonly string[]> {
  const failures: string[] = []
  await Promise.all(
    troublesOf(write).map((trouble) =>
      meet(write, trouble).catch((error: unknown) =>
        failures.push(`${trouble.name}: ${error instanceof Error ? error.message : String(error)}`),
      ),
    ),
  )
  return failures
}

describe('a fault at a write that comes later, or on a single node', function () {
  this.timeout(60_000)
  let failures: ReadonlyMap<Write, Promise<readonly string[]>> = new Map()
  // All at once, as they wait most of the time.
  const writes = cases(WRITES, every(7))
  before(() => {
    failures = new Map(writes.map((write) => [write, meetAll(write)]))
  })

  for (const write of writes)
    it(`${write.name}: ends as asked, and says what happened`, async () => {
      expect(await failures.get(write)).to.deep.equal([])
    })
})
