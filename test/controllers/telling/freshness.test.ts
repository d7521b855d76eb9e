import { expect } from 'chai'
import { Freshness } from '../../../controllers/telling/freshness.ts'

describe('what is told of the cluster', () => {
  it('is looked at again once something was done there, once for all who ask, and not without cause', async () => {
    let looks = 0
    const freshness = new Freshness(async () => {
      looks += 1
      freshness.renewed()
      await Promise.resolve()
    })
    await freshness.freshen()
    expect(looks).to.equal(0)
    freshness.spoil()
    await Promise.all([freshness.freshen(), freshness.freshen()])
    expect(looks).to.equal(1)
    await freshness.freshen()
    expect(looks).to.equal(1)
    freshness.spoil()
    await freshness.freshen()
    expect(looks).to.equal(2)
  })
})
