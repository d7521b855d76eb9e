import type { Action, RemovalAction } from '../../model/plan/actions.ts'
import { changeOf } from '../../model/plan/change-of.ts'
import type { PlanReport } from '../../model/plan/plan-report.ts'
import type { SavedAction } from '../../model/saved-plan.ts'
import { ownActions } from '../../model/plan/shown-range.ts'

/** An action, and the range that it is for; undefined: networks, which are made for all together. */
export interface ListedAction {
  readonly range: string | undefined
  readonly action: Action | RemovalAction
}

/** All actions of a report, networks first, in the order in which they are shown. */
export const actionsIn = ({ networkActions, removals, plans }: PlanReport): readonly ListedAction[] => [
  ...networkActions.map((action): ListedAction => ({ range: undefined, action })),
  ...removals.flatMap(({ rangeId, actions }) => actions.map((action): ListedAction => ({ range: rangeId, action }))),
  ...plans.flatMap((plan) => ownActions(plan).map((action): ListedAction => ({ range: plan.rangeId, action }))),
]

/** Stands for an action: kind and object, in one order of keys, without its reason, which tells of loads and the like. */
const keyOf = ({ reason: _, ...what }: Action | RemovalAction): string => stableJson(what)

/** JSON in one order of keys; what is undefined is not there. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${stableJson(each)}`).join(',')}}`
}

export const savedAction = ({ range, action }: ListedAction): SavedAction => ({
  range: range ?? null,
  ...changeOf(action),
  why: action.reason,
  key: keyOf(action),
})
