import { feedNameOf } from '../../model/api/feed-name.ts'
import type { FeedChange } from '../../model/api/feed-change.ts'
import type { ViewKind, Views } from '../../model/api/lanista-api.ts'
import { keyOf } from './kinds.ts'

/** What a message of the feed means for things of one kind. */
export interface Heard<V> {
  readonly changed: readonly V[]
  readonly gone: readonly V[]
  /** All there is has been heard of: what is told from now on has changed since. */
  readonly synced: boolean
}

/** What of each kind a view of the feed has: VMs are told with their range. */
const VIEWS_IN: { readonly [K in ViewKind]: (view: Told) => readonly Views[K][] } = {
  ranges: (view) => (view.kind === 'Range' ? [view] : []),
  vms: (view) => (view.kind === 'Range' ? view.vms : []),
  networks: (view) => (view.kind === 'Network' ? [view] : []),
  nodes: (view) => (view.kind === 'Node' ? [view] : []),
  templates: (view) => (view.kind === 'Template' ? [view] : []),
  events: (view) => (view.kind === 'Event' ? [view] : []),
}
type Told = Extract<FeedChange, { type: 'is' }>['view']

/** By which kind, and by which of its names, the feed tells of what holds things of a kind. */
const HOLDER: Readonly<Record<ViewKind, string>> = {
  ranges: 'Range',
  vms: 'Range',
  networks: 'Network',
  nodes: 'Node',
  templates: 'Template',
  events: 'Event',
}

const { compare: byName } = new Intl.Collator('en', { numeric: true })

/**
 * Keeps up with things of one kind by the feed: what it is told again as it was is no news, and after a `reset` what is told no more is
 * gone.
 */
export class FollowedViews<K extends ViewKind> {
  readonly #kind: K
  /** By the name of what the feed tells them with, then by their key. */
  readonly #known = new Map<string, ReadonlyMap<string, Views[K]>>()
  /** What was known before a `reset` and has not been told since. */
  #untold: Set<string> | undefined
  #isSynced = false

  constructor(kind: K) {
    this.#kind = kind
  }

  /** All there are, in order of name; the feed tells them in that of their last changes. */
  all(): readonly Views[K][] {
    return [...this.#known].sort(([a], [b]) => byName(a, b)).flatMap(([, each]) => [...each.values()])
  }

  hear(change: FeedChange): Heard<Views[K]> {
    switch (change.type) {
      case 'reset':
        this.#untold = new Set(this.#known.keys())
        return this.#heard()
      case 'gone':
        return change.kind === HOLDER[this.#kind] ? this.#gone([change.name]) : this.#heard()
      case 'is':
        return change.view.kind === HOLDER[this.#kind] ? this.#is(change.view) : this.#heard()
      case 'synced': {
        const untold = [...(this.#untold ?? [])]
        this.#untold = undefined
        const heard = this.#gone(untold)
        this.#isSynced = true
        return { ...heard, synced: true }
      }
    }
  }

  #is(view: Told): Heard<Views[K]> {
    const holder = feedNameOf(view)
    this.#untold?.delete(holder)
    const before = this.#known.get(holder) ?? new Map<string, Views[K]>()
    const now = new Map(VIEWS_IN[this.#kind](view).map((each) => [keyOf(this.#kind, each), each]))
    this.#known.set(holder, now)
    const changed = [...now].flatMap(([key, each]) => (isSame(before.get(key), each) ? [] : [each]))
    const gone = [...before].flatMap(([key, each]) => (now.has(key) ? [] : [each]))
    return { changed, gone, synced: this.#isSynced }
  }

  #gone(holders: readonly string[]): Heard<Views[K]> {
    const gone = holders.flatMap((holder) => [...(this.#known.get(holder)?.values() ?? [])])
    for (const holder of holders) this.#known.delete(holder)
    return { changed: [], gone, synced: this.#isSynced }
  }

  #heard(): Heard<Views[K]> {
    return { changed: [], gone: [], synced: this.#isSynced }
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
