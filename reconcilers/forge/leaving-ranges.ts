import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'

/** A range that a commit in force has no file of, and that is there. */
export interface LeavingStanding {
  readonly id: string
  /** Nobody removes it: what a person does with it is not the commit's doing. */
  readonly stays: boolean
  readonly reason: string
  /** As a sentence. */
  readonly message: string
}

/** How the ranges stand that are told of and have no file, in order of id; without those of which nothing is left. */
export function leavingIn(ids: readonly string[], statuses: readonly RangeStatus[]): readonly LeavingStanding[] {
  const present = new Set(ids)
  return statuses
    .filter(({ id }) => !present.has(id))
    .flatMap((status): readonly LeavingStanding[] => {
      const { id } = status
      const ready = readyConditionOf(status)
      if (ready === undefined || (ready.status === 'True' && ready.reason !== 'Absent'))
        // That is told of what its file said while there was one.
        return [{ id, stays: false, reason: 'Progressing', message: `range ${id}: its file is gone` }]
      if (ready.status === 'True') return []
      const { reason, message } = ready
      return [{ id, stays: reason === 'FileMissing', reason, message }]
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}
