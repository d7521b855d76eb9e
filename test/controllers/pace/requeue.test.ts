import { expect } from 'chai'
import { afterTry, NOT_TRIED, requeueAfter, restarted, type Tried } from '../../../controllers/pace/requeue.ts'

const goingOn = (times: number): Tried => {
  let tried = NOT_TRIED
  for (let each = 0; each < times; each += 1) tried = afterTry(tried, { kind: 'progressing' })
  return tried
}
const wait = (tried: Tried): number => requeueAfter(tried, 0, 1)

describe('what goes on by itself', () => {
  it('is looked at again after a second, then less and less often, and every ten seconds at least', () => {
    expect(wait(goingOn(1))).to.equal(1000)
    expect(wait(goingOn(11))).to.be.within(2000, 3000)
    expect(wait(goingOn(1000))).to.equal(10_000)
  })

  it('is learnt of by no more than a second and an eighth of its duration too late, while that is less than ten seconds', () => {
    let passed = 0
    for (let times = 1; times < 25; times += 1) {
      const next = wait(goingOn(times))
      expect(next).to.be.most(1000 + passed / 8)
      passed += next
    }
  })

  it('is looked at as at first once something has happened', () => {
    expect(wait(afterTry(restarted(goingOn(50)), { kind: 'progressing' }))).to.equal(1000)
    expect(wait(afterTry(afterTry(goingOn(50), { kind: 'settled' }), { kind: 'progressing' }))).to.equal(1000)
    const failed = afterTry(goingOn(50), { kind: 'retry', error: 'refused' })
    expect(wait(afterTry(failed, { kind: 'progressing' }))).to.equal(1000)
  })
})
