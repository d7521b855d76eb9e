import { expect } from 'chai'
import { GrowingDelay } from '../../../controllers/pace/growing-delay.ts'

describe('GrowingDelay', () => {
  it('doubles with each failure in a row, up to the most', () => {
    const delay = new GrowingDelay(10, 60)
    expect(delay.left(0)).to.equal(0)
    const lefts = [0, 100, 200, 300, 400].map((now) => {
      delay.failed(now)
      return delay.left(now)
    })
    expect(lefts).to.deep.equal([10, 20, 40, 60, 60])
  })

  it('can be waited in part, so that many do not wait in step', () => {
    const delay = new GrowingDelay(10, 60)
    delay.failed(100, 0.5)
    expect([delay.left(100), delay.until]).to.deep.equal([5, 105])
  })

  it('is over when its time has passed', () => {
    const delay = new GrowingDelay(10, 60)
    delay.failed(100)
    expect([delay.left(104), delay.left(110), delay.left(500)]).to.deep.equal([6, 0, 0])
  })
})
