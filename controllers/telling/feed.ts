import type { FeedMessage, FeedReader } from '../../model/api/api-provider.ts'
import type { AnyView, FeedChange } from '../../model/api/feed-change.ts'
import { feedNameOf } from '../../model/api/feed-name.ts'
import type { Clock } from '../../model/clock.ts'
import type { ViewSource } from './view-source.ts'

/** What changes in between is told once. In milliseconds. */
const BEAT_MS = 250
/** So many messages are handed over at once, so that whoever writes them can wait for a slow reader in between. */
const AT_ONCE = 64
/** Views of so many ranges are made in a turn of the event loop: one of 50 VMs takes a millisecond. */
const RANGES_A_TURN = 8
/** Things that are gone are remembered for who resumes, up to so many. */
const MOST_GONE = 2000

/** A thing as it was told last, and by the number of which change; `undefined` when it is gone. */
interface Told {
  readonly seq: number
  readonly kind: string
  readonly name: string
  readonly view: AnyView | undefined
  /** Of the view but for what changes with each look. */
  readonly print: string
}

type Part = 'cluster' | 'events'

/**
 * Everything there is to tell, and what of it has changed since somebody heard of it last. It keeps no list of changes: who is slow, or
 * was away, hears of each thing once, as it is then, so that nothing grows with time or with readers.
 */
export class Feed {
  readonly #views: ViewSource
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #told = new Map<string, Told>()
  readonly #dirty = new Set<Part>(['cluster', 'events'])
  readonly #dirtyRanges = new Set<string>()
  readonly #waiting = new Set<() => void>()
  #seq = 0
  /** What was gone up to here is forgotten: who resumes from before can't be told of it. */
  #forgotten = 0
  #beating = false

  constructor(views: ViewSource, clock: Pick<Clock, 'sleep'>) {
    this.#views = views
    this.#clock = clock
  }

  /** Somebody waits for what changes. */
  get hasReaders(): boolean {
    return this.#waiting.size > 0
  }

  /** Something of this may have changed. Costs nothing while nobody reads. */
  changed(part: Part): void {
    this.#dirty.add(part)
    if (this.#waiting.size > 0) this.#beat()
  }

  /** What is told of a range may have changed, or that anything is. */
  rangeChanged(rangeId: string): void {
    this.#dirtyRanges.add(rangeId)
    if (this.#waiting.size > 0) this.#beat()
  }

  /** @param lastId of the last message that was read, in this life or another */
  open(lastId: string | undefined): FeedReader {
    let at = this.#resumed(lastId)
    const isReset = lastId !== undefined && at === 0
    let mustReset = isReset
    let isSynced = false
    return {
      next: async (signal) => {
        for (;;) {
          signal.throwIfAborted()
          while (this.#refresh()) await turn()
          const messages: FeedMessage[] = mustReset ? [this.#message(0, { type: 'reset' })] : []
          mustReset = false
          const news = this.#since(at).slice(0, AT_ONCE)
          for (const { seq, view, kind, name } of news) {
            at = seq
            messages.push(this.#message(seq, view === undefined ? { type: 'gone', kind, name } : { type: 'is', view }))
          }
          if (!isSynced && news.length < AT_ONCE) {
            isSynced = true
            messages.push(this.#message(at, { type: 'synced' }))
          }
          if (messages.length > 0) return messages
          await this.#change(signal)
        }
      },
      close: () => undefined,
    }
  }

  #message(seq: number, change: FeedChange): FeedMessage {
    return { id: `${this.#views.instance}-${seq}`, change }
  }

  /** Where a reader goes on; 0 for all of it. */
  #resumed(lastId: string | undefined): number {
    const [, instance, digits] = /^(.+)-([0-9]{1,15})$/.exec(lastId ?? '') ?? []
    const seq = Number(digits ?? 0)
    return instance === this.#views.instance && seq >= this.#forgotten && seq <= this.#seq ? seq : 0
  }

  #since(seq: number): readonly Told[] {
    const news = [...this.#told.values()].filter((each) => each.seq > seq)
    // Who hears of all of it hears of nothing that is gone.
    const shown = seq === 0 ? news.filter(({ view }) => view !== undefined) : news
    return shown.sort((a, b) => a.seq - b.seq)
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', giveUp)
      }
      const wake = (): void => {
        leave()
        resolve()
      }
      const giveUp = (): void => {
        leave()
        reject(signal.reason)
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', giveUp)
      if (this.#dirty.size + this.#dirtyRanges.size > 0) this.#beat()
    })
  }

  #beat(): void {
    if (this.#beating) return
    this.#beating = true
    this.#clock.sleep(BEAT_MS).then(
      () => {
        this.#beating = false
        for (const wake of this.#waiting) wake()
      },
      () => undefined,
    )
  }

  /** Takes in what has changed, or a part of it. @returns whether there is more: others have their turn in between */
  #refresh(): boolean {
    const dirty = new Set(this.#dirty)
    this.#dirty.clear()
    if (dirty.has('cluster')) {
      this.#tell('Controller', [this.#views.controller()])
      this.#tell('Node', this.#views.list('nodes').items)
      this.#tell('Network', this.#views.list('networks').items)
      this.#tell('Template', this.#views.list('templates').items)
    }
    // Of a VM the last look tells what it takes.
    if (dirty.has('cluster')) for (const rangeId of this.#rangeIds()) this.#dirtyRanges.add(rangeId)
    if (dirty.has('events')) this.#tell('Event', this.#views.list('events').items)
    for (const rangeId of [...this.#dirtyRanges].slice(0, RANGES_A_TURN)) {
      this.#dirtyRanges.delete(rangeId)
      this.#tellRange(rangeId)
    }
    this.#forgetGone()
    return this.#dirtyRanges.size > 0
  }

  /** Those that are told of, and those that were. */
  #rangeIds(): readonly string[] {
    const told = [...this.#told.values()].filter(({ kind, view }) => kind === 'Range' && view !== undefined)
    return [...this.#views.rangeIds(), ...told.map(({ name }) => name)]
  }

  #tellRange(name: string): void {
    const view = this.#views.range(name)
    const key = `Range/${name}`
    const told = this.#told.get(key)
    if (view === undefined) {
      if (told?.view !== undefined) this.#put(key, { kind: 'Range', name, view, print: '' })
      return
    }
    const print = printOf(view)
    if (told?.print !== print) this.#put(key, { kind: 'Range', name, view, print })
  }

  #tell<V extends AnyView>(kind: V['kind'], views: readonly V[]): void {
    const present = new Set<string>()
    for (const view of views) {
      const name = feedNameOf(view)
      const key = `${kind}/${name}`
      present.add(key)
      const print = printOf(view)
      if (this.#told.get(key)?.print !== print) this.#put(key, { kind, name, view, print })
    }
    for (const [key, told] of this.#told)
      if (told.kind === kind && told.view !== undefined && !present.has(key))
        this.#put(key, { kind, name: told.name, view: undefined, print: '' })
  }

  #put(key: string, told: Omit<Told, 'seq'>): void {
    this.#seq += 1
    this.#told.set(key, { ...told, seq: this.#seq })
  }

  #forgetGone(): void {
    const gone = [...this.#told].filter(([, { view }]) => view === undefined).sort(([, a], [, b]) => a.seq - b.seq)
    for (const [key, { seq }] of gone.slice(0, Math.max(0, gone.length - MOST_GONE))) {
      this.#told.delete(key)
      this.#forgotten = Math.max(this.#forgotten, seq)
    }
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

/** Uptimes grow with each look, and that is no news. */
const printOf = (view: AnyView): string => JSON.stringify(view).replaceAll(/"(?:uptimeSeconds|seenAt)":[^,}]*/g, '')
