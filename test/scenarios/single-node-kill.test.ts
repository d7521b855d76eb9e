import { MAKING, makeDespiteKills, REMOVING, removeDespiteKills } from './killed-bridge-changes.ts'
import { itLong } from '../runner/long-runs.ts'

describe('killed as it activates bridges, and started again', () => {
  itLong('ends without the bridge of a range that is to go, and with nothing staged', () =>
    removeDespiteKills(REMOVING.slice(1, 2)),
  )

  itLong('ends with each bridge once, up, and nothing staged', () => makeDespiteKills(MAKING.slice(2, 3)))
})
