import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { ControllerView, NetworkView, NodeView } from '../../model/api/cluster-views.ts'
import type { EventView } from '../../model/api/event-view.ts'
import type { FeedChange } from '../../model/api/feed-change.ts'
import { feedNameOf } from '../../model/api/feed-name.ts'
import type { RangeView } from '../../model/api/range-view.ts'
import type { ToTab } from './feed-hub.ts'
import { type Link, SILENCE } from './feed-stream.ts'

/** Everything there is of each kind, by name. */
interface Things {
  readonly ranges: ReadonlyMap<string, RangeView>
  readonly nodes: ReadonlyMap<string, NodeView>
  readonly networks: ReadonlyMap<string, NetworkView>
  readonly events: ReadonlyMap<string, EventView>
  readonly controller: ControllerView | undefined
}

const NOTHING: Things = {
  ranges: new Map(),
  nodes: new Map(),
  networks: new Map(),
  events: new Map(),
  controller: undefined,
}
/** The page keeps so many events, the latest. */
const MOST_EVENTS = 2000

const things = signal<Things>(NOTHING)
/** Whether all there is has been told, once at least. */
export const isSynced = signal(false)
export const link = signal<Link>({ state: 'connecting' })
/** The time by this machine's clock, in milliseconds; it moves every few seconds. */
export const now = signal(Date.now())

export const ranges = computed(() => things.value.ranges)
export const nodes = computed(() => things.value.nodes)
export const networks = computed(() => things.value.networks)
export const events = computed(() => things.value.events)
export const controller = computed(() => things.value.controller)

/** So far ahead of ours is the controller's clock, in milliseconds. */
const ahead = computed(() => (link.value.state === 'live' ? link.value.ahead : keptAhead))
let keptAhead = 0

/** How long ago a moment of the controller's was. In milliseconds. */
export const ageOf = (moment: string): number => Math.max(0, now.value + ahead.value - Date.parse(moment))

/** How long until a moment of the controller's. In milliseconds; not above zero when it is past. */
export const untilThen = (moment: string): number => Date.parse(moment) - now.value - ahead.value

/** Since when nothing is heard of the controller, and why; undefined while all is well. @property since undefined: never was */
export const stale: ReadonlySignal<{ readonly since: number | undefined; readonly why: string } | undefined> = computed(
  () => {
    const current = link.value
    if (current.state === 'lost') return current
    if (current.state !== 'live' || now.value - current.lastHeard < SILENCE) return undefined
    return { since: current.lastHeard, why: 'Lanista has said nothing for a while' }
  },
)

/** What is told after a reset, until it is whole: till then what was known is shown. */
let fresh: Things | undefined

/** Takes in what the feed tells. */
export function takeIn(message: ToTab): void {
  if ('link' in message) {
    if (message.link.state === 'live') keptAhead = message.link.ahead
    batch(() => {
      now.value = Date.now()
      link.value = message.link
    })
    return
  }
  batch(() => {
    let current = fresh ?? things.value
    for (const part of splitAtMarks(message.changes)) {
      if (part === 'reset') {
        // What is shown of an earlier life stays until all of this one is known.
        current = NOTHING
        fresh = isSynced.value ? current : undefined
        if (fresh === undefined) things.value = current
      } else if (part === 'synced') {
        fresh = undefined
        things.value = current
        isSynced.value = true
      } else {
        current = withChanges(current, part)
        if (fresh === undefined) things.value = current
        else fresh = current
      }
    }
  })
}

/** Changes that belong together, and the marks between them. */
function splitAtMarks(changes: readonly FeedChange[]): readonly (readonly FeedChange[] | 'reset' | 'synced')[] {
  const parts: (FeedChange[] | 'reset' | 'synced')[] = []
  for (const change of changes) {
    const last = parts.at(-1)
    if (change.type === 'reset' || change.type === 'synced') parts.push(change.type)
    else if (Array.isArray(last)) last.push(change)
    else parts.push([change])
  }
  return parts
}

/** Kinds of which nothing has changed stay the very same, and so nothing is drawn anew for them. */
function withChanges(before: Things, changes: readonly FeedChange[]): Things {
  const editable = <T>(map: ReadonlyMap<string, T>): (() => Map<string, T>) => {
    let copy: Map<string, T> | undefined
    return () => (copy ??= new Map(map))
  }
  const ranges = editable(before.ranges)
  const nodes = editable(before.nodes)
  const networks = editable(before.networks)
  const events = editable(before.events)
  const maps: Readonly<Record<string, () => Map<string, unknown>>> = {
    Range: ranges,
    Node: nodes,
    Network: networks,
    Event: events,
  }
  let { controller } = before
  const touched = new Set<string>()
  for (const change of changes) {
    if (change.type === 'gone' && maps[change.kind] !== undefined) {
      touched.add(change.kind)
      maps[change.kind]?.().delete(change.name)
    } else if (change.type === 'is') {
      const { view } = change
      touched.add(view.kind)
      const name = feedNameOf(view)
      if (view.kind === 'Range') ranges().set(name, view)
      else if (view.kind === 'Node') nodes().set(name, view)
      else if (view.kind === 'Network') networks().set(name, view)
      else if (view.kind === 'Event') events().set(name, view)
      else if (view.kind === 'Controller') controller = view
    }
  }
  if (touched.has('Event') && events().size > MOST_EVENTS)
    for (const id of [...events().keys()].toSorted((one, other) => Number(one) - Number(other)).slice(0, -MOST_EVENTS))
      events().delete(id)
  return {
    ranges: touched.has('Range') ? ranges() : before.ranges,
    nodes: touched.has('Node') ? nodes() : before.nodes,
    networks: touched.has('Network') ? networks() : before.networks,
    events: touched.has('Event') ? events() : before.events,
    controller,
  }
}
