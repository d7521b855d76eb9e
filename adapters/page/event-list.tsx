import type { JSX } from 'preact'
import type { EventView } from '../../model/api/event-view.ts'
import { drawnOnce } from './growing.ts'
import { Ago, Symbol } from './marks.tsx'
import { Message } from './message.tsx'
import { hrefOf, rangeHref } from './route.ts'
import { shortId } from './words.ts'

/** The latest first. @param range of one range; undefined: all */
export const eventsOf = (all: ReadonlyMap<string, EventView>, range?: string): readonly EventView[] =>
  [...all.values()]
    .filter((event) => range === undefined || event.range === range)
    .toSorted((one, other) => Date.parse(other.lastTime) - Date.parse(one.lastTime) || other.id - one.id)

/** Events with what happened, how often, to what, and by whom. @param hasRange whether each names its range */
export function EventList({
  events,
  hasRange,
}: {
  readonly events: readonly EventView[]
  readonly hasRange: boolean
}): JSX.Element {
  if (events.length === 0) return <p class="meta">Nothing is told of.</p>
  const draw = hasRange ? withRange : withoutRange
  return <ol class="events">{events.map(draw)}</ol>
}

const withRange = drawnOnce((event: EventView) => <Item key={event.id} event={event} hasRange />)
const withoutRange = drawnOnce((event: EventView) => <Item key={event.id} event={event} hasRange={false} />)

function Item({ event, hasRange }: { readonly event: EventView; readonly hasRange: boolean }): JSX.Element {
  const { type, reason, message, object, range, count, firstTime, lastTime, by, revision } = event
  return (
    <li class={type === 'Warning' ? 'bad' : 'plain'}>
      <p class="line">
        {type === 'Warning' && <Symbol mark="warn" />}
        <span class="reason">
          {type === 'Warning' && <span class="hidden">Warning: </span>}
          {reason}
        </span>
        <ObjectLink object={object} range={range} hasRange={hasRange} />
        <span class="meta">
          <Ago at={lastTime} />
          {count > 1 && (
            <>
              , {count} times, first <Ago at={firstTime} />
            </>
          )}
          {by !== undefined && `, by ${by}`}
          {revision !== undefined && ` at ${shortId(revision)}`}
        </span>
      </p>
      <Message text={message} hasRemedy={type === 'Warning'} />
    </li>
  )
}

function ObjectLink({
  object: { kind, name },
  range,
  hasRange,
}: {
  readonly object: EventView['object']
  readonly range: string | undefined
  readonly hasRange: boolean
}): JSX.Element | null {
  if (kind === 'Range') return hasRange ? <a href={rangeHref(name)}>{name}</a> : null
  if (kind === 'Vm') return range === undefined ? <span>{name}</span> : <a href={rangeHref(range, name)}>{name}</a>
  if (kind === 'Node') return <a href={hrefOf({ view: 'nodes', name })}>{name}</a>
  if (kind === 'Network') return <a href={hrefOf({ view: 'networks', filter: { q: name } })}>{name}</a>
  return null
}
