import type { Logger } from '../../model/ports.ts'
import type { NumbersInUse } from '../../reconcilers/route/plan-routes.ts'
import type { RouteController } from './route-controller.ts'

/** What is known of the number of one range that has a file, or once had one. */
export interface KnownNumber {
  /** As last planned; undefined when it never was, or nothing of the range is left. */
  readonly number: number | undefined
  /** False while the number may be, or become, another one: its file has a problem, or it was not planned yet. */
  readonly isSure: boolean
}

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

/**
 * The range numbers that are somebody's, for all that is known: of ranges that have a file, or once had one, and of
 * networks that Proxmox shows. A range whose number isn't known leaves a gap.
 */
export function numbersInUse(
  rangeIds: readonly string[],
  numbers: ReadonlyMap<string, KnownNumber>,
  seen: ReadonlySet<number> | undefined,
): NumbersInUse {
  const isSure = (id: string): boolean => numbers.get(id)?.isSure === true
  if (seen === undefined || !rangeIds.every(isSure)) return { kind: 'partly-known' }
  const ofRanges = [...numbers.values()].flatMap(({ number }) => number ?? [])
  return { kind: 'known', numbers: new Set([...seen, ...ofRanges]) }
}
