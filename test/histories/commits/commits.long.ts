import fc, { type RunDetails } from 'fast-check'
import { hasGit } from '../../builders/git-repository.ts'
import { liveCommits } from './commit-history.ts'
import { type CommitEvent, commitHistories, type CommitHistory } from './commit-steps.ts'

/** `LANISTA_COMMITS=500 LANISTA_SEED=7` lives through so many, and through other ones than usual. */
const { LANISTA_COMMITS: asked, LANISTA_SEED: seed = '1', LANISTA_REPLAY: replay } = process.env
const RUNS = Number(asked ?? 8)
const RUNS_WITH_GIT = 2
const LONGEST = 8
/** Several happen side by side. */
const AT_ONCE = Math.min(RUNS, 4)

const told = ({ verify, prunes, events }: CommitHistory): string =>
  [`  verify: ${verify}, prune: ${prunes ? 'on' : 'off'}`, ...events.map(line)].join('\n')

const line = ({ when, step }: CommitEvent): string => `  ${JSON.stringify({ when, step })},`

function report({
  failed,
  counterexample,
  errorInstance,
  seed: its,
  counterexamplePath,
}: RunDetails<[CommitHistory]>): void {
  if (!failed || counterexample === null) return
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  throw new Error(`${told(counterexample[0])}\n${why}\nagain with: LANISTA_REPLAY=${its}/${counterexamplePath}`)
}

const property = (withGit: boolean): fc.IAsyncProperty<[CommitHistory]> =>
  fc.asyncProperty(commitHistories(LONGEST), async (history) => {
    const found = await liveCommits(history, withGit)
    if (found.length > 0) throw new Error(found.join('\n'))
  })

describe('whatever authors push, servers, persons, faults and kills do', function () {
  this.timeout(0)

  it(`ranges are what one accepted commit after the other says (${RUNS} histories, seed ${seed})`, async () => {
    if (replay !== undefined) {
      const [its = '', path = ''] = replay.split('/')
      return await fc.assert(property(false), { seed: Number(its), path, numRuns: 1, reporter: report })
    }
    const numRuns = Math.ceil(RUNS / AT_ONCE)
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, lane) =>
        fc.assert(property(false), { numRuns, seed: Number(seed) * 1000 + lane, reporter: report }),
      ),
    )
  })

  it(`so they are with git itself (${RUNS_WITH_GIT} histories)`, async function () {
    if (!hasGit() || replay !== undefined) this.skip()
    await fc.assert(property(true), { numRuns: RUNS_WITH_GIT, seed: Number(seed), reporter: report })
  })
})
