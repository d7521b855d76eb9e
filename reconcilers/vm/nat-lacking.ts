import type { VmPlan } from '../../model/plan/vm-plan.ts'

/** What to do about a router that is on a node without the NAT network: it is never moved by itself. */
export const NAT_LACKING_REMEDY = 'let that zone reach the node (see ZoneReady), or move the VM to one that has it'

/**
 * A plan that would start a router where its node lacks the NAT network, as one that waits for a person: Proxmox would refuse each start
 * with the words that a bridge does not exist, which no apply mends.
 *
 * @param withoutNat node -> why, as the end of a sentence about the node
 */
export function heldWithoutNat(plan: VmPlan, withoutNat: ReadonlyMap<string, string>): VmPlan {
  const { spec, step, phase } = plan
  const starts = step.kind === 'continue' && (step.power === 'on' || phase === 'starting')
  const why = spec.role === 'router' && starts ? withoutNat.get(step.at) : undefined
  if (why === undefined || step.kind !== 'continue') return plan
  const message = `vm ${spec.name}: its node ${step.at} ${why}, so it is not started; ${NAT_LACKING_REMEDY}`
  return {
    ...plan,
    step: { kind: 'blocked', finding: { reason: 'NodeNetworkMissing', message }, at: step.at },
    message,
  }
}
