import { expect } from 'chai'
import PQueue from 'p-queue'
import type { Fault } from '../../adapters/simulator/faults.ts'
import type { RequestMatch } from '../../adapters/simulator/journal.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'

/** The range's VNet is there, with another tag than it should have. */
function withWrongTag(world: World): void {
  const vnet = { type: 'vnet', zone: 'ludus', tag: 77, vlanaware: 1, alias: 'lanista range JD' }
  writeSdn(world, 'vnets', 'r1', vnet)
  commitSdn(world)
}

/** Every write the controller makes for a new range, and the task it starts. */
const WRITES: readonly (readonly [
  name: string,
  match: RequestMatch,
  task: string | undefined,
  before?: (world: World) => void,
])[] = [
  ['taking the SDN lock', { method: 'POST', path: '/cluster/sdn/lock' }, undefined],
  ['creating a VNet', { method: 'POST', path: '/cluster/sdn/vnets' }, undefined],
  ['correcting a VNet', { method: 'PUT', path: '/cluster/sdn/vnets/r1' }, undefined, withWrongTag],
  ['applying the SDN', { method: 'PUT', path: '/cluster/sdn' }, 'reloadnetworkall'],
  ['creating a pool', { method: 'POST', path: '/pools' }, undefined],
  ['cloning a VM', { method: 'POST', path: /\/clone$/ }, 'qmclone'],
  ['configuring a VM', { method: 'PUT', path: /\/config$/ }, undefined],
  ['starting a VM', { method: 'POST', path: /\/status\/start$/ }, 'qmstart'],
]

/** A fault that strikes one write, what ends it, and what an operator is told meanwhile, if it is not simply got over. */
interface Trouble {
  readonly name: string
  readonly faults: (match: RequestMatch, task: string | undefined) => readonly Fault[]
  /** Whether Proxmox could meet such a write with it; left out: any. */
  readonly meets?: (match: RequestMatch, task: string | undefined) => boolean
  readonly clear?: (world: World) => void
  /** Something done to the cluster as the write arrives, and what undoes it. */
  readonly strike?: (simulator: Simulator) => Promise<() => Promise<void>>
  readonly told?: RegExp
  /** It happened, and Lanista does not hear of it. */
  readonly unheard?: true
}

const onRequest = (
  match: RequestMatch,
  at: 'before' | 'after',
  effect: Extract<Fault, { on: 'request' }>['effect'],
): Fault => ({ on: 'request', match, at, effect })
const answer = (status: number, message: string) => ({ kind: 'answer', status, message }) as const
const edit = (change: (world: World) => void) => ({ kind: 'edit', edit: change }) as const

/** A call that any API host hands on to the node of a guest. */
const isOfANode = ({ path }: RequestMatch): boolean => path instanceof RegExp

const TROUBLES: readonly Trouble[] = [
  {
    name: 'the connection is cut before it happens',
    faults: (match) => [onRequest(match, 'before', { kind: 'reset' })],
  },
  {
    name: 'the connection is cut after it happened',
    faults: (match) => [onRequest(match, 'after', { kind: 'reset' })],
    unheard: true,
  },
  {
    name: 'it is never answered and does not happen',
    faults: (match) => [onRequest(match, 'before', { kind: 'hang' })],
  },
  {
    name: 'it is never answered and happens',
    faults: (match) => [onRequest(match, 'after', { kind: 'hang' })],
    unheard: true,
  },
  {
    name: 'pveproxy gives up on it (596) and it happens',
    faults: (match) => [onRequest(match, 'after', answer(596, 'Broken pipe'))],
    unheard: true,
  },
  {
    name: 'its node is unreachable (595)',
    meets: isOfANode,
    faults: (match) => [onRequest(match, 'before', answer(595, 'No route to host'))],
    told: /595|reach/i,
  },
  {
    name: 'the token is refused (401)',
    faults: (match) => [onRequest(match, 'before', answer(401, 'Authentication failed!'))],
    told: /token lanista@pve!lanista/,
  },
  {
    name: 'Proxmox says an error (500)',
    faults: (match) => [onRequest(match, 'before', answer(500, 'the dog ate it'))],
    told: /the dog ate it/,
  },
  {
    name: 'no worker starts',
    meets: (_match, task) => task !== undefined,
    faults: (match) => [onRequest(match, 'before', answer(500, 'got no worker upid - start worker failed'))],
  },
  {
    name: 'a lock is held too long',
    faults: (match) => [
      onRequest(match, 'before', answer(500, "cfs-lock 'domain-sdn' error: got lock request timeout")),
    ],
  },
  {
    name: 'its task fails before doing anything',
    faults: (_match, task) =>
      task === undefined ? [] : [{ on: 'task', type: task, at: 'before', error: 'the disk is full' }],
    told: /the disk is full/,
  },
  {
    name: 'its task fails after everything was done',
    faults: (_match, task) =>
      task === undefined ? [] : [{ on: 'task', type: task, at: 'after', error: 'late trouble' }],
    told: /late trouble/,
  },
  {
    name: 'the quorum is lost at that moment',
    faults: (match) => [
      onRequest(
        match,
        'before',
        edit((world) => (world.quorumOverride = false)),
      ),
    ],
    clear: (world) => (world.quorumOverride = undefined),
    told: /quorum/,
  },
  {
    name: "somebody else's VNet becomes pending at that moment",
    meets: ({ path }) => String(path).startsWith('/cluster/sdn'),
    faults: (match) => [
      onRequest(
        match,
        'before',
        edit((world) => writeSdn(world, 'vnets', 'theirs', { type: 'vnet', zone: 'ludus', tag: 4242 })),
      ),
    ],
    clear: (world) => writeSdn(world, 'vnets', 'theirs', undefined),
  },
]

/** Troubles of whole machines rather than of one request. */
const OUTAGES: readonly Trouble[] = [
  {
    name: 'every API host refuses connections',
    faults: () => [],
    strike: async (simulator) => {
      const undo = await Promise.all(Object.keys(simulator.nodes).map((node) => simulator.refuse(node)))
      return async () => void (await Promise.all(undo.map((each) => each())))
    },
    told: /refused|ECONNREFUSED/,
  },
  {
    name: 'the node of a VM loses power',
    faults: () => [],
    strike: async (simulator) => {
      await simulator.powerOff('pve2')
      return () => simulator.powerOn('pve2')
    },
    told: /pve2.*offline|offline.*pve2/,
  },
]

/** Of a lock whose token nobody knows a person is told that it is probably Lanista's own, and releases it. */
const ORPHANED_LOCK = /probably by Lanista itself.*--force 1/

/** The reload of a node fails while the apply ends OK. */
const BROKEN_RELOAD: Trouble = {
  name: "one node's reload fails",
  faults: () => [{ on: 'reload', node: 'pve2', fails: true }],
  told: /pve2/,
}

const FILE = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve2' }])

/** What the range must look like in the end, whatever happened on the way. */
function endState({ simulator: { world } }: Lab): unknown {
  return {
    vms: [...world.guests.values()]
      .filter(({ config }) => config.get('template') === undefined)
      .map(({ vmid, config, running }) => [
        vmid,
        config.get('name'),
        config.get('tags'),
        config.get('lock'),
        running !== undefined,
      ])
      .sort((a, b) => Number(a[0]) - Number(b[0])),
    pool: [...(world.pools.keys() ?? [])],
    vnets: [...world.sdn.running.vnets]
      .filter(([name]) => name !== 'theirs')
      .map(([name, { tag }]) => `${name} ${tag}`)
      .sort(),
  }
}

const EXPECTED = {
  vms: [
    [1001254, 'JD-router-debian11-x64', 'jd;lanista', undefined, true],
    [1010001, 'JD-a', 'jd;lanista', undefined, true],
  ],
  pool: ['JD'],
  vnets: ['ludusnat 16777215', 'r1 1'],
}

/** Long enough for a busy machine: an answer that is only late must not count as lost, or all are asked again, and busier. */
const PATIENCE_MS = 2000
/** So many clusters at once are enough to wait for several. */
const AT_ONCE = 6

async function meet([, match, task, before]: (typeof WRITES)[number], common: Trouble): Promise<void> {
  const orphaned = common.unheard === true && match.path === '/cluster/sdn/lock'
  const trouble: Trouble = orphaned ? { ...common, told: ORPHANED_LOCK } : common
  const world = demoCluster()
  before?.(world)
  const lab = await openLab({ world, patience: PATIENCE_MS })
  const told = new Set<string>()
  lab.controller.board.onChange(({ conditions, vms }) => {
    for (const { message } of conditions) told.add(message)
    for (const vm of vms) if (vm.trouble !== undefined) told.add(vm.trouble)
  })
  const struck = trouble.strike === undefined ? undefined : lab.simulator.journal.next(match, 'arrived')
  const heard = (words = trouble.told): boolean => words === undefined || [...told].some((text) => words.test(text))
  try {
    const armed = trouble.faults(match, task).map((fault) => lab.simulator.arm(fault))
    await lab.drop('JD.yml', FILE)
    await struck
    const undo = await trouble.strike?.(lab.simulator)
    await lab.until(() => armed.every(({ hits }) => hits() > 0) && heard())
    trouble.clear?.(lab.simulator.world)
    await undo?.()
    await lab.until(() => lab.ready('JD') || heard(ORPHANED_LOCK))
    if (heard(ORPHANED_LOCK)) world.sdn.lock = undefined
    await lab.until(() => lab.ready('JD'))
    expect(world.sdn.lock, 'the SDN lock').to.equal(undefined)
    expect(endState(lab)).to.deep.equal(EXPECTED)
  } finally {
    await lab.close()
  }
}

describe('every fault at every write', function () {
  this.timeout(120_000)
  for (const write of WRITES) {
    const applying = write[2] === 'reloadnetworkall'
    const single = TROUBLES.filter(
      ({ faults, meets }) => meets?.(write[1], write[2]) !== false && faults(write[1], write[2]).length > 0,
    )
    const troubles = [...single, ...OUTAGES, ...(applying ? [BROKEN_RELOAD] : [])]
    it(`${write[0]}: ends as asked after ${troubles.length} troubles, and says what happened`, async () => {
      const failures: string[] = []
      const labs = new PQueue({ concurrency: AT_ONCE })
      const met = troubles.map(
        (trouble) => () =>
          meet(write, trouble).catch((error: unknown) =>
            failures.push(`${trouble.name}: ${error instanceof Error ? error.message : String(error)}`),
          ),
      )
      await labs.addAll(met)
      expect(failures).to.deep.equal([])
    })
  }
})
