import { SUSPENDED } from '../../model/condition.ts'
import { WORKING } from '../../model/range-state.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'
import type { Revision } from '../../model/revision.ts'

/**
 * How a range stands to what its file says now. `message`: as statuses tell it. `wasReached`: it was Ready with that before; what became of
 * it since, a VM that somebody stopped for example, is not the commit's doing.
 */
export type RangeStanding =
  /** It is Ready with that. */
  | { readonly kind: 'reached' }
  /** Its file tells Lanista to leave it alone. */
  | { readonly kind: 'suspended' }
  | (NotReached & { readonly wasReached: boolean })

type NotReached =
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  /** Something other than work keeps it from going on: another wave, a freeze. */
  | { readonly kind: 'held'; readonly reason: string; readonly message: string }
  | { readonly kind: 'working' }

/** By what its status says of conditions and revisions. */
export function standingOf(status: RangeStatus): RangeStanding {
  const { revisions } = status
  const ready = readyConditionOf(status)
  const wasReached = revisions === undefined || isSame(revisions.reached, revisions.seen)
  // Ready is what it was until a pass has looked at a newer content; what is reached is told when that has ended.
  if (ready?.status === 'True' && wasReached) return { kind: 'reached' }
  if (ready?.reason === SUSPENDED && revisions?.held === undefined) return { kind: 'suspended' }
  return { ...inTheWayOf(status), wasReached: revisions !== undefined && wasReached }
}

function inTheWayOf(status: RangeStatus): NotReached {
  const { revisions } = status
  if (revisions?.held !== undefined) {
    const { reason, message } = revisions.held
    return { kind: reason === 'Invalid' ? 'failed' : 'held', reason, message }
  }
  const invalid = status.conditions.find(({ type, status: holds }) => type === 'SpecValid' && holds === 'False')
  if (invalid !== undefined) return { kind: 'failed', reason: invalid.reason, message: invalid.message }
  const ready = readyConditionOf(status)
  const actsOnIt = revisions === undefined || isSame(revisions.actedOn, revisions.seen)
  return ready?.status === 'False' && actsOnIt && !WORKING.has(ready.reason)
    ? { kind: 'failed', reason: ready.reason, message: ready.message }
    : { kind: 'working' }
}

/** The same content of the same commit. */
const isSame = (a: Revision | undefined, b: Revision): boolean =>
  a !== undefined && a.digest === b.digest && a.commit?.id === b.commit?.id
