import type { Clock } from '../../model/clock.ts'
import type { Logger, StatusStore } from '../../model/ports.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'

type News = Omit<RangeStatus, 'changedAt'>

/** The status of all ranges as last reported: kept for the API and the demo's table, and written to the store. */
export class StatusBoard {
  readonly #statuses = new Map<string, RangeStatus>()
  readonly #listeners = new Set<(status: RangeStatus) => void>()
  readonly #forgetting = new Set<(rangeId: string) => void>()
  readonly #store: StatusStore
  readonly #clock: Clock
  readonly #logger: Logger
  #writing: Promise<void> = Promise.resolve()

  constructor(store: StatusStore, clock: Clock, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
  }

  get(rangeId: string): RangeStatus | undefined {
    return this.#statuses.get(rangeId)
  }

  /** All statuses, ordered by range id. */
  all(): readonly RangeStatus[] {
    return [...this.#statuses.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** True when there are ranges and every one is Ready. */
  allReady(): boolean {
    const statuses = this.all()
    return statuses.length > 0 && statuses.every((status) => readyConditionOf(status)?.status === 'True')
  }

  /** Calls back with each status that changed. Returns the way to stop that. */
  onChange(listener: (status: RangeStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reports a range's status; resolves when it is written, or when writing failed. An unchanged one costs nothing. */
  set(news: News): Promise<void> {
    const before = this.#statuses.get(news.id)
    if (before !== undefined && same(before, news)) return this.#writing
    const changedAt =
      before !== undefined && sameConditions(before, news)
        ? before.changedAt
        : new Date(this.#clock.now()).toISOString()
    const status: RangeStatus = { ...inOrder(news), changedAt }
    this.#statuses.set(status.id, status)
    for (const listener of this.#listeners) listener(status)
    // One after the other, so that an older status never overwrites a newer one.
    this.#writing = this.#writing.then(() => this.#write(status.id))
    return this.#writing
  }

  /** The range is no more: it is told of nowhere any longer. */
  forget(rangeId: string): Promise<void> {
    this.#statuses.delete(rangeId)
    for (const listener of this.#forgetting) listener(rangeId)
    this.#writing = this.#writing.then(() => this.#remove(rangeId))
    return this.#writing
  }

  /** Calls back with the id of each range that is forgotten. */
  onForget(listener: (rangeId: string) => void): void {
    this.#forgetting.add(listener)
  }

  /** Resolves when everything reported so far is written, or could not be. */
  written(): Promise<void> {
    return this.#writing
  }

  async #remove(rangeId: string): Promise<void> {
    try {
      if (!this.#statuses.has(rangeId)) await this.#store.remove(rangeId)
    } catch (error) {
      this.#logger.error('status could not be removed', { range: rangeId, error })
    }
  }

  /** Reconciling goes on when a status can't be written: the ranges matter more than the report. */
  async #write(rangeId: string): Promise<void> {
    const status = this.#statuses.get(rangeId)
    try {
      if (status !== undefined) await this.#store.write(status)
    } catch (error) {
      this.#logger.error('status could not be written', { range: rangeId, error })
    }
  }
}

const sameConditions = (a: News, b: News): boolean => JSON.stringify(a.conditions) === JSON.stringify(b.conditions)
const same = ({ changedAt: _, ...before }: RangeStatus, news: News): boolean =>
  JSON.stringify(before) === JSON.stringify(inOrder(news))
const inOrder = ({ id, source, number, conditions, diagnostics, vms, networks }: News): News => ({
  id,
  source,
  number,
  conditions,
  diagnostics,
  vms,
  networks,
})
