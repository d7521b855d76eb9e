import { expect } from 'chai'
import fc from 'fast-check'
import { type Outcome, worstOf } from '../../model/outcome.ts'

const settled: Outcome = { kind: 'settled' }
const progressing: Outcome = { kind: 'progressing' }
const retry: Outcome = { kind: 'retry', error: 'no room' }
const stalled: Outcome = { kind: 'stalled', error: 'no right' }

describe('worstOf', () => {
  const rows: readonly [string, readonly Outcome[], Outcome][] = [
    ['nothing to do is settled', [], settled],
    ['one that can get no further does not hide behind settled ones', [settled, stalled, settled], stalled],
    ['work in progress is looked at before what can get no further', [stalled, progressing], progressing],
    ['a failure backs off although other work is in progress', [progressing, retry, settled], retry],
  ]
  for (const [situation, outcomes, worst] of rows) it(situation, () => expect(worstOf(outcomes)).to.deep.equal(worst))

  it('keeps the first of equals, and does not depend on the order otherwise', () => {
    const outcomes = fc.shuffledSubarray([settled, progressing, retry, stalled])
    fc.assert(
      fc.property(outcomes, (some) => {
        expect(worstOf(some)).to.deep.equal(worstOf([...some, settled].toSorted(byKind)))
      }),
    )
    expect(worstOf([retry, { kind: 'retry', error: 'second' }])).to.equal(retry)
  })
})

const byKind = (a: Outcome, b: Outcome): number => a.kind.localeCompare(b.kind)
