import type { EventView } from './api/event-view.ts'

/** Something that happened, before it is given a number and a time. */
export type EventNews = Pick<EventView, 'type' | 'reason' | 'message' | 'object' | 'range' | 'by' | 'revision'>

/** Where events are written down as they happen. Nobody waits for it, and nothing fails with it. */
export interface EventSink {
  record(news: EventNews): void
}

interface KeptEvents {
  /** What can be read of them, oldest first. */
  readonly events: readonly EventView[]
  /** How much is kept for that, in lines; without end where it can't be told, so that it is made anew. */
  readonly lines: number
}

/** Where events are kept over restarts. Losing them loses nothing but the past. */
export interface EventStore {
  /** Never throws. */
  read(): Promise<KeptEvents>
  /** Adds events, or what has become of some, in place of those with the same id. */
  append(events: readonly EventView[]): Promise<void>
  /** Keeps these alone. */
  replace(events: readonly EventView[]): Promise<void>
}
