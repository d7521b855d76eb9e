import type { Action } from './actions.ts'
import { actionsOf } from './actions-of.ts'
import type { RangePlan } from './range-plan.ts'

/** A range's actions without the networks, which are shown once for all. */
export const ownActions = (plan: RangePlan): readonly Action[] =>
  actionsOf({ ...plan, network: { ...plan.network, actions: [] } })

/** What is in the way of its VMs, a sentence each. */
export const blockedIn = ({ vms }: RangePlan): readonly string[] =>
  vms.flatMap(({ step }) => (step.kind === 'blocked' ? [step.finding.message] : []))

/** Its VMs of which it is not known what is to be done, or that are worked on, a sentence each. */
export const waitingIn = ({ vms }: RangePlan): readonly string[] =>
  vms.flatMap(({ spec, step, phase, message }) => {
    if (step.kind === 'wait' || (step.kind === 'leftover' && !step.repair)) return [`vm ${spec.name}: ${message}`]
    const isUnknown = (step.kind === 'continue' || step.kind === 'shutdown') && phase === 'unknown'
    return isUnknown ? [`vm ${spec.name}: Proxmox does not tell its state yet`] : []
  })
