import type { Logger } from '../../model/ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { RemovalOfMachines } from './removal-of-machines.ts'
import type { RemovalOfNetworks } from './removal-of-networks.ts'
import type { RemovalOfPool } from './removal-of-pool.ts'
import type { RemovalPlanner } from './removal-planner.ts'
import { RemovalReport, type RemovalSink, type RemovalSource } from './removal-report.ts'
import { Removal } from './removal.ts'

/** What the passes over all ranges that are to go are made with. */
export class RemovalPass {
  readonly #planner: RemovalPlanner
  readonly #machines: RemovalOfMachines
  readonly #networks: RemovalOfNetworks
  readonly #pool: RemovalOfPool
  readonly #logger: Logger

  constructor(
    planner: RemovalPlanner,
    machines: RemovalOfMachines,
    networks: RemovalOfNetworks,
    pool: RemovalOfPool,
    logger: Logger,
  ) {
    this.#planner = planner
    this.#machines = machines
    this.#networks = networks
    this.#pool = pool
    this.#logger = logger
  }

  /** A pass over one of them, which tells there what it finds. */
  of(order: RemovalOrder, source: RemovalSource, sink: RemovalSink): Removal {
    const report = new RemovalReport(order, source, sink, this.#logger)
    return new Removal(order, report, this.#planner, {
      machines: this.#machines,
      networks: this.#networks,
      pool: this.#pool,
    })
  }
}
