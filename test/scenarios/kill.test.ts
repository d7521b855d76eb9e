import { deployDespiteKills } from './killed-deployments.ts'
import { itLong } from '../runner/long-runs.ts'

describe('killed in the middle of a deployment and started again', () => {
  itLong('ends in the same state without a duplicate', () => deployDespiteKills(1, 1, 7))
})
