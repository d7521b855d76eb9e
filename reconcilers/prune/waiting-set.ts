import { type FileRemoval, removalKey } from '../../model/file-removal.ts'
import type { WaitingRange, WaitingSet, WaitingVm } from '../../model/prune.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { Mistake } from './prune-words.ts'

/**
 * Ranges with the VMs that are in their pools now, and who removed their files, for a person to approve of. Undefined when Proxmox does not tell the
 * name of one of them yet, which takes 10 s at most.
 */
export function waitingSetOf(
  rangeIds: readonly string[],
  why: readonly string[],
  { guests }: Pick<ClusterSnapshot, 'guests'>,
  removals: ReadonlyMap<string, FileRemoval> = new Map(),
): WaitingSet | undefined {
  const ranges = rangeIds.map((id): WaitingRange | undefined => {
    const own = guests.filter(({ kind, template, pool }) => kind === 'qemu' && !template && pool === id)
    const vms = own.flatMap(({ vmid, name, node }): readonly WaitingVm[] =>
      name === undefined ? [] : [{ vmid, name, node }],
    )
    const removal = removals.get(id)
    const how = removal === undefined ? {} : { removal }
    return vms.length < own.length ? undefined : { id, ...how, vms: vms.sort((a, b) => a.vmid - b.vmid) }
  })
  const named = ranges.filter((range) => range !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
  return named.length < ranges.length ? undefined : { why, ranges: named }
}

/**
 * What an answer to one set has to do with another: `same` ranges with the same VMs, wherever those are and whatever the cause, whose files
 * the same commits removed.
 */
export function compareSets(answer: WaitingSet, waiting: WaitingSet): 'same' | Mistake {
  if (textOf(answer) !== textOf(waiting)) return 'ranges'
  return removalsOf(answer) === removalsOf(waiting) ? 'same' : 'removals'
}

const removalsOf = ({ ranges }: WaitingSet): string =>
  JSON.stringify(ranges.map(({ removal }) => (removal === undefined ? null : removalKey(removal))))
const textOf = ({ ranges }: WaitingSet): string =>
  JSON.stringify(ranges.map(({ id, vms }) => [id, vms.map(({ vmid, name }) => [vmid, name])]))
