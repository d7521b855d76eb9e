import type { SimClock } from './clock.ts'
import type { Durations } from './durations.ts'
import type { FaultScript } from './faults.ts'
import { withCfsLock, type LockScope, type LockTable } from './locks.ts'
import type { World } from './world.ts'

/** Everything that makes up one running simulated cluster, apart from its listeners. */
export interface Simulation {
  readonly world: World
  readonly clock: SimClock
  readonly durations: Durations
  readonly locks: LockTable
  readonly faults: FaultScript
  /** Aborted when the simulator closes. */
  readonly closed: AbortSignal
  /** SHA-256 of a node's certificate, with colons. */
  readonly fingerprintOf: (node: string) => string
}

/** What locks need of the simulation; `hold` as for one small write unless given. */
export const lockScope = (sim: Simulation, hold = sim.durations.lockHold): LockScope => ({
  world: sim.world,
  clock: sim.clock,
  locks: sim.locks,
  random: sim.world.random,
  hold,
})

/** Runs `work` under a cluster-wide lock, held as long as one small write takes. */
export const clusterLocked = <T>(sim: Simulation, name: string, work: () => T | Promise<T>): Promise<T> =>
  withCfsLock(lockScope(sim), name, work, undefined, sim.closed)
