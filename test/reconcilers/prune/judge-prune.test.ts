import { expect } from 'chai'
import fc from 'fast-check'
import { removal } from '../../builders/file-removal.ts'
import { BUDGET_MS, judgePrune, type MissingRange } from '../../../reconcilers/prune/judge-prune.ts'

const HOUR = 3_600_000
const GRACE = 24 * HOUR
const missing = (id: string, hours: number, ...doubts: readonly string[]): MissingRange => ({
  id,
  watched: hours * HOUR,
  doubts,
})
const judge = (all: readonly MissingRange[], budget = 1, went = 0) =>
  judgePrune({ missing: all, grace: GRACE, budget, went })

describe('judging which ranges go for lack of a file', () => {
  const cases: readonly (readonly [string, Parameters<typeof judge>, readonly string[], readonly string[]])[] = [
    ['lets one go when its time has come', [[missing('JD', 24), missing('KT', 5)]], ['JD'], []],
    ['lets none go before', [[missing('JD', 23.99, 'something odd')]], [], []],
    [
      'asks for all when more would go than the budget allows',
      [[missing('KT', 30), missing('JD', 24)]],
      ['JD', 'KT'],
      ['2 ranges would go within an hour; lanista.prune.budget is 1'],
    ],
    ['lets several go within the budget', [[missing('KT', 30), missing('JD', 24)], 2], ['JD', 'KT'], []],
    [
      'counts what expires within the next hour, so that files going one by one are no way around the budget',
      [[missing('JD', 24), missing('KT', 23.5)]],
      ['JD'],
      ['2 ranges would go within an hour; lanista.prune.budget is 1'],
    ],
    [
      'counts what is on the way or went in the last hour',
      [[missing('JD', 24)], 2, 2],
      ['JD'],
      ['1 range would go within an hour, and 2 are on the way or went in the last hour; lanista.prune.budget is 2'],
    ],
    [
      'asks for all when one is in doubt, and says each doubt once',
      [[missing('JD', 24, 'b', 'a'), missing('KT', 24), missing('MN', 24, 'a')], 9],
      ['JD', 'KT', 'MN'],
      ['a', 'b'],
    ],
    [
      'is not kept by the doubt about a range whose time has not come',
      [[missing('JD', 24), missing('KT', 2, 'a')]],
      ['JD'],
      [],
    ],
  ]
  for (const [what, given, expired, why] of cases)
    it(what, () => expect(judge(...given)).to.deep.equal({ expired, why }))

  const anyMissing = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('JD', 'KT', 'MN', 'OP', 'QR'),
      watched: fc.integer({ min: 0, max: 30 }).map((hours) => hours * HOUR),
      doubts: fc.subarray(['a', 'b']),
    }),
    { selector: ({ id }) => id },
  )

  it('asks about what one commit removed where that is more than the budget, however little of it is left to go', () => {
    const by = (id: string, ranges: number) => ({ ...missing(id, 24), removal: removal('c'.repeat(40), { ranges }) })
    expect(judge([by('JD', 1)]).why).to.deep.equal([])
    expect(judge([by('JD', 3)], 3).why).to.deep.equal([])
    expect(judge([by('JD', 4)], 3).why).to.deep.equal([
      `commit cccccccccccc by Ann <ann@example.org> (Commit ${'c'.repeat(40)}) removed the files of 4 ranges; lanista.prune.budget is 3`,
    ])
    expect(judge([by('JD', 4), by('KT', 4)], 3).why, 'once for a commit').to.have.length(1)
    const early = { ...by('KT', 4), watched: 0 }
    expect(judge([missing('JD', 24), early], 3).why, 'whose time has not come').to.deep.equal([])
  })

  it('does not care for the order, lets none go early or in doubt, and never more than the budget', () => {
    fc.assert(
      fc.property(anyMissing, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }), (all, budget, went) => {
        const verdict = judge(all, budget, went)
        expect(judge([...all].reverse(), budget, went)).to.deep.equal(verdict)
        const expired = all.filter(({ watched }) => watched >= GRACE)
        expect(verdict.expired).to.deep.equal(expired.map(({ id }) => id).sort())
        if (verdict.why.length > 0 || expired.length === 0) return
        expect(expired.flatMap(({ doubts }) => doubts)).to.deep.equal([])
        expect(expired.length + went).to.be.at.most(budget)
      }),
    )
  })

  it('lets no more than the budget go in any hour, however files come and go', () => {
    const anyStep = fc.record({
      minutes: fc.integer({ min: 1, max: 90 }),
      lose: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      bring: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (steps, budget) => {
        const grace = 2 * HOUR
        const since = new Map<number, number>()
        const went: number[] = []
        let now = 0
        for (const { minutes, lose, bring } of steps) {
          now += minutes * 60_000
          if (lose !== undefined && !since.has(lose)) since.set(lose, now)
          if (bring !== undefined) since.delete(bring)
          const all = [...since].map(([id, at]) => ({ id: `R${id}`, watched: now - at, doubts: [] }))
          const lately = went.filter((at) => now - at < BUDGET_MS).length
          const { expired, why } = judgePrune({ missing: all, grace, budget, went: lately })
          if (why.length > 0) continue
          for (const id of expired) {
            went.push(now)
            since.delete(Number(id.slice(1)))
          }
        }
        for (const at of went)
          expect(went.filter((each) => each >= at && each < at + HOUR).length).to.be.at.most(budget)
      }),
    )
  })
})
