import type { RangeView, VmView } from '../../model/api/range-view.ts'

/** A range that was searched for, and those of its VMs that were meant rather than the range itself. */
export interface RangeHit {
  readonly range: RangeView
  readonly vms: readonly VmView[]
}

const words = (parts: readonly (string | number | undefined)[]): string => parts.join('\n').toLowerCase()

const texts = new WeakMap<RangeView | VmView, string>()

function textOf(view: RangeView | VmView): string {
  const before = texts.get(view)
  if (before !== undefined) return before
  const text =
    view.kind === 'Range'
      ? words([view.name, view.network, view.source, view.reason, view.message, view.suspended?.who])
      : words([view.name, view.address, view.vmid, view.node, view.phase])
  texts.set(view, text)
  return text
}

/**
 * Whether a range, or one of its VMs, has all the words that a person searches for, in whatever case; undefined when not.
 *
 * @param searched words between spaces; none: everything is found
 */
export function findRange(range: RangeView, searched: string): RangeHit | undefined {
  const all = searched.toLowerCase().split(/\s+/).filter(Boolean)
  if (all.every((word) => textOf(range).includes(word))) return { range, vms: [] }
  const vms = range.vms.filter((vm) => all.every((word) => textOf(vm).includes(word)))
  return vms.length === 0 ? undefined : { range, vms }
}

/** Whether a text has all the words that are searched for. */
export const hasWords = (text: string, searched: string): boolean => {
  const lower = text.toLowerCase()
  return searched
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word))
}
