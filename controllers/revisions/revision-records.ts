import { isRangeId } from '../../model/range-id.ts'
import type { Clock } from '../../model/clock.ts'
import type { Logger } from '../../model/ports.ts'
import type { RevisionRecord, RevisionStore } from '../../model/revision.ts'

/** So many records are written at once: each is flushed to disk, and a first start has hundreds of them. */
const MOST_AT_ONCE = 8
/** A disk that hangs holds up no range for longer than this, in milliseconds; what is not written by then is lost with this process. */
const PATIENCE_MS = 5000

/** What is remembered of each range's file: in memory always, and on disk where it must outlast a restart. */
export class RevisionRecords {
  readonly #store: RevisionStore
  readonly #outlasts: () => boolean
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #logger: Logger
  readonly #records = new Map<string, RevisionRecord>()
  #loading: Promise<void> | undefined
  /** Of whom what is in memory is not on disk. */
  readonly #unwritten = new Set<string>()
  /** Of whom something is on disk. */
  readonly #onDisk = new Set<string>()
  /** By range: its write that is under way, or waits for its turn. */
  readonly #writing = new Map<string, Promise<void>>()
  readonly #waiting: (() => void)[] = []
  #free = MOST_AT_ONCE
  #trouble: string | undefined

  /** @param outlasts whether what is remembered must outlast a restart; asked for anew with each change */
  constructor(store: RevisionStore, outlasts: () => boolean, clock: Pick<Clock, 'sleep'>, logger: Logger) {
    this.#store = store
    this.#outlasts = outlasts
    this.#clock = clock
    this.#logger = logger
  }

  /** Whether what is remembered is kept on disk. */
  get outlasts(): boolean {
    return this.#outlasts()
  }

  /** Resolves once what an earlier life remembered is here. */
  load(): Promise<void> {
    this.#loading ??= this.#store.read().then((records) => {
      for (const record of records) {
        this.#records.set(record.rangeId, record)
        this.#onDisk.add(record.rangeId)
      }
    })
    return this.#loading
  }

  of(rangeId: string): RevisionRecord | undefined {
    return this.#records.get(rangeId)
  }

  /** Counts at once; `written` resolves when it is on disk, where it must be. */
  set(record: RevisionRecord): void {
    this.#records.set(record.rangeId, record)
    this.#unwritten.add(record.rangeId)
  }

  forget(rangeId: string): void {
    if (!this.#records.delete(rangeId)) return
    this.#unwritten.add(rangeId)
    void this.written(rangeId)
  }

  /**
   * Resolves when what is known of a range is on disk, if it must be, or after a while. Never rejects: what can't be written is told
   * once, and tried again.
   */
  async written(rangeId: string): Promise<void> {
    // A file whose name is no range's is none of a range.
    if (!this.#unwritten.has(rangeId) || !isRangeId(rangeId)) return
    if (!this.#outlasts() && !this.#onDisk.has(rangeId)) return
    const underWay = this.#writing.get(rangeId) ?? this.#inTurn(rangeId)
    this.#writing.set(rangeId, underWay)
    const over = new AbortController()
    const late = this.#clock.sleep(PATIENCE_MS, over.signal).catch(() => undefined)
    await Promise.race([underWay, late])
    over.abort()
  }

  async #inTurn(rangeId: string): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    // What comes while it is written is written once more.
    for (let isWell = true; isWell && this.#unwritten.delete(rangeId);) isWell = await this.#write(rangeId)
    this.#writing.delete(rangeId)
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }

  async #write(rangeId: string): Promise<boolean> {
    // What is on disk and not true any more would be believed by a later life that has to know.
    const record = this.#outlasts() ? this.of(rangeId) : undefined
    try {
      await (record === undefined ? this.#store.remove(rangeId) : this.#store.write(record))
      if (record === undefined) this.#onDisk.delete(rangeId)
      else this.#onDisk.add(rangeId)
      this.#trouble = undefined
      return true
    } catch (error) {
      this.#unwritten.add(rangeId)
      const message = error instanceof Error ? error.message : String(error)
      if (message !== this.#trouble)
        this.#logger.warn(
          'what is in force of range files could not be remembered; after a restart a held or broken file may leave its range without one',
          { range: rangeId, error },
        )
      this.#trouble = message
      return false
    }
  }
}
