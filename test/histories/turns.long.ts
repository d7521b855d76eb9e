import { expect } from 'chai'
import fc from 'fast-check'
import { longSeed } from '../runner/long-runs.ts'
import { CHANGES, type Change, COURSES, type CourseName, isChange, isCourse } from './turn-courses.ts'
import { turnAt } from './turns.ts'

const NAMES = Object.keys(COURSES).filter(isCourse)
/** One of them again: `LANISTA_TURN='a range goes/suspended/63'`; and `LANISTA_TURN=all` with LANISTA_TEST_LONG: all of them. */
const { LANISTA_TURN: asked } = process.env
/** So many are tried in the short run, the same each time. */
const SAMPLE = 3
/** So many of the thousands that there are in the long run, others each time. */
const LONG_SAMPLE = 150
/** Several happen side by side. */
const AT_ONCE = 4

const POLL = 'GET /cluster/tasks'

interface Case {
  readonly name: CourseName
  readonly change: Change
  readonly request: number
}

const anyCase: fc.Arbitrary<Case> = fc.constantFrom(...NAMES).chain((name) =>
  fc.record({
    name: fc.constant(name),
    change: fc.constantFrom(...CHANGES),
    request: fc.nat(COURSES[name].requests - 1),
  }),
)

function casesAsked(text: string): readonly Case[] {
  const [name = '', change = '', request = ''] = text.split('/')
  if (!isCourse(name) || !isChange(change)) throw new Error(`${text}: there is no such case`)
  return [{ name, change, request: Number(request) }]
}

/** What was found, with how to have it happen again. */
async function tried({ name, change, request }: Case): Promise<readonly string[]> {
  const { found } = await turnAt(name, change, request)
  return found.map((each) => `LANISTA_TURN='${name}/${change}/${request}': ${each}`)
}

/** Does it with each of them, several side by side. */
async function sideBySide<T>(
  all: readonly T[],
  work: (each: T) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const left = [...all]
  const found: string[] = []
  const lane = async (): Promise<void> => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) found.push(...(await work(each)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return found
}

describe('a reason that goes while it is acted on, or holds for one VM no more', function () {
  this.timeout(0)

  it('lets nothing more be written, and everything is right again in the end', async function () {
    if (asked === 'all') this.skip()
    const cases = asked === undefined ? fc.sample(anyCase, { seed: 3, numRuns: SAMPLE }) : casesAsked(asked)
    expect(await sideBySide(cases, tried)).to.deep.equal([])
  })

  it(`does so at each single request (${LONG_SAMPLE} of them, or all with LANISTA_TURN=all)`, async function () {
    if (asked !== undefined && asked !== 'all') this.skip()
    const cases: Case[] = []
    for (const name of NAMES) {
      const { requests } = await turnAt(name, 'suspended', Number.POSITIVE_INFINITY)
      // Between two looks at a task that goes on nothing is decided.
      const moments = requests.flatMap((each, at) => (each === POLL && requests[at - 1] === POLL ? [] : [at]))
      cases.push(...CHANGES.flatMap((change) => moments.map((request) => ({ name, change, request }))))
    }
    const step = asked === 'all' ? 1 : Math.max(1, Math.floor(cases.length / LONG_SAMPLE))
    const first = longSeed === undefined ? Math.floor(Math.random() * step) : longSeed % step
    const chosen = cases
      .filter((_, index) => index % step === first)
      .slice(0, asked === 'all' ? undefined : LONG_SAMPLE)
    expect(await sideBySide(chosen, tried)).to.deep.equal([])
  })
})
