import type { EventView } from '../../model/api/event-view.ts'
import type { Clock } from '../../model/clock.ts'
import type { EventNews, EventSink, EventStore } from '../../model/event-store.ts'
import type { Logger } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'

/** So many of each type are kept of one range, and of all that is of no range. */
const MOST_OF_A_RANGE = 40
const MOST = 4000
/** The store is made anew when so many more lines were added than there are events. */
const SPARE_LINES = 4000
const LONGEST_MESSAGE = 1000
/** Equal ones that are further apart are two. In milliseconds. */
const SAME_WITHIN_MS = 3_600_000

/**
 * What happened, bounded, and kept over restarts: equal events within an hour are one with a count. Recording never fails and is waited
 * for by nobody; what can't be written to the store is kept in memory, and written with what comes next.
 */
export class EventLog implements EventSink {
  readonly #store: EventStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger
  /** By id, in order. */
  readonly #events = new Map<number, EventView>()
  /** What makes two equal -> id. */
  readonly #newest = new Map<string, number>()
  readonly #listeners = new Set<(change: EventChange) => void>()
  readonly #unwritten = new Set<number>()
  #isLoaded = false
  #lastId = 0
  #lines = 0
  #writing: Promise<void> | undefined
  #trouble: string | undefined

  constructor(store: EventStore, clock: Pick<Clock, 'now'>, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
  }

  /** Takes up what an earlier life has kept, before what this one records. */
  async load(): Promise<void> {
    const { events: kept, lines } = await this.#store.read()
    this.#lines = lines
    const own = [...this.#events.values()]
    this.#events.clear()
    this.#newest.clear()
    this.#unwritten.clear()
    for (const event of kept) this.#put(event)
    this.#lastId = Math.max(0, ...this.#events.keys())
    for (const event of own) this.#add(event)
    for (const id of this.#dropSurplus()) this.#tell({ kind: 'gone', id })
    this.#isLoaded = true
    this.#writeSoon()
  }

  /** Oldest first. */
  all(): readonly EventView[] {
    return [...this.#events.values()]
  }

  /** Calls back with each event as it is recorded, counted, or dropped. */
  onChange(listener: (change: EventChange) => void): void {
    this.#listeners.add(listener)
  }

  record(news: EventNews): void {
    const now = new Date(this.#clock.now()).toISOString()
    const message = printable(news.message, LONGEST_MESSAGE)
    const known = this.#events.get(this.#newest.get(keyOf({ ...news, message })) ?? -1)
    const isSame = known !== undefined && Date.parse(now) - Date.parse(known.lastTime) <= SAME_WITHIN_MS
    if (isSame) {
      this.#change({ ...known, count: known.count + 1, lastTime: now })
    } else {
      this.#add({ ...news, message, kind: 'Event', id: 0, count: 1, firstTime: now, lastTime: now })
    }
    for (const id of this.#dropSurplus(news.range, news.type)) this.#tell({ kind: 'gone', id })
    this.#writeSoon()
  }

  /** Resolves when all that was recorded so far is written, or could not be. */
  async written(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  #add(event: EventView): void {
    this.#lastId += 1
    this.#change({ ...event, id: this.#lastId })
  }

  #change(event: EventView): void {
    this.#put(event)
    this.#unwritten.add(event.id)
    this.#tell({ kind: 'is', event })
  }

  #put(event: EventView): void {
    this.#events.set(event.id, event)
    this.#newest.set(keyOf(event), event.id)
  }

  #tell(change: EventChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Of one range and type, and of all. @returns the ids of what was dropped */
  #dropSurplus(range?: string, type?: EventView['type']): readonly number[] {
    const dropped: number[] = []
    const drop = (id: number): void => {
      const event = this.#events.get(id)
      if (event === undefined) return
      this.#events.delete(id)
      if (this.#newest.get(keyOf(event)) === id) this.#newest.delete(keyOf(event))
      this.#unwritten.delete(id)
      dropped.push(id)
    }
    if (type !== undefined) {
      const alike = [...this.#events.values()].filter((each) => each.range === range && each.type === type)
      for (const { id } of alike.slice(0, Math.max(0, alike.length - MOST_OF_A_RANGE))) drop(id)
    }
    for (const id of [...this.#events.keys()].slice(0, Math.max(0, this.#events.size - MOST))) drop(id)
    return dropped
  }

  #writeSoon(): void {
    // Before that, ids may be those of an earlier life.
    if (this.#isLoaded) this.#writing ??= this.#writeAll()
  }

  /** What is recorded meanwhile is written by the same turn, which is over as soon as nothing is left. */
  async #writeAll(): Promise<void> {
    await Promise.resolve()
    try {
      while (this.#unwritten.size > 0 || this.#hasSpareLines) await this.#write()
      this.#trouble = undefined
    } catch (error) {
      // Each one that follows has it tried again.
      if (String(error) !== this.#trouble)
        this.#logger.warn('events can not be written down; they are kept in memory', { error })
      this.#trouble = String(error)
    } finally {
      this.#writing = undefined
    }
  }

  get #hasSpareLines(): boolean {
    return this.#lines > this.#events.size + SPARE_LINES
  }

  async #write(): Promise<void> {
    const ids = [...this.#unwritten]
    // One that is counted meanwhile is written once more.
    this.#unwritten.clear()
    const events = ids.flatMap((id) => this.#events.get(id) ?? [])
    try {
      if (this.#hasSpareLines) {
        const all = this.all()
        await this.#store.replace(all)
        this.#lines = all.length
      } else {
        await this.#store.append(events)
        this.#lines += events.length
      }
    } catch (error) {
      for (const id of ids) if (this.#events.has(id)) this.#unwritten.add(id)
      throw error
    }
  }
}

/** An event is new, or counted once more; or it is kept no longer. */
export type EventChange =
  | { readonly kind: 'is'; readonly event: EventView }
  | { readonly kind: 'gone'; readonly id: number }

const keyOf = ({ type, reason, message, object, range, by }: EventNews): string =>
  JSON.stringify([type, reason, message, object.kind, object.name, range, by])
