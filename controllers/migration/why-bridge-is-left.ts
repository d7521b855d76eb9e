import type { FinishPlan } from '../../model/plan/finish-plan.ts'

/** Nobody knows whether such a deletion is carried out after all. */
export const unanswered = (node: string, bridge: string): string =>
  `bridge ${bridge} on node ${node}: Proxmox did not answer when its deletion was to be staged, and it is not gone; run this again`

/** Why something of a node does not go any more. */
export function reasons(stays: FinishPlan['stays'], subject: string): string {
  const own = stays.filter(({ message }) => message.startsWith(subject))
  const all = (own.length > 0 ? own : stays).map(({ message }) => message)
  return all.length > 0 ? all.join('; ') : `${subject}: it is not as it was any more; run this again`
}
