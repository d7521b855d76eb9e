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
  const at = (retryAt: number, kind: 'retry' | 'stalled' = 'retry') => ({ kind, error: kind, retryAt }) as const
  const timed: typeof rows = [
    ['the first that is tried again', [at(20), at(10), at(30)], { ...at(20), retryAt: 10 }],
    ['the first of those that only a change helps, too', [at(9, 'stalled'), stalled, settled], at(9, 'stalled')],
    ['one that only a change helps may come before one that may pass', [at(20), at(9, 'stalled')], at(9)],
    ['what is tried with growing delay may come before', [retry, at(10)], { ...retry, retryAt: 10, orSooner: true }],
    ['that stays so further up', [{ ...at(10), orSooner: true }, settled], { ...at(10), orSooner: true }],
    ['work in progress is looked at soon anyway', [at(9, 'stalled'), progressing], progressing],
  ]
  for (const [situation, outcomes, worst] of timed)
    it(`is due when ${situation}`, () => expect(worstOf(outcomes)).to.deep.equal(worst))

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
