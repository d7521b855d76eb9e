import { type Arena, openArena } from './arena.ts'
import { edit } from './authors.ts'
import { calmDown, settled, unrest } from './calm.ts'
import { Chronicle } from './chronicle.ts'
import { settle, workOn, workOnNetworks } from './persons.ts'
import { EMPTY_FILE, isInForce, type RangeFile } from './range-text.ts'
import type { Event, Moment } from './histories.ts'
import { REQUESTS } from './requests.ts'
import { RANGES, type RangeId, type Step } from './steps.ts'
import { trouble } from './troubles.ts'
import { watchRequests } from './watch.ts'

/** Every history begins with a range of a router and one VM that is about to be made. */
export const START: ReadonlyMap<RangeId, RangeFile> = new Map([
  ['JD', { ...EMPTY_FILE, vms: { a: { vlan: 10, ram: 1, cpus: 1, node: undefined } } }],
])

/** Lets a history happen, and returns everything that is not as it should be, then or in the end. */
export async function live(events: readonly Event[]): Promise<readonly string[]> {
  const arena = await openArena(START)
  const chronicle = new Chronicle(arena.world)
  watchRequests(arena, chronicle)
  const ends: (() => void)[] = []
  const locks: string[] = []
  try {
    for (const { when, step } of events) {
      await until(arena, when, step)
      await happen(arena, chronicle, step, ends, locks)
    }
    // What is in the way is met before it is taken away.
    await arena.rest()
    await calmDown(arena, ends, locks)
    // A pass that began before a file was changed may still be under way.
    await arena.rest()
    for (const range of RANGES) if (!isInForce(arena.files.get(range))) chronicle.frozen.add(range)
    const differences = await settled(arena, chronicle)
    const restless = differences.length === 0 ? await unrest(arena) : []
    const said = arena
      .life()
      .controller.board.all()
      .map(({ id, conditions }) => `  ${id} says: ${conditions.map(({ message }) => message).join(' | ')}`)
    const found = [...chronicle.violations, ...differences, ...restless, ...chronicle.changedStrangers()]
    return found.length === 0 ? [] : [...found, ...said]
  } finally {
    await arena.close()
  }
}

/** What changes whose a VM is, or is prepared beside the SDN's lock, can't be told from a pass under way: it waits. */
const WAITS: ReadonlySet<string> = new Set([
  'rename',
  'take out of its pool',
  'untag',
  'lock',
  'protect',
  'stage interfaces',
])

export async function until(arena: Arena, when: Moment, step: Step): Promise<void> {
  if (when === 'at rest' || ('does' in step && WAITS.has(step.does))) return arena.rest()
  if (when !== 'at once') await arena.moment(REQUESTS[when.request], when.phase)
}

export async function happen(arena: Arena, chronicle: Chronicle, step: Step, ends: (() => void)[], locks: string[]) {
  switch (step.kind) {
    case 'write vm':
    case 'take vm out':
    case 'file':
    case 'power':
    case 'drift':
      return edit(arena, chronicle, step)
    case 'person':
      return workOn(arena, chronicle, step)
    case 'network':
      return workOnNetworks(arena, step, locks)
    case 'stranger':
      return settle(arena, chronicle, step)
    case 'fault':
    case 'task fails':
    case 'reload fails':
    case 'node':
    case 'quorum':
      return void ends.push(await trouble(arena, chronicle, step))
    case 'restart':
      chronicle.lockMayBeLost ||= step.how !== 'stopped'
      return arena.restart(step.how)
    case 'clock':
      return arena.jump(step.minutes * 60_000)
  }
}
