import { expect } from 'chai'
import fc from 'fast-check'
import { isLong } from '../runner/long-runs.ts'
import { CHANGES, type Change, COURSES, type CourseName, isChange, isCourse } from './turn-courses.ts'
import { turnAt } from './turns.ts'

const NAMES = Object.keys(COURSES).filter(isCourse)
/** One of them again: `LANISTA_TURN='a range goes/suspended/63'`. */
const { LANISTA_TURN: asked } = process.env
/** So many are tried in the short run, the same each time. */
const SAMPLE = 6
/** Several happen side by side. */
const AT_ONCE = 4

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
async function tried({ name, change, request }: Case): Promise<{ isReached: boolean; found: readonly string[] }> {
  const { isReached, found } = await turnAt(name, change, request)
  return { isReached, found: found.map((each) => `LANISTA_TURN='${name}/${change}/${request}': ${each}`) }
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
  this.timeout(isLong ? 0 : 300_000)

  it('lets nothing more be written, and everything is right again in the end', async function () {
    if (isLong && asked === undefined) this.skip()
    const cases = asked === undefined ? fc.sample(anyCase, { seed: 3, numRuns: SAMPLE }) : casesAsked(asked)
    expect(await sideBySide(cases, async (each) => (await tried(each)).found)).to.deep.equal([])
  })

  it('does so at each single request', async function () {
    if (!isLong || asked !== undefined) this.skip()
    const pairs = NAMES.flatMap((name) => CHANGES.map((change) => ({ name, change })))
    const all = await sideBySide(pairs, async (pair) => {
      const found: string[] = []
      for (let request = 0; ; request += 1) {
        const at = await tried({ ...pair, request })
        found.push(...at.found)
        if (!at.isReached) return found
      }
    })
    expect(all).to.deep.equal([])
  })
})
