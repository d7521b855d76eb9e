import { tidyUp } from '../calm.ts'
import { ownerMark } from '../../../model/identity.ts'
import { differencesFromFiles } from '../expectations.ts'
import { RANGES } from '../steps.ts'
import type { CommitArena } from './commit-arena.ts'
import { approve } from './persons-word.ts'
import type { Authors } from './pushes.ts'
import { untruths } from './status-watch.ts'

/** So long at a time everything is left alone, in milliseconds of the cluster. */
const WHILE_MS = 20_000
/** So many times in a row nothing may be written and nothing be right. */
const STANDSTILL = 40
const TIMES_AT_MOST = 300

/**
 * Ends what holds ranges back: the server is there again, nothing is frozen, every file is valid; a person approves of what they are asked
 * about, but for waves, which go on by themselves. Returns what is still not as the newest commit says.
 */
export async function released(arena: CommitArena, authors: Authors, prunes: boolean): Promise<readonly string[]> {
  const { chronicle, clock, server, forge } = arena
  server.now = 'none'
  for (const range of RANGES) chronicle.freezes.end(range)
  // A commit without a signature would be in the way of all that come after it.
  authors.mend(chronicle.line.newest?.id)
  const wanted = forge.branch
  let written = 0
  for (let still = 0, times = 1; ; still += 1, times += 1) {
    await tidyUp(arena, chronicle.deeds)
    await approve(arena, 'commit')
    await approve(arena, 'ranges')
    await clock.sleep(WHILE_MS)
    await arena.rest()
    const differences = [
      ...(chronicle.line.newest?.id === wanted ? [] : ['the newest commit is not in force']),
      ...differencesFromFiles(arena),
      ...untruths(chronicle, (id) => arena.life().controller.board.get(id)),
      ...notReached(arena),
      ...(prunes ? left(arena) : []),
    ]
    if (differences.length === 0 || still >= STANDSTILL || times >= TIMES_AT_MOST) return differences
    const now = arena.writes().filter(({ path }) => path !== '/cluster/sdn/lock').length
    if (now > written) still = 0
    written = now
  }
}

function notReached({ chronicle, life }: CommitArena): readonly string[] {
  return [...chronicle.line.files()].flatMap(([range]) => {
    const { seen, reached, held } = life().controller.board.get(range)?.revisions ?? {}
    return [
      ...(seen !== undefined && seen.digest === reached?.digest ? [] : [`${range}: has not reached what it has seen`]),
      ...(held === undefined ? [] : [`${range}: is still held: ${held.message}`]),
    ]
  })
}

/** What is there of ranges that have no file any more. */
function left({ chronicle, world }: CommitArena): readonly string[] {
  const files = chronicle.line.files()
  return RANGES.filter((range) => !files.has(range) && !chronicle.forgotten.has(range)).flatMap((range) => {
    const vnets = [...world.sdn.configured.vnets].filter(([, { alias }]) => alias === ownerMark(range))
    return [
      ...vnets.map(([name]) => `${name} is left of ${range}`),
      ...(world.pools.has(range) ? [`${range} has a pool`] : []),
    ]
  })
}
