import { SUSPENDED } from '../../model/condition.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import type { Revision } from '../../model/revision.ts'

/** How a range stands to what its file says now. `message`: as statuses tell it. */
export type RangeStanding =
  /** It was Ready with that. What becomes of it later, a VM that somebody stops for example, is not the commit's doing. */
  | { readonly kind: 'reached' }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  /** Something other than work keeps it from going on: another wave, a freeze. */
  | { readonly kind: 'held'; readonly reason: string; readonly message: string }
  | { readonly kind: 'working' }
  /** Its file tells Lanista to leave it alone. */
  | { readonly kind: 'suspended' }

/** Reasons of `Ready` that say no more than that work goes on. */
const WORKING: ReadonlySet<string> = new Set(['Progressing', 'Pending'])

/** By what its status says of conditions and revisions. */
export function standingOf(status: RangeStatus): RangeStanding {
  const { revisions } = status
  const ready = readyConditionOf(status)
  if (revisions !== undefined && isSame(revisions.reached, revisions.seen)) return { kind: 'reached' }
  if (revisions?.held !== undefined) {
    const { reason, message } = revisions.held
    return { kind: reason === 'Invalid' ? 'failed' : 'held', reason, message }
  }
  const invalid = status.conditions.find(({ type, status: holds }) => type === 'SpecValid' && holds === 'False')
  if (invalid !== undefined) return { kind: 'failed', reason: invalid.reason, message: invalid.message }
  if (ready?.reason === SUSPENDED) return { kind: 'suspended' }
  const actsOnIt = revisions === undefined || isSame(revisions.actedOn, revisions.seen)
  if (ready === undefined || !actsOnIt || ready.status === 'Unknown' || WORKING.has(ready.reason))
    return { kind: 'working' }
  return ready.status === 'True'
    ? { kind: 'reached' }
    : { kind: 'failed', reason: ready.reason, message: ready.message }
}

/** The same content of the same commit: one that comes back with another commit has to be reached again. */
const isSame = (a: Revision | undefined, b: Revision): boolean =>
  a !== undefined && a.digest === b.digest && a.commit?.id === b.commit?.id
