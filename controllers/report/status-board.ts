import type { Clock } from '../../model/clock.ts'
import type { Logger, StatusStore } from '../../model/ports.ts'
import { type RangeNews, type RangeStatus, readyConditionOf, type Sinces } from '../../model/range-status.ts'
import { Overdue } from './overdue.ts'
import { SinceWhen } from './sinces.ts'

/** How long whoever stops waits for what is still being written. */
const GRACE_MS = 5000

/**
 * The status of all ranges as last reported: for the API and the demo's table, and written to the store. Output only: nothing
 * is decided by it, and nobody waits for it to be written, but at the very end.
 */
export class StatusBoard {
  readonly #statuses = new Map<string, RangeStatus>()
  readonly #listeners = new Set<(status: RangeStatus) => void>()
  readonly #forgetting = new Set<(rangeId: string) => void>()
  readonly #store: StatusStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #overdue: Overdue
  readonly #sinces: SinceWhen
  readonly #onWritten: (successful: boolean) => void
  /** Why the last status was not written. */
  #trouble: string | undefined
  /** By range: one write after the other, so that an older status never overwrites a newer one; one that hangs holds up no other range's. */
  readonly #writing = new Map<string, Promise<void>>()
  /** Ranges whose last write failed. */
  readonly #failed = new Set<string>()
  /** Ranges with news since their write under way began. */
  readonly #unwritten = new Set<string>()

  /** @param onWritten told of each write, or try */
  constructor(
    store: StatusStore,
    clock: Clock,
    logger: Logger,
    onWritten: (successful: boolean) => void = () => undefined,
  ) {
    this.#onWritten = onWritten
    this.#store = store
    this.#clock = clock
    this.#logger = logger
    this.#overdue = new Overdue(clock)
    this.#sinces = new SinceWhen(clock)
  }

  /** An earlier life told of a range like this. */
  startFrom(rangeId: string, sinces: Sinces): void {
    this.#sinces.startFrom(rangeId, sinces)
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

  /** Reports a range's status. An unchanged one costs nothing. What is said to be under way too long is told as a finding. */
  set(told: RangeNews): void {
    const before = this.#statuses.get(told.id)
    const news = this.#sinces.of({ ...told, conditions: this.#overdue.of(told.id, told.conditions) }, before)
    if (before !== undefined && same(before, news)) return
    const changedAt =
      before !== undefined && sameConditions(before, news)
        ? before.changedAt
        : new Date(this.#clock.now()).toISOString()
    const status: RangeStatus = { ...inOrder(news), changedAt }
    this.#statuses.set(status.id, status)
    for (const listener of this.#listeners) listener(status)
    this.#writeSoon(status.id)
  }

  /** The range is no more: it is told of nowhere any longer. */
  forget(rangeId: string): void {
    this.#statuses.delete(rangeId)
    this.#overdue.forget(rangeId)
    this.#sinces.forget(rangeId)
    for (const listener of this.#forgetting) listener(rangeId)
    this.#writeSoon(rangeId)
  }

  /** Calls back with the id of each range that is forgotten. */
  onForget(listener: (rangeId: string) => void): void {
    this.#forgetting.add(listener)
  }

  /** What could not be written is tried once more. */
  retry(): void {
    const failed = [...this.#failed]
    this.#failed.clear()
    for (const rangeId of failed) this.#writeSoon(rangeId)
  }

  /** Resolves when everything reported so far is written, or could not be, or has taken too long. Never rejects. */
  async written(): Promise<void> {
    const done = new AbortController()
    const all = async (): Promise<void> => {
      while (this.#writing.size > 0) await Promise.all(this.#writing.values())
    }
    const grace = this.#clock.sleep(GRACE_MS, done.signal).then(
      () => this.#logger.error('statuses could not be written in time', { ranges: [...this.#writing.keys()] }),
      () => undefined,
    )
    await Promise.race([all(), grace])
    done.abort()
  }

  #writeSoon(rangeId: string): void {
    this.#unwritten.add(rangeId)
    if (this.#writing.has(rangeId)) return
    this.#writing.set(
      rangeId,
      Promise.resolve()
        .then(() => this.#writeAll(rangeId))
        .then(() => void this.#writing.delete(rangeId)),
    )
  }

  /** What came while a write was under way is written once, as it is by then. */
  async #writeAll(rangeId: string): Promise<void> {
    while (this.#unwritten.delete(rangeId)) await this.#write(rangeId)
  }

  /**
   * Reconciling goes on when a status can't be written: the ranges matter more than the report. The same trouble is told once
   * for all ranges until one can be written again.
   */
  async #write(rangeId: string): Promise<void> {
    const status = this.#statuses.get(rangeId)
    try {
      await (status === undefined ? this.#store.remove(rangeId) : this.#store.write(status))
      if (this.#trouble !== undefined) this.#logger.info('statuses are written again')
      this.#trouble = undefined
      this.#failed.delete(rangeId)
      this.#onWritten(true)
    } catch (error) {
      this.#failed.add(rangeId)
      this.#onWritten(false)
      const trouble = String(error)
      if (trouble === this.#trouble) return
      this.#trouble = trouble
      const what = status === undefined ? 'status could not be removed' : 'status could not be written'
      this.#logger.error(what, { range: rangeId, error })
    }
  }
}

type Stated = Omit<RangeStatus, 'changedAt'>

const sameConditions = (a: Stated, b: Stated): boolean => JSON.stringify(a.conditions) === JSON.stringify(b.conditions)
const same = ({ changedAt: _, ...before }: RangeStatus, news: Stated): boolean =>
  JSON.stringify(before) === JSON.stringify(inOrder(news))
const inOrder = ({
  id,
  source,
  number,
  since,
  conditions,
  diagnostics,
  vms,
  networks,
  revisions,
  suspension,
}: Stated): Stated => ({
  id,
  source,
  number,
  since,
  conditions,
  diagnostics,
  vms,
  networks,
  ...(revisions === undefined ? {} : { revisions }),
  ...(suspension === undefined ? {} : { suspension }),
})
