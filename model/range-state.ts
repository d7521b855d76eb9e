import { type Condition, SUSPENDED } from './condition.ts'
import type { RangeState } from './api/range-view.ts'

/** Reasons that say no more than that work goes on, which the steps of the work tell already. */
export const WORKING: ReadonlySet<string> = new Set(['Progressing', 'Pending'])

/** Reasons of a range of which nothing is left, as its file or a person asked. */
const AWAY: ReadonlySet<string> = new Set(['Absent', 'Destroyed'])

/** How a range stands in one word, by its `Ready` condition. */
export function stateOf(ready: Pick<Condition, 'status' | 'reason'> | undefined): RangeState {
  if (ready === undefined) return 'Unknown'
  if (AWAY.has(ready.reason)) return 'Absent'
  if (ready.status === 'True') return 'Ready'
  if (ready.reason === SUSPENDED) return 'Suspended'
  if (WORKING.has(ready.reason)) return 'Progressing'
  return ready.status === 'Unknown' ? 'Unknown' : 'NotReady'
}
