import { diagnosticLine, warningLine } from '../../model/diagnostic.ts'
import type { Action, RemovalAction } from '../../model/plan/actions.ts'
import { type Change, changeOf } from '../../model/plan/change-of.ts'
import type { PlanReport } from '../../model/plan/plan-report.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { blockedIn, ownActions, waitingIn } from '../../model/plan/shown-range.ts'
import type { Paint, Style } from './paint.ts'

/** A plan for people: `+` is created, `~` is changed, `-` is removed, `!` is in the way; each with the reason. */
export function planText(report: PlanReport, paint: Paint): readonly string[] {
  const { networkActions, removals, plans, zoneFindings, refused, suspended, held, withoutFile } = report
  const { away, unknown, warnings, diagnostics } = report
  const leaving = removals.flatMap(({ actions }) => actions)
  const going = leaving.map((action) => actionLine(action, paint))
  const networks = networkActions.map((action) => actionLine(action, paint))
  const ranges = plans.flatMap((plan) => rangeLines(plan, paint))
  // A place in a file comes first, so that terminals and editors make a link of it.
  const troubles = [...diagnostics.map(diagnosticLine), ...refused.map(({ message }) => `! ${message}`)].map((text) =>
    paint('red', text),
  )
  const remarks = [
    ...suspended,
    ...held,
    ...withoutFile,
    ...away,
    ...unknown,
    ...zoneFindings.map(({ message }) => `warning: ${message}`),
  ]
    .map((text) => `# ${text}`)
    .concat(warnings.map(warningLine))
    .map((text) => paint('yellow', text))
  const changes = networkActions.length + leaving.length + plans.reduce((sum, plan) => sum + ownActions(plan).length, 0)
  const inTheWay = troubles.length + plans.reduce((sum, plan) => sum + blockedIn(plan).length, 0)
  return [
    ...(going.length === 0 ? [] : [paint('bold', 'ranges that are to go'), ...going, '']),
    ...(networks.length === 0 ? [] : [paint('bold', 'networks, for all ranges together'), ...networks, '']),
    ...ranges,
    ...(troubles.length === 0 ? [] : [...troubles, '']),
    ...(remarks.length === 0 ? [] : [...remarks, '']),
    summary(plans.length, changes, [
      [inTheWay, 'in the way'],
      [suspended.length, 'suspended'],
      [held.length, 'held back'],
      [withoutFile.length, 'without a file'],
    ]),
  ]
}

function rangeLines(plan: RangePlan, paint: Paint): readonly string[] {
  const blocked = blockedIn(plan).map((message) => paint('red', `  ! ${message}`))
  const waiting = waitingIn(plan).map((message) => paint('yellow', `  ? ${message}`))
  const actions = ownActions(plan).map((action) => actionLine(action, paint))
  const notes = plan.notes.map((note) => paint('dim', `  # ${note}`))
  const quiet =
    actions.length + blocked.length + waiting.length === 0 ? [`  nothing to do: ${plan.vms.length} VMs as asked`] : []
  return [
    paint('bold', `range ${plan.rangeId} (number ${plan.number})`),
    ...actions,
    ...blocked,
    ...waiting,
    ...quiet,
    ...notes,
    '',
  ]
}

const STYLES: Readonly<Record<Change['sign'], Style>> = { '+': 'green', '~': 'yellow', '-': 'red' }

function actionLine(action: Action | RemovalAction, paint: Paint): string {
  const { sign, what } = changeOf(action)
  return `${paint(STYLES[sign], `  ${sign} ${what}`)}: ${action.reason}`
}

function summary(ranges: number, changes: number, further: readonly (readonly [number, string])[]): string {
  const parts = [
    `${ranges} ${ranges === 1 ? 'range' : 'ranges'}`,
    changes === 0 ? 'nothing to change' : `${changes} ${changes === 1 ? 'change' : 'changes'}`,
  ]
  return [...parts, ...further.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))].join(', ')
}

/** What is found of a range, with its name in front unless it begins with that itself. */
export const ofRange = (id: string, message: string): string =>
  message.startsWith(`range ${id}:`) ? message : `range ${id}: ${message}`
