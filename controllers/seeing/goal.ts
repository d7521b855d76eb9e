import type { RangeView } from '../../model/api/range-view.ts'
import { nearest } from '../../model/nearest.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { about } from './columns.ts'

/** What somebody waits for. */
export type Goal =
  | { readonly kind: 'ready' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'condition'; readonly type: string; readonly status: 'True' | 'False' | 'Unknown' }

const STATUSES = ['True', 'False', 'Unknown'] as const

/** `ready`, `absent`, `condition=TYPE` or `condition=TYPE=STATUS`. Throws `UserError` for anything else. */
export function goalGiven(text: string): Goal {
  const lower = text.toLowerCase()
  if (lower === 'ready' || lower === 'absent') return { kind: lower }
  const [word = '', type = '', status = 'True', ...more] = text.split('=')
  if (word.toLowerCase() === 'condition' && type !== '' && more.length === 0) {
    const known = STATUSES.find((each) => each.toLowerCase() === status.toLowerCase())
    if (known !== undefined) return { kind: 'condition', type, status: known }
    throw new UserError(`--for ${printable(text)}: a condition is True, False or Unknown`)
  }
  const meant = nearest(lower, ['ready', 'absent'])
  throw new UserError(
    `--for ${printable(text)}: it can't be waited for; ${meant === undefined ? 'write ready, absent, or condition=TYPE, such as condition=NetworkReady' : `did you mean ${meant}?`}`,
  )
}

/** What is waited for, in words. */
export const goalText = (goal: Goal): string =>
  goal.kind === 'condition' ? `${goal.type} ${goal.status}` : goal.kind === 'ready' ? 'Ready' : 'gone'

/**
 * Whether a range is where it should be. `stuck`: as long as it is so it does not get there by itself.
 *
 * @param range undefined when nothing of that name is known
 */
export type Standing = { readonly kind: 'reached' | 'under way' | 'stuck'; readonly text: string }

export function standingTowards(goal: Goal, range: RangeView | undefined): Standing {
  if (range === undefined)
    return goal.kind === 'absent'
      ? { kind: 'reached', text: 'gone' }
      : { kind: 'stuck', text: 'there is no range of that name' }
  const { name, state, reason, message, work } = range
  const said = about('ranges', name, message)
  const text = state === 'Ready' ? 'Ready' : `${state}: ${reason === state ? '' : `${reason}: `}${said}`
  if (isReached(goal, range)) return { kind: 'reached', text: goal.kind === 'condition' ? goalText(goal) : state }
  if (state === 'Suspended' || (state === 'Absent' && goal.kind === 'ready')) return { kind: 'stuck', text }
  // At rest, with nothing that would be tried again: only somebody's change helps.
  return { kind: work?.standing === 'stalled' ? 'stuck' : 'under way', text }
}

function isReached(goal: Goal, { state, conditions }: RangeView): boolean {
  switch (goal.kind) {
    case 'ready':
      return state === 'Ready'
    case 'absent':
      return state === 'Absent'
    case 'condition':
      return conditions.some(
        ({ type, status }) => type.toLowerCase() === goal.type.toLowerCase() && status === goal.status,
      )
  }
}
