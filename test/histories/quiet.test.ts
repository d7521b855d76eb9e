import fc, { type RunDetails } from 'fast-check'
import { expect } from 'chai'
import { itLong, runs } from '../runner/long-runs.ts'
import { type Story, stories, stuckAfter } from './quiet.ts'

/** Stories that once went wrong, as short as they can be told. */
const KNOWN: Readonly<Record<string, Story>> = {
  'a lock that is never had in time': {
    events: [],
    lasting: [
      { kind: 'endless', request: 'lock', how: 'lock timeout' },
      { kind: 'pool', range: 'JD', does: 'goes' },
    ],
    ends: false,
  },
  'an apply that is never let through, in a second life': {
    events: [{ when: 'at once', step: { kind: 'restart', how: 'killed' } }],
    lasting: [{ kind: 'endless', request: 'apply', how: 'lock timeout' }],
    ends: false,
  },
  'an API host that can not reach itself': {
    events: [],
    lasting: [{ kind: 'endless', request: 'lock', how: '595 before' }],
    ends: false,
  },
}

/** `LANISTA_STORIES=200 LANISTA_SEED=7` tries so many, and other ones than usual. */
const { LANISTA_STORIES: asked, LANISTA_SEED: seed = '1', LANISTA_REPLAY: replay } = process.env
const RUNS = Number(asked ?? runs(20, 1))
const AT_ONCE = Math.min(RUNS, 4)

function report({ failed, counterexample, errorInstance, seed: its, counterexamplePath }: RunDetails<[Story]>): void {
  if (!failed || counterexample === null) return
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  throw new Error(
    `${JSON.stringify(counterexample[0])}\n${why}\nagain with: LANISTA_REPLAY=${its}/${counterexamplePath}`,
  )
}

describe('after whatever happened, and then nothing more', function () {
  this.timeout(asked === undefined && replay === undefined ? 300_000 : 0)

  itLong(
    `each range is Ready or says what to do, nobody is asked without end, and the process ends (${RUNS} stories, seed ${seed})`,
    async () => {
      const story = fc.asyncProperty(stories, async (each) => {
        const found = await stuckAfter(each)
        if (found.length > 0) throw new Error(found.join('\n'))
      })
      if (replay !== undefined) {
        const [its = '', path = ''] = replay.split('/')
        return fc.assert(story, { seed: Number(its), path, numRuns: 1, endOnFailure: true, reporter: report })
      }
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, lane) =>
          fc.assert(story, {
            numRuns: Math.ceil(RUNS / AT_ONCE),
            seed: Number(seed) * 1000 + lane,
            reporter: report,
            endOnFailure: process.env['LANISTA_QUICK'] !== undefined,
          }),
        ),
      )
    },
  )

  for (const [name, story] of Object.entries(KNOWN))
    itLong(`so after ${name}`, async () => {
      expect(await stuckAfter(story)).to.deep.equal([])
    })
})
