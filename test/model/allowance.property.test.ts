import { expect } from 'chai'
import fc from 'fast-check'
import { type Allowance, takeOne } from '../../model/allowance.ts'
import { runs } from '../runner/long-runs.ts'

describe('an allowance', () => {
  it('gives so much at once, then one after each time, and says how long to wait', () => {
    const pace = { atOnce: 2, everyMs: 1000 }
    let allowance: Allowance | undefined
    const take = (now: number): number => {
      const taken = takeOne(allowance, pace, now)
      allowance = taken.allowance
      return taken.waitMs
    }
    expect([0, 0, 0, 400, 1000, 1000, 9000, 9000, 9000].map(take)).to.deep.equal([0, 0, 1000, 600, 0, 1000, 0, 0, 1000])
  })

  it('never gives more than its pace, whenever it is asked, and gives one to who has waited', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 40 }),
        (atOnce, everyMs, gaps) => {
          let [allowance, now, given]: [Allowance | undefined, number, number] = [undefined, 0, 0]
          for (const gap of gaps) {
            now += gap
            const taken = takeOne(allowance, { atOnce, everyMs }, now)
            allowance = taken.allowance
            if (taken.waitMs === 0) given += 1
            else expect(takeOne(allowance, { atOnce, everyMs }, now + taken.waitMs + 1).waitMs).to.equal(0)
            expect(given).to.be.at.most(atOnce + now / everyMs + 1e-6)
          }
        },
      ),
      { numRuns: runs(500) },
    )
  })
})
