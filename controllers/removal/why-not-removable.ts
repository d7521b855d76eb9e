import type { Machines } from '../../model/machine-ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import { type RemovalPlan, removalWaits } from '../../reconcilers/removal/plan-removal.ts'
import { allThatStays, whyTheyStay } from './removal-of-machines.ts'

/** What would keep a planned removal from beginning, as VMs' own nodes say just now; undefined when nothing would. */
export async function whyNotRemovable(
  order: RemovalOrder,
  plan: RemovalPlan,
  machines: Pick<Machines, 'read'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  switch (plan.kind) {
    case 'refused':
      return `range ${order.rangeId}: ${plan.finding.message}`
    case 'progressing':
      return plan.finding.message
    case 'waits':
      return plan.judged === undefined
        ? plan.finding.message
        : (await allThatStays(order, plan.judged, machines, signal)).message
    case 'machines': {
      const stays = await whyTheyStay(order, plan.guests, machines, signal)
      return stays.length === 0 ? undefined : removalWaits(order, stays).message
    }
    case 'networks':
    case 'pool':
    case 'gone':
      return undefined
  }
}
