import { deployDespiteKills } from './killed-deployments.ts'

const [DEPLOYMENTS, KILLS_EACH] = [3, 10]

describe('killed at any moment of a deployment and started again', () => {
  const seed = Number(process.env['LANISTA_TEST_SEED'] ?? Date.now() % 100_000)

  it(`ends in the same state without a duplicate, ${DEPLOYMENTS * KILLS_EACH} kills (LANISTA_TEST_SEED=${seed})`, () =>
    deployDespiteKills(DEPLOYMENTS, KILLS_EACH, seed))
})
