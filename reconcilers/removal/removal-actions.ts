import type { RemovalAction } from '../../model/plan/actions.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { RemovalPlan } from './plan-removal.ts'
import { rangeLeft } from './range-left.ts'

/**
 * What a planned removal does to VMs and the pool, and to networks that have to wait for VMs. Those that have not are planned for
 * all ranges together.
 */
export function removalActions(
  { rangeId, why }: RemovalOrder,
  plan: RemovalPlan,
  snapshot: ClusterSnapshot,
): readonly RemovalAction[] {
  const reason = `range ${rangeId} is to go (${why})`
  const pool = (after: string): readonly RemovalAction[] =>
    snapshot.pools.includes(rangeId) ? [{ kind: 'delete-pool', pool: rangeId, reason: `${after}${reason}` }] : []
  switch (plan.kind) {
    case 'machines':
      return [
        ...plan.guests.map(({ name, vmid, node }): RemovalAction => ({
          kind: 'delete-vm',
          vm: name ?? 'without a name',
          vmid,
          node,
          reason: `shut down first; ${reason}`,
        })),
        ...rangeLeft(rangeId, snapshot).networks.map((network): RemovalAction => ({
          kind: 'delete-network',
          network,
          reason: `after its VMs, unless a guest still has a NIC on it, and with one apply for all; ${reason}`,
        })),
        ...pool('after its VMs and its networks; '),
      ]
    case 'networks':
      return pool('after its networks; ')
    case 'pool':
      return pool('')
    case 'gone':
    case 'progressing':
    case 'waits':
    case 'refused':
      return []
  }
}
