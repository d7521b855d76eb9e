import type { Logger } from '../../model/ports.ts'
import { isRangeId } from '../../model/range-id.ts'
import type { RevisionRecord, RevisionStore } from '../../model/revision.ts'

/** What is remembered of each range's file: in memory always, and on disk where it must outlast a restart. */
export class RevisionRecords {
  readonly #store: RevisionStore
  readonly #outlasts: () => boolean
  readonly #logger: Logger
  #records: Map<string, RevisionRecord> | undefined
  #loading: Promise<Map<string, RevisionRecord>> | undefined
  /** Of whom what is in memory is not on disk. */
  readonly #unwritten = new Set<string>()
  #writing: Promise<void> = Promise.resolve()
  #trouble: string | undefined

  /** @param outlasts whether what is remembered must outlast a restart; asked for anew with each change */
  constructor(store: RevisionStore, outlasts: () => boolean, logger: Logger) {
    this.#store = store
    this.#outlasts = outlasts
    this.#logger = logger
  }

  /** Resolves once what an earlier life remembered is here. */
  async load(): Promise<void> {
    this.#loading ??= this.#store
      .read()
      .then((records) => new Map(records.map((record) => [record.rangeId, record] as const)))
    this.#records = await this.#loading
  }

  of(rangeId: string): RevisionRecord | undefined {
    return this.#records?.get(rangeId)
  }

  /** Counts at once; `written` resolves when it is on disk, where it must be. */
  set(record: RevisionRecord): void {
    this.#records?.set(record.rangeId, record)
    this.#unwritten.add(record.rangeId)
  }

  forget(rangeId: string): void {
    if (this.#records?.delete(rangeId) !== true) return
    this.#unwritten.add(rangeId)
    void this.written()
  }

  /** Resolves when all that must be on disk is. Never rejects: what can't be written is told once, and tried again with the next. */
  written(): Promise<void> {
    if (this.#unwritten.size > 0 && this.#outlasts()) this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    // A file whose name is no range's is none of a range.
    const ids = [...this.#unwritten].filter(isRangeId)
    this.#unwritten.clear()
    for (const id of ids) {
      const record = this.of(id)
      try {
        await (record === undefined ? this.#store.remove(id) : this.#store.write(record))
        this.#trouble = undefined
      } catch (error) {
        this.#unwritten.add(id)
        const message = error instanceof Error ? error.message : String(error)
        if (message !== this.#trouble)
          this.#logger.warn(
            'what is in force of range files could not be remembered; after a restart a held or broken file may leave its range without one',
            { range: id, error },
          )
        this.#trouble = message
      }
    }
  }
}
