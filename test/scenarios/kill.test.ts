import { deployDespiteKills } from './killed-deployments.ts'

describe('killed in the middle of a deployment and started again', () => {
  it('ends in the same state without a duplicate', () => deployDespiteKills(1, 1, 7))
})
