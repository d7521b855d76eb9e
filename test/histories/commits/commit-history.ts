import { calmDown, unrest } from '../calm.ts'
import { workOn } from '../persons.ts'
import { REQUESTS } from '../requests.ts'
import { RANGES } from '../steps.ts'
import { trouble } from '../troubles.ts'
import { type CommitArena, openCommitArena } from './commit-arena.ts'
import { released } from './commit-calm.ts'
import type { CommitEvent, CommitHistory, CommitStep } from './commit-steps.ts'
import { approve, destroy } from './persons-word.ts'
import { Authors } from './pushes.ts'
import { untruths } from './status-watch.ts'
import { watchRequests } from '../watch.ts'

/** How long a file must have been gone, in milliseconds of the cluster. */
const GRACE_MS = 180_000

/** Lets a history happen, and returns everything that is not as it should be, then or in the end. */
export async function liveCommits(
  { verify, prunes, events }: CommitHistory,
  withGit: boolean,
): Promise<readonly string[]> {
  let authors: Authors | undefined
  const arena = await openCommitArena({
    verify: withGit ? 'off' : verify,
    prune: { enabled: prunes, grace: GRACE_MS, budget: 1 },
    withGit,
    first: (forge) => {
      authors = new Authors(forge)
      authors.begin()
    },
  })
  if (authors === undefined) throw new Error('nobody began')
  const { chronicle } = arena
  watchRequests(arena, chronicle.deeds)
  const ends: (() => void)[] = []
  try {
    for (const { when, step } of events) {
      await until(arena, when)
      await happen(arena, authors, step, ends)
    }
    await arena.rest()
    await calmDown(arena, ends, [])
    const differences = await released(arena, authors, prunes)
    chronicle.waves.judge(arena.clock.now())
    const restless = differences.length === 0 ? await unrest(arena) : []
    const said = arena
      .life()
      .controller.board.all()
      .map(({ id, conditions }) => `  ${id} says: ${conditions.map(({ message }) => message).join(' | ')}`)
    const found = [...chronicle.violations, ...differences, ...restless, ...chronicle.deeds.changedStrangers()]
    return found.length === 0 ? [] : [...new Set(found), ...said]
  } finally {
    for (const end of ends) end()
    await arena.close()
  }
}

async function until(arena: CommitArena, when: CommitEvent['when']): Promise<void> {
  if (when === 'at rest') return await arena.rest()
  if (when !== 'at once') await arena.moment(REQUESTS[when.request], when.phase)
}

async function happen(arena: CommitArena, authors: Authors, step: CommitStep, ends: (() => void)[]): Promise<void> {
  const { chronicle, clock } = arena
  switch (step.kind) {
    case 'push':
      authors.push(step)
      lookAtAll(arena)
      return await clock.sleep(25_000)
    case 'branch':
      authors.branch(step.does)
      lookAtAll(arena)
      return await clock.sleep(25_000)
    case 'server':
      arena.server.now = step.is
      return
    case 'amid a read':
      chronicle.amidRead.isDue = true
      return
    case 'end':
      return await arena.restart(step.how)
    case 'doom':
      return await arena.restartAt(step.at)
    case 'freeze':
      return chronicle.freezes.begin(step.range, step.allow)
    case 'thaw':
      return chronicle.freezes.end(step.range)
    case 'approve':
      return await approve(arena, step.of)
    case 'destroy':
      return await destroy(arena, step.range)
    case 'person':
      chronicle.disturb([step.range])
      return await workOn(arena, chronicle.deeds, step)
    case 'fault':
      chronicle.disturb(RANGES)
      return void ends.push(await trouble(arena, chronicle.deeds, step))
    case 'pass':
      return await clock.sleep(step.minutes * 60_000)
    case 'look':
      return await look(arena)
  }
}

/** Somebody reads before the branch is asked for, where a commit is to come in force amid that. */
function lookAtAll({ chronicle, life }: CommitArena): void {
  if (chronicle.amidRead.isDue) for (const range of RANGES) life().controller.ranges.trigger(range)
}

/** So often, half a minute apart, it is looked whether statuses tell the truth, until it is taken for a lie. */
const LOOKS = 12

/** Nothing happens for a while, and then statuses tell the truth. */
async function look({ chronicle, clock, life }: CommitArena): Promise<void> {
  let found: readonly string[] = ['']
  for (let looks = 0; looks < LOOKS && found.length > 0; looks += 1) {
    await clock.sleep(30_000)
    found = untruths(chronicle, (id) => life().controller.board.get(id))
  }
  chronicle.violations.push(...found)
}
