import { expect } from 'chai'
import { Milestones } from '../../../controllers/network/milestones.ts'

const isReached = async (promise: Promise<void>): Promise<boolean> => {
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))
  return await Promise.race([promise.then(() => true), later])
}

describe('nodes that have reloaded', () => {
  it('are waited for all together, and of none nobody is told that it has', async () => {
    const milestones = new Milestones()
    const both = milestones.all(new Set(['pve1', 'pve2']))
    const none = milestones.all(new Set())
    milestones.reached(['pve1'])
    expect([await isReached(both), await isReached(none)]).to.deep.equal([false, false])
    milestones.reached(['pve2'])
    expect([await isReached(both), await isReached(none)]).to.deep.equal([true, false])
    expect(await isReached(milestones.all(new Set(['pve2'])))).to.equal(true)
  })
})
