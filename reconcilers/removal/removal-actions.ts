import type { RemovalAction } from '../../model/plan/actions.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { RemovalPlan } from './plan-removal.ts'

/** What a planned removal does to VMs and the pool, and in words what follows. Networks are planned for all ranges together. */
export function removalActions(
  { rangeId, why }: RemovalOrder,
  plan: RemovalPlan,
  { pools }: Pick<ClusterSnapshot, 'pools'>,
): readonly RemovalAction[] {
  const reason = `range ${rangeId} is to go (${why})`
  const pool = (after: string): readonly RemovalAction[] =>
    pools.includes(rangeId) ? [{ kind: 'delete-pool', pool: rangeId, reason: `${after}${reason}` }] : []
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
