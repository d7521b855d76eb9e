import { EVENT_ID, type Event, SCALAR_STYLE } from 'js-yaml'
import type { PlainValue } from './plain-value.ts'

/**
 * The character offset at which the value under a path of keys and indices begins in a plain text; where the path leads
 * further than the text does, that of the deepest part on the way. Takes time in proportion to the text.
 */
export function offsetAt(text: string, { events }: PlainValue, path: readonly PropertyKey[]): number {
  let here = 1
  for (const step of path) {
    const next = childOf(text, events, here, step)
    if (next === undefined) break
    here = next
  }
  return startOf(events[here])
}

/** Where the events of a map's or list's part begin. */
function childOf(text: string, events: readonly Event[], owner: number, step: PropertyKey): number | undefined {
  const isMap = events[owner]?.type === EVENT_ID.MAPPING
  if (!isMap && events[owner]?.type !== EVENT_ID.SEQUENCE) return undefined
  let index = 0
  for (let child = owner + 1; events[child]?.type !== EVENT_ID.POP; index += 1) {
    const value = isMap ? child + 1 : child
    if (isMap ? keyAt(text, events[child]) === String(step) : index === step) return value
    child = endOf(events, value) + 1
  }
  return undefined
}

/** The last of the events of one value. */
function endOf(events: readonly Event[], start: number): number {
  let open = 0
  for (let index = start; index < events.length; index += 1) {
    const type = events[index]?.type
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open += 1
    if (type === EVENT_ID.POP) open -= 1
    if (open === 0) return index
  }
  return events.length
}

const keyAt = (text: string, event: Event | undefined): string | undefined =>
  event?.type === EVENT_ID.SCALAR ? text.slice(event.valueStart, event.valueEnd) : undefined

function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart - (event.style === SCALAR_STYLE.PLAIN ? 0 : 1)
  return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : 0
}
