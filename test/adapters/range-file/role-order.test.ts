import { expect } from 'chai'
import * as fc from 'fast-check'
import { circlesOf } from '../../../adapters/range-file/role-order.ts'
import { runs } from '../../runner/long-runs.ts'

const graph = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 30 }).map((edges) => {
  const waits = new Map<string, string[]>()
  for (const [from, to] of edges) waits.set(String(from), [...(waits.get(String(from)) ?? []), String(to)])
  return waits
})

/** Everything that a thing waits for, directly or through others. */
const reached = (waits: ReadonlyMap<string, readonly string[]>, from: string): ReadonlySet<string> => {
  const seen = new Set<string>()
  const open = [...(waits.get(from) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...(waits.get(next) ?? []))
  }
  return seen
}

describe('circlesOf', () => {
  it('finds a circle exactly when something waits for itself, and only real circles', () => {
    fc.assert(
      fc.property(graph, (waits) => {
        const circles = circlesOf(waits)
        const circular = [...waits.keys()].some((key) => reached(waits, key).has(key))
        expect(circles.length > 0).to.equal(circular)
        for (const circle of circles)
          circle.forEach((key, index) => {
            expect(waits.get(key)).to.include(circle[(index + 1) % circle.length])
          })
        expect(new Set(circles.flat()).size).to.equal(circles.flat().length)
      }),
      { numRuns: runs(500) },
    )
  })

  it('needs no deep stack for a long chain or a long circle', () => {
    const chain = new Map(Array.from({ length: 20_000 }, (_, i) => [String(i), [String(i + 1)]] as const))
    expect(circlesOf(chain)).to.deep.equal([])
    expect(circlesOf(new Map([...chain, ['20000', ['0']]]))[0]).to.have.length(20_001)
  })
})
