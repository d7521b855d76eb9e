import { createHash } from 'node:crypto'
import type { ControllerView } from '../../model/api/cluster-views.ts'
import { removalKey } from '../../model/file-removal.ts'
import type { WaitingSet } from '../../model/prune.ts'

/** Stands for exactly these ranges with exactly these VMs, and how their files left: another set has another. */
export function keyOf({ ranges }: WaitingSet): string {
  const said = ranges.map(({ id, vms, removal }) => [
    id,
    removal === undefined ? '' : removalKey(removal),
    vms.map(({ vmid, name, node }) => [vmid, name, node]),
  ])
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32)
}

/** What waits for a person, as the API tells of it. */
export const waitingView = (waiting: WaitingSet): NonNullable<ControllerView['waiting']> => ({
  key: keyOf(waiting),
  why: [...waiting.why],
  ranges: waiting.ranges.map(({ id, vms, removal }) => ({
    name: id,
    vms: vms.map(({ vmid, name, node }) => ({ vmid, name, node })),
    ...(removal?.by === undefined ? {} : { removedBy: removal.by.id }),
  })),
})
