import { type Condition, condition, type Finding, readyOf } from '../../model/condition.ts'
import type { VmStatus } from '../../model/range-status.ts'
import type { RemovalOrder } from '../../model/removal.ts'

/** How far a removal got; `true`: nothing of that is left. A part that is left out is not known yet. */
export interface RemovalFindings {
  readonly machines?: Finding | true
  readonly network?: Finding | true
  readonly pool?: Finding | true
}

/** How it stands with VMs that are going: trouble first. */
export function machinesLeft(
  { rangeId, why }: Pick<RemovalOrder, 'rangeId' | 'why'>,
  vms: readonly Pick<VmStatus, 'trouble'>[],
): Finding {
  const troubles = vms.flatMap(({ trouble }) => trouble ?? [])
  const [first] = troubles
  if (first === undefined)
    return {
      reason: 'Progressing',
      message: `range ${rangeId}: it is to go (${why}); ${vms.length} of its VMs are left`,
    }
  const more = troubles.length > 1 ? ` (and ${troubles.length - 1} more)` : ''
  return {
    reason: 'VmTrouble',
    message: `range ${rangeId}: ${troubles.length} of its VMs are not gone; ${first}${more}`,
  }
}

/**
 * The conditions of a range that is to go. It is Ready when nothing of it is left.
 *
 * @param hasFile whether there is a file of it, which is then valid
 */
export function conditionsOfRemoval(
  { rangeId, why }: Pick<RemovalOrder, 'rangeId' | 'why'>,
  { machines, network, pool }: RemovalFindings,
  hasFile: boolean,
): readonly Condition[] {
  const parts = [
    ...(hasFile ? [condition('SpecValid', true, 'the range file is valid')] : []),
    condition('MachinesReady', machines, 'no VM is left'),
    condition('NetworkReady', network, 'no network is left'),
    condition('PoolReady', pool, 'no pool is left'),
  ]
  const ready = readyOf(parts)
  const message = `range ${rangeId}: nothing of it is left (${why})`
  return [...parts, ready.status === 'True' ? { ...ready, reason: 'Absent', message } : ready]
}

/** The conditions of a range that was destroyed on order while its file, which has not changed since, asks for it. */
export function conditionsOfDestroyed(order: Pick<RemovalOrder, 'rangeId' | 'why'>): readonly Condition[] {
  return [
    condition('SpecValid', true, 'the range file is valid'),
    { type: 'Ready', status: 'False', reason: 'Destroyed', message: destroyedText(order) },
  ]
}

/** That a range was destroyed although its file asks for it, and what to do: one sentence. */
export const destroyedText = ({ rangeId, why }: Pick<RemovalOrder, 'rangeId' | 'why'>): string =>
  `range ${rangeId}: it was destroyed (${why}), although its file asks for it; change the file to have it built again, or remove it, or say state: absent, if the range is to stay away`
