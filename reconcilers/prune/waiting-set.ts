import type { WaitingRange, WaitingSet, WaitingVm } from '../../model/prune.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/**
 * Ranges with the VMs that are in their pools now, for a person to approve of. Undefined when Proxmox does not tell the
 * name of one of them yet, which takes 10 s at most.
 */
export function waitingSetOf(
  rangeIds: readonly string[],
  why: readonly string[],
  { guests }: Pick<ClusterSnapshot, 'guests'>,
): WaitingSet | undefined {
  const ranges = rangeIds.map((id): WaitingRange | undefined => {
    const own = guests.filter(({ kind, template, pool }) => kind === 'qemu' && !template && pool === id)
    const vms = own.flatMap(({ vmid, name, node }): readonly WaitingVm[] =>
      name === undefined ? [] : [{ vmid, name, node }],
    )
    return vms.length < own.length ? undefined : { id, vms: vms.sort((a, b) => a.vmid - b.vmid) }
  })
  const named = ranges.filter((range) => range !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
  return named.length < ranges.length ? undefined : { why, ranges: named }
}

/** Whether two sets are of the same ranges with the same VMs, wherever those are and whatever the cause. */
export const isSameSet = (a: WaitingSet, b: WaitingSet): boolean => textOf(a) === textOf(b)

const textOf = ({ ranges }: WaitingSet): string =>
  JSON.stringify(ranges.map(({ id, vms }) => [id, vms.map(({ vmid, name }) => [vmid, name])]))
