import type { JSX } from 'preact'
import type { EventView } from '../../model/api/event-view.ts'
import { EventList, eventsOf } from './event-list.tsx'
import { useGrowing } from './growing.ts'
import { filterBy, setFilter, toggledHref } from './place.ts'
import { hasWords } from './search.ts'
import { events, isSynced, ranges } from './store.ts'
import { count } from './words.ts'

const STEP = 30

/** All that happened, the latest first. */
export function EventsPage(): JSX.Element {
  const range = filterBy('range')
  const type = filterBy('type')
  const searched = filterBy('q')
  const all = eventsOf(events.value, range === '' ? undefined : range)
  const shown = all.filter(
    (event) => (type === '' || event.type === type) && (searched === '' || hasWords(textOf(event), searched)),
  )
  const many = useGrowing(shown.length, STEP, `${range} ${type} ${searched}`)
  // Of who has chosen it is told aloud how many there are; else each event would be told.
  const isFiltered = range !== '' || type !== '' || searched !== ''
  const names = [...new Set([...ranges.value.keys(), ...(range === '' ? [] : [range])])].toSorted()
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>Timeline</h1>
        <p class="meta" role={isFiltered ? 'status' : undefined}>
          {count(shown.length, 'event')}
        </p>
      </div>
      <div class="filters">
        <a class="chip" href={toggledHref('type', 'Warning')} aria-current={type === 'Warning' ? 'true' : undefined}>
          Only warnings
        </a>
        <label>
          Range{' '}
          <select value={range} onChange={({ currentTarget }) => setFilter('range', currentTarget.value)}>
            <option value="">all</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {isFiltered && <a href="#/events">Show all</a>}
      </div>
      {shown.length === 0 && isSynced.value ? (
        <p class="empty">
          {all.length === 0 ? 'Nothing has happened yet that would be worth telling.' : 'No event is like that.'}
        </p>
      ) : (
        <EventList events={shown.slice(0, many)} hasRange />
      )}
    </>
  )
}

const textOf = ({ reason, message, object, range, by }: EventView): string =>
  [reason, message, object.name, range, by].join(' ')
