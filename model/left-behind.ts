import type { EventView } from './api/event-view.ts'
import type { RangeStatus } from './range-status.ts'

/** What the last Lanista of a state directory has left there, for who asks while none runs. */
export interface LeftBehind {
  /** In order of their ids. */
  readonly statuses: readonly RangeStatus[]
  /** When the newest of them was written, in epoch milliseconds; undefined when there are none. */
  readonly writtenAt: number | undefined
  /** Oldest first. */
  readonly events: readonly EventView[]
}
