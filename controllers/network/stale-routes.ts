import type { Logger } from '../../model/ports.ts'
import { type KnownNumber, numbersInUse } from '../../reconcilers/route/numbers-in-use.ts'
import type { RouteController } from './route-controller.ts'

/** Removes this machine's routes to ranges that are nobody's any more. */
export class StaleRoutes {
  readonly #routes: Pick<RouteController, 'removeStale'>
  readonly #isWanted: () => boolean
  readonly #numbers: () => ReadonlyMap<string, KnownNumber>
  readonly #seen: () => ReadonlySet<number> | undefined
  readonly #logger: Logger

  /**
   * @param isWanted `lanista.routes.enabled`
   * @param numbers by range id, of all ranges that were looked at
   * @param seen numbers of the networks on Proxmox; undefined when it has not been looked at
   */
  constructor(
    routes: Pick<RouteController, 'removeStale'>,
    isWanted: () => boolean,
    numbers: () => ReadonlyMap<string, KnownNumber>,
    seen: () => ReadonlySet<number> | undefined,
    logger: Logger,
  ) {
    this.#routes = routes
    this.#isWanted = isWanted
    this.#numbers = numbers
    this.#seen = seen
    this.#logger = logger
  }

  /** @param rangeIds of all range files in the folder */
  async remove(rangeIds: readonly string[]): Promise<void> {
    if (!this.#isWanted()) return
    const removed = await this.#routes.removeStale(() => numbersInUse(rangeIds, this.#numbers(), this.#seen()))
    if (removed.kind !== 'ready') this.#logger.warn(removed.finding.message)
  }
}
