import type { RangeView } from '../../model/api/range-view.ts'
import { actionsOf } from '../../model/plan/actions-of.ts'
import { changeOf } from '../../model/plan/change-of.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { blockedIn, waitingIn } from '../../model/plan/shown-range.ts'

type Changes = NonNullable<RangeView['plan']>['changes']

/** What a plan of a range would change, what is in its way, and what it waits for. */
export const planChanges = (plan: RangePlan): Changes => [
  ...actionsOf(plan).map((action) => {
    const { sign, what } = changeOf(action)
    return { sign, subject: what, text: action.reason }
  }),
  ...blockedIn(plan).map((text) => ({ sign: '!' as const, subject: '', text })),
  ...waitingIn(plan).map((text) => ({ sign: '?' as const, subject: '', text })),
]
