import fc from 'fast-check'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import { type Arena, CONTROLLER, openArena } from './arena.ts'
import { calmDown } from './calm.ts'
import { Chronicle } from './chronicle.ts'
import { happen, START, until } from './history.ts'
import { type Event, histories } from './histories.ts'
import { folderIsThere, forgetAside, last, type Lasting, lasting } from './lasting.ts'

/** What happens, and whether what troubles it ends before the quiet, or goes on. */
export interface Story {
  readonly events: readonly Event[]
  readonly lasting: readonly Lasting[]
  readonly ends: boolean
}

export const stories: fc.Arbitrary<Story> = fc.record({
  events: histories(3),
  lasting: fc.array(lasting, { maxLength: 2 }),
  ends: fc.boolean(),
})

/** So long nothing happens any more: what goes on for so long without an end is called one. */
const QUIET_MS = 14 * 60_000
/** So much of it is counted at its end. */
const COUNTED_MS = 3 * 60_000
/** Two ranges that are in trouble, each looked at after 15 to 30 s by then: some thirty requests a look. */
const REQUESTS_A_MINUTE = 250
const END_MS = 5000
const RESYNC_MS = 120_000

/** Lets a story happen, and quiet come over it; returns what is stuck then, or silent. */
export async function stuckAfter({ events, lasting: troubles, ends }: Story): Promise<readonly string[]> {
  const arena = await openArena(START, RESYNC_MS)
  const chronicle = new Chronicle(arena.world)
  const undo: (() => void)[] = []
  const locks: string[] = []
  let isOver = false
  try {
    for (const { when, step } of events) {
      await until(arena, when, step)
      await happen(arena, chronicle, step, undo, locks)
    }
    for (const trouble of troubles) undo.push(await last(arena, trouble))
    await arena.clock.sleep(20_000)
    if (ends) await calmDown(arena, undo, locks)
    await arena.clock.sleep(QUIET_MS - COUNTED_MS)
    const before = requests(arena)
    const { board } = arena.life().controller
    // What is tried again is under way meanwhile, and what failed is told before and after.
    const told = new Set<string>()
    const look = (status: RangeStatus): void => void (silence(status) === undefined && told.add(status.id))
    board.all().forEach(look)
    const stop = board.onChange(look)
    await arena.clock.sleep(COUNTED_MS)
    stop()
    const rate = ((requests(arena) - before) * 60_000) / COUNTED_MS
    const found = [
      ...board.all().flatMap((status) => (told.has(status.id) ? [] : (silence(status) ?? []))),
      ...board.all().flatMap((status) => brokenPromises(status, arena.clock.now())),
      ...(rate > REQUESTS_A_MINUTE ? [`${rate} requests a minute`] : []),
    ]
    const asked = arena.clock.now()
    isOver = true
    await arena.life().end()
    const took = arena.clock.now() - asked
    return took > END_MS ? [...found, `it took ${took} ms to end`] : found
  } finally {
    await folderIsThere(arena)
    if (!isOver) await arena.life().end()
    await arena.close()
    await forgetAside(arena)
  }
}

const requests = ({ simulator }: Arena): number => simulator.journal.find({ user: CONTROLLER }).length

/** Reasons that say no more than that it will be seen. */
const NO_FINDING: ReadonlySet<string> = new Set(['Progressing', 'Pending'])
const PROMISE = /tried again at (\S+?Z)/g

/** What a status lacks: a range is Ready, or somebody can read in it what to do. */
function silence(status: RangeStatus): string | undefined {
  const ready = readyConditionOf(status)
  if (ready?.status === 'True') return undefined
  const isFinding = ready !== undefined && !NO_FINDING.has(ready.reason) && ready.message.includes('; ')
  return isFinding ? undefined : `${status.id} says ${ready?.reason}: ${ready?.message}: nobody learns what to do`
}

const brokenPromises = (status: RangeStatus, now: number): readonly string[] =>
  [...JSON.stringify(status).matchAll(PROMISE)].flatMap(([, at = '']) =>
    Date.parse(at) < now - 60_000 ? [`${status.id} promises a try at ${at}, which is over`] : [],
  )
