import { CALLS } from '../../adapters/proxmox/calls.ts'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { Fault } from '../../adapters/simulator/faults.ts'
import { seededRandom } from '../../adapters/simulator/random.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import { type Lab, openLab } from './lab.ts'
import { madeWorld } from './made-world.ts'
import { rangeText, type VmText } from './ranges.ts'

/** What of a node gets no answer, or does not end, for ever. */
export interface Hang {
  readonly name: string
  /** A call that it is to answer, its reload in an apply, or the way of an apply to it. */
  readonly kind: 'call' | 'reload' | 'way'
  readonly on: (node: string) => Fault
}

const FOR_EVER = { times: 1_000_000 } as const
const NEVER_MS = 1e9

/** `/nodes/{node}/qemu/{vmid}/config` as the requests that are sent for it, of one node. */
const pathOf = (call: string, node: string): RegExp => {
  const path = call.slice(call.indexOf(' ') + 1).replace('{node}', node)
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

/** Each call of the closed list that a node answers, whichever host it is sent to; what an apply does on it; and the node as a host. */
export const HANGS: readonly Hang[] = [
  ...CALLS.filter((call) => call.includes('/nodes/{node}')).map((call): Hang => ({
    name: call,
    kind: 'call',
    on: (node) => ({
      on: 'request',
      match: { method: call.slice(0, call.indexOf(' ')), path: pathOf(call, node) },
      at: 'before',
      effect: { kind: 'hang' },
      ...FOR_EVER,
    }),
  })),
  {
    name: 'its reload',
    kind: 'reload',
    on: (node) => ({ on: 'reload', node, fails: false, takes: NEVER_MS, ...FOR_EVER }),
  },
  {
    name: 'the way of an apply to it',
    kind: 'way',
    on: (node) => ({ on: 'reach', node, takes: NEVER_MS, ...FOR_EVER }),
  },
]

export const NODES = ['pve1', 'pve2', 'pve3'] as const
const TEMPLATES = ['debian-11-x64-server-template', 'debian-12-x64-server-template']

/** Three nodes of which each has all templates, so that nobody needs another for a clone. */
const eachItsOwn = (): World =>
  clusterFrom(
    {
      nodes: NODES.map((name) => ({ name, cores: 16, memory_gib: 64 })),
      templates: NODES.flatMap((node) => TEMPLATES.map((name) => ({ name, node, memory_mib: 2048 }))),
    },
    Date.now(),
  )

const textOn = (node: string, ...names: readonly string[]): string => {
  const router = `router:\n  target_node: ${node}\n`
  if (names.length === 0) return `ludus: []\n${router}`
  const vms = names.map((name, index): VmText => ({ name, vlan: 10, octet: index + 1, targetNode: node }))
  return rangeText(vms, router)
}

/** Whether it begins to hang while Lanista is at work, or is so already when it starts. */
export type Moment = 'at work' | 'at the start'

/** When ranges that don't need the node got what they asked for, in milliseconds from then; undefined: not at all. */
export interface Course {
  /** A range that was there gets one more VM. */
  readonly changed: number | undefined
  /** A range that has nothing yet. */
  readonly fresh: number | undefined
  /** What the latter was told in the end. */
  readonly told: string
  /** How often the hang was met. */
  readonly met: number
}

/** @param patience nobody waits for longer, in milliseconds */
export async function courseWith(hang: Hang, node: string, moment: Moment, patience: number): Promise<Course> {
  const backToRealTime = startVirtualTime()
  const other = NODES.find((each) => each !== node) ?? ''
  const before = { 'HERE.yml': textOn(node, 'a'), 'JD.yml': textOn(other, 'a'), 'GOES.yml': textOn(other) }
  const after = {
    'HERE.yml': textOn(node, 'a', 'b'),
    'ALSO.yml': textOn(node, 'a'),
    'JD.yml': textOn(other, 'a', 'b'),
    'KT.yml': textOn(other, 'a'),
    // Before its VNet goes, the NICs of all guests are read.
    'GOES.yml': `${textOn(other)}ludus_extensions: { lanista: { state: absent } }\n`,
  }
  const made = await madeWorld(before, { name: 'each its own templates', world: eachItsOwn })
  // In which order an apply goes from node to node is for chance: the same in each case, whichever were tried before.
  const world = { ...made, random: seededRandom(7) }
  const options = { world, durations: { networkReload: 100 }, settings: { auditMs: 1000 } }
  const atStart = moment === 'at the start'
  const lab = await openLab({ ...options, files: atStart ? after : before, faults: atStart ? [hang.on(node)] : [] })
  try {
    if (!atStart) await lab.until(() => lab.ready('HERE', 'JD', 'GOES'))
    const began = Date.now()
    const armed = atStart ? undefined : lab.simulator.arm(hang.on(node))
    if (!atStart) for (const [name, text] of Object.entries(after)) await lab.drop(name, text)
    return { ...(await timesIn(lab, began, patience)), met: armed?.hits() ?? 0 }
  } finally {
    await lab.close()
    backToRealTime()
  }
}

async function timesIn(lab: Lab, began: number, patience: number): Promise<Omit<Course, 'met'>> {
  const at: { changed?: number; fresh?: number } = {}
  const isDone = (): boolean => {
    const passed = Date.now() - began
    if (lab.ready('JD') && lab.controller.board.get('JD')?.vms.length === 3) at.changed ??= passed
    if (lab.ready('KT')) at.fresh ??= passed
    return (at.changed !== undefined && at.fresh !== undefined) || passed > patience
  }
  await lab.until(isDone)
  const told = lab.controller.board.get('KT')?.conditions.at(-1)
  return { changed: at.changed, fresh: at.fresh, told: `${told?.reason}: ${told?.message}` }
}
