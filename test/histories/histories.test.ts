import fc, { type RunDetails } from 'fast-check'
import { isLong } from '../runner/long-runs.ts'
import { type Event, histories } from './histories.ts'
import { live } from './history.ts'

/** `LANISTA_HISTORIES=500 LANISTA_SEED=7` lives through so many, and through other ones than usual. */
const { LANISTA_HISTORIES: asked, LANISTA_SEED: seed = '1', LANISTA_REPLAY: replay } = process.env
const RUNS = Number(asked ?? (isLong ? 60 : 1))
/** At most so many pieces. */
const LONGEST = 4
/** Several happen side by side, each after others than if it were alone. */
const AT_ONCE = Math.min(RUNS, 4)

const story = (events: readonly Event[]): string =>
  events.map(({ when, step }) => `  ${JSON.stringify({ when, step })},`).join('\n')

function report({ failed, counterexample, errorInstance, seed: its, counterexamplePath }: RunDetails<[Event[]]>): void {
  if (!failed || counterexample === null) return
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  throw new Error(`${story(counterexample[0])}\n${why}\nagain with: LANISTA_REPLAY=${its}/${counterexamplePath}`)
}

describe('whatever authors, persons, faults, restarts and clocks do', function () {
  this.timeout(asked === undefined && replay === undefined && !isLong ? 300_000 : 0)

  it(`the cluster ends as the files ask, and nobody is harmed (${RUNS} histories, seed ${seed})`, async () => {
    const history = fc.asyncProperty(histories(LONGEST), async (events) => {
      const found = await live(events)
      if (found.length > 0) throw new Error(found.join('\n'))
    })
    if (replay !== undefined) {
      const [its = '', path = ''] = replay.split('/')
      return fc.assert(history, { seed: Number(its), path, reporter: report })
    }
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, lane) => {
        const numRuns = Math.ceil(RUNS / AT_ONCE)
        return fc.assert(history, { numRuns, seed: Number(seed) * 1000 + lane, reporter: report })
      }),
    )
  })
})
