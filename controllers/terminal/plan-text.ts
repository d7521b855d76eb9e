import { diagnosticLine } from '../../model/diagnostic.ts'
import type { Action, RemovalAction } from '../../model/plan/actions.ts'
import { actionsOf } from '../../model/plan/actions-of.ts'
import type { PlanReport } from '../../model/plan/plan-report.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { printable } from '../../model/printable.ts'
import type { Paint } from './paint.ts'

/** A plan for people: `+` is created, `~` is changed, `-` is removed, `!` is in the way; each with the reason. */
export function planText(report: PlanReport, paint: Paint): readonly string[] {
  const { networkActions, removals, plans, zoneFindings, refused, suspended, withoutFile } = report
  const { away, unknown, warnings, diagnostics } = report
  const going = removals.map((action) => actionLine(action, paint))
  const networks = networkActions.map((action) => actionLine(action, paint))
  const ranges = plans.flatMap((plan) => rangeLines(plan, paint))
  const troubles = [...diagnostics.map(diagnosticLine), ...refused].map((text) => paint('red', `! ${text}`))
  const warned = [...zoneFindings.map(({ message }) => message), ...warnings.map(diagnosticLine)]
  const remarks = [...suspended, ...withoutFile, ...away, ...unknown, ...warned.map((text) => `warning: ${text}`)].map(
    (text) => paint('yellow', `# ${text}`),
  )
  const changes =
    networkActions.length + removals.length + plans.reduce((sum, plan) => sum + ownActions(plan).length, 0)
  const inTheWay =
    troubles.length + plans.reduce((sum, { vms }) => sum + vms.filter(({ step }) => step.kind === 'blocked').length, 0)
  return [
    ...(going.length === 0 ? [] : [paint('bold', 'ranges that are to go'), ...going, '']),
    ...(networks.length === 0 ? [] : [paint('bold', 'networks, for all ranges together'), ...networks, '']),
    ...ranges,
    ...(troubles.length === 0 ? [] : [...troubles, '']),
    ...(remarks.length === 0 ? [] : [...remarks, '']),
    summary(plans.length, changes, [
      [inTheWay, 'in the way'],
      [suspended.length, 'suspended'],
      [withoutFile.length, 'without a file'],
    ]),
  ]
}

function rangeLines(plan: RangePlan, paint: Paint): readonly string[] {
  const blocked = plan.vms.flatMap(({ step }) =>
    step.kind === 'blocked' ? [paint('red', `  ! ${step.finding.message}`)] : [],
  )
  const waiting = plan.vms.flatMap(({ spec, step, phase, message }) => {
    if (step.kind === 'wait' || (step.kind === 'leftover' && !step.repair))
      return [paint('yellow', `  ? vm ${spec.name}: ${message}`)]
    const isUnknown = (step.kind === 'continue' || step.kind === 'shutdown') && phase === 'unknown'
    return isUnknown ? [paint('yellow', `  ? vm ${spec.name}: Proxmox does not tell its state yet`)] : []
  })
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

/** A range's actions without the networks, which are shown once for all. */
const ownActions = (plan: RangePlan): readonly Action[] =>
  actionsOf({ ...plan, network: { ...plan.network, actions: [] } })

function actionLine(action: Action | RemovalAction, paint: Paint): string {
  const created = (what: string): string => paint('green', `  + ${what}`) + `: ${action.reason}`
  const changed = (what: string): string => paint('yellow', `  ~ ${what}`) + `: ${action.reason}`
  switch (action.kind) {
    case 'create-pool':
      return created(`pool ${action.pool}`)
    case 'create-vnet':
      return created(`vnet ${action.vnet}`)
    case 'update-vnet':
      return changed(`vnet ${action.vnet}`)
    case 'delete-vnet':
      return paint('red', `  - vnet ${action.vnet}`) + `: ${action.reason}`
    case 'apply-sdn':
      return changed('apply SDN')
    case 'grant-acl':
      return created(`acl ${action.path}: ${action.role} for the group ${action.group}`)
    case 'create-bridge':
      return created(`bridge ${action.bridge} on ${action.node}`)
    case 'update-bridge':
      return changed(`bridge ${action.bridge} on ${action.node}`)
    case 'delete-bridge':
      return paint('red', `  - bridge ${action.bridge} on ${action.node}`) + `: ${action.reason}`
    case 'activate-network':
      return changed(`activate the network of ${action.node}`)
    case 'clone-vm':
      return created(`vm ${action.vm} on ${action.node} as ${action.vmid}`)
    case 'configure-vm':
      return changed(`vm ${action.vm} configured`)
    case 'start-vm':
      return changed(`vm ${action.vm} started`)
    case 'shutdown-vm':
      return changed(`vm ${action.vm} shut down`)
    case 'remove-leftover':
      return paint('red', `  - VM ${action.vmid} on ${action.node}, in place of vm ${action.vm}`) + `: ${action.reason}`
    case 'delete-vm':
      return (
        paint('red', `  - vm ${printable(action.vm)} on ${action.node} (VMID ${action.vmid})`) + `: ${action.reason}`
      )
    case 'delete-network':
      return paint('red', `  - ${action.network}`) + `: ${action.reason}`
    case 'delete-pool':
      return paint('red', `  - pool ${action.pool}`) + `: ${action.reason}`
  }
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
