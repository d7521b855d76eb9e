import type { DestroyOrder, DestroyOrderStore } from '../../model/destroy-order.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { RemovalAction } from '../../model/plan/actions.ts'
import type { NetworkWants } from '../../model/plan/network-plan.ts'
import type { Proxmox, RangeFiles } from '../../model/ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { planRemoval } from '../../reconcilers/removal/plan-removal.ts'
import { removalActions } from '../../reconcilers/removal/removal-actions.ts'
import { stillHolds } from '../removal/destroy-orders.ts'
import { whyRemovalsStay } from '../network/network-use.ts'
import { whyNotRemovable } from '../removal/why-not-removable.ts'
import type { FolderRead } from './read-folder.ts'

/** What `lanista destroy` was told to remove, and is not overtaken by the range's file. */
export async function ordersInForce(
  { awake, suspended }: FolderRead,
  files: RangeFiles,
  store: DestroyOrderStore,
): Promise<readonly DestroyOrder[]> {
  const orders: DestroyOrder[] = []
  for (const id of await store.list()) {
    const order = await store.read(id)
    if (order === undefined) continue
    const file = await files.read(id)
    const waits =
      suspended.some((spec) => spec.id === id) || awake.some((spec) => spec.id === id && spec.state === 'absent')
    if (!waits && file.leftAlone === undefined && stillHolds(order, file) === 'yes') orders.push(order)
  }
  return orders
}

/** What a run would do with one range that is to go. */
export interface PlannedRemoval {
  readonly order: RemovalOrder
  readonly gone: boolean
  readonly snapshot: ClusterSnapshot
  readonly actions: readonly RemovalAction[]
  /** Undefined when nothing is left to remove, or something is in the way. */
  readonly wants: NetworkWants | undefined
  readonly inTheWay: string | undefined
}

/** What a run would do with ranges that are to go. @param snapshot of the cluster as it is now */
export async function removalsOf(
  orders: readonly RemovalOrder[],
  snapshot: ClusterSnapshot,
  proxmox: Pick<Proxmox, 'nics' | 'machines'>,
  settings: PlanSettings,
  signal: AbortSignal,
): Promise<readonly PlannedRemoval[]> {
  const mode = networkModeOf(snapshot, settings)
  const removals: PlannedRemoval[] = []
  for (const order of orders) {
    const plan = planRemoval(order, snapshot, mode, settings)
    const wants = plan.kind === 'networks' ? plan.wants : undefined
    const stays = wants && (await whyRemovalsStay(wants, snapshot, proxmox.nics, signal))
    if (stays?.kind === 'failed') throw stays.error
    const inTheWay = stays?.finding.message ?? (await whyNotRemovable(order, plan, proxmox.machines, signal))
    const actions = inTheWay === undefined ? removalActions(order, plan, snapshot) : []
    removals.push({
      order,
      gone: plan.kind === 'gone',
      snapshot,
      actions,
      wants: stays === undefined ? wants : undefined,
      inTheWay,
    })
  }
  return removals
}
