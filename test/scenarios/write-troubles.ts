import type { Fault } from '../../adapters/simulator/faults.ts'
import type { RequestMatch } from '../../adapters/simulator/journal.ts'
import { writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'

/** A write that the controller makes for a new range. */
export interface Write {
  readonly name: string
  readonly match: RequestMatch
  /** The task it starts. */
  readonly task?: string
}

/** All of them, in order, and what is written to a VNet that is there with another tag than it should have. */
export const WRITES: readonly Write[] = [
  { name: 'taking the SDN lock', match: { method: 'POST', path: '/cluster/sdn/lock' } },
  { name: 'creating a VNet', match: { method: 'POST', path: '/cluster/sdn/vnets' } },
  { name: 'correcting a VNet', match: { method: 'PUT', path: '/cluster/sdn/vnets/r1' } },
  { name: 'applying the SDN', match: { method: 'PUT', path: '/cluster/sdn' }, task: 'reloadnetworkall' },
  { name: 'creating a pool', match: { method: 'POST', path: '/pools' } },
  { name: 'cloning a VM', match: { method: 'POST', path: /\/clone$/ }, task: 'qmclone' },
  { name: 'configuring a VM', match: { method: 'PUT', path: /\/config$/ } },
  { name: 'starting a VM', match: { method: 'POST', path: /\/status\/start$/ }, task: 'qmstart' },
]

/** A fault that strikes one write, what ends it, and what an operator is told meanwhile, if it is not simply got over. */
export interface Trouble {
  readonly name: string
  readonly fault?: (write: Write) => Fault
  /** In place of a fault: something done to the cluster as the write arrives; returns what undoes it. */
  readonly strike?: (simulator: Simulator) => Promise<() => Promise<void>>
  /** Whether Proxmox could meet such a write with it; left out: any. */
  readonly meets?: (write: Write) => boolean
  readonly clear?: (world: World) => void
  readonly told?: (write: Write) => RegExp | undefined
}

/** Of a lock whose token nobody knows a person is told that it is probably Lanista's own, and releases it. */
export const ORPHANED_LOCK = /probably by Lanista itself.*--force 1/

type Effect = Extract<Fault, { on: 'request' }>['effect']
const before =
  (effect: Effect) =>
  ({ match }: Write) =>
    ({ on: 'request', match, at: 'before', effect }) as const
const after =
  (effect: Effect) =>
  ({ match }: Write) =>
    ({ on: 'request', match, at: 'after', effect }) as const
const answer = (status: number, message: string): Effect => ({ kind: 'answer', status, message })
const edit = (change: (world: World) => void): Effect => ({ kind: 'edit', edit: change })

/** A call that any API host hands on to the node of a guest. */
const isOfANode = ({ match }: Write): boolean => match.path instanceof RegExp
const startsATask = ({ task }: Write): boolean => task !== undefined
const isOfTheSdn = ({ match }: Write): boolean => String(match.path).startsWith('/cluster/sdn')

/** It happened, and Lanista does not hear of it: it looks. A lock whose token is lost only a person can release. */
const unheard = ({ match }: Write): RegExp | undefined =>
  match.path === '/cluster/sdn/lock' ? ORPHANED_LOCK : undefined

export const TROUBLES: readonly Trouble[] = [
  { name: 'the connection is cut before it happens', fault: before({ kind: 'reset' }) },
  { name: 'the connection is cut after it happened', fault: after({ kind: 'reset' }), told: unheard },
  { name: 'it is never answered and does not happen', fault: before({ kind: 'hang' }) },
  { name: 'it is never answered and happens', fault: after({ kind: 'hang' }), told: unheard },
  {
    name: 'pveproxy gives up on it (596) and it happens',
    fault: after(answer(596, 'Broken pipe')),
    told: unheard,
  },
  {
    name: 'its node is unreachable (595)',
    meets: isOfANode,
    fault: before(answer(595, 'No route to host')),
    told: () => /595|reach/i,
  },
  {
    name: 'the token is refused (401)',
    fault: before(answer(401, 'Authentication failed!')),
    told: () => /token lanista@pve!lanista/,
  },
  {
    name: 'Proxmox says an error (500)',
    fault: (write) => before(answer(500, `the dog ate it while ${write.name}`))(write),
    told: ({ name }) => new RegExp(`the dog ate it while ${name}`),
  },
  {
    name: 'no worker starts',
    meets: startsATask,
    fault: before(answer(500, 'got no worker upid - start worker failed')),
  },
  {
    name: 'a lock is held too long',
    fault: before(answer(500, "cfs-lock 'domain-sdn' error: got lock request timeout")),
  },
  {
    name: 'its task fails before doing anything',
    meets: startsATask,
    fault: ({ name, task = '' }) => ({ on: 'task', type: task, at: 'before', error: `the disk is full while ${name}` }),
    told: ({ name }) => new RegExp(`the disk is full while ${name}`),
  },
  {
    name: 'its task fails after everything was done',
    meets: startsATask,
    fault: ({ name, task = '' }) => ({ on: 'task', type: task, at: 'after', error: `late trouble while ${name}` }),
    // Nodes that have reloaded are not held up by what becomes of the rest of an apply.
    told: ({ name, task }) => (task === 'reloadnetworkall' ? undefined : new RegExp(`late trouble while ${name}`)),
  },
  {
    name: 'the quorum is lost at that moment',
    fault: before(edit((world) => (world.quorumOverride = false))),
    clear: (world) => (world.quorumOverride = undefined),
    told: () => /quorum/,
  },
  {
    name: "somebody else's VNet becomes pending at that moment",
    meets: isOfTheSdn,
    fault: before(edit((world) => writeSdn(world, 'vnets', 'theirs', { type: 'vnet', zone: 'ludus', tag: 4242 }))),
    clear: (world) => writeSdn(world, 'vnets', 'theirs', undefined),
  },
  {
    name: "one node's reload fails",
    meets: ({ task }) => task === 'reloadnetworkall',
    fault: () => ({ on: 'reload', node: 'pve2', fails: true }),
    told: () => /pve2/,
  },
  {
    name: 'every API host refuses connections',
    strike: async (simulator) => {
      const undo = await Promise.all(Object.keys(simulator.nodes).map((node) => simulator.refuse(node)))
      return async () => void (await Promise.all(undo.map((each) => each())))
    },
    told: () => /refused|ECONNREFUSED/,
  },
  {
    name: 'the node of a VM loses power',
    strike: async (simulator) => {
      await simulator.powerOff('pve2')
      return () => simulator.powerOn('pve2')
    },
    told: () => /pve2.*offline|offline.*pve2/,
  },
]
