import type { OrdersUntold } from '../../model/destroy-order.ts'
import { durationText } from '../../model/duration.ts'
import type { PruneSettings, SeenFile, WaitingSet } from '../../model/prune.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { fileGone } from '../../reconcilers/prune/removal-words.ts'
import { markedRanges, rangeLeft, type RangeLeft } from '../../reconcilers/removal/range-left.ts'

/** What pruning is set to, what it remembers, and what it has asked a person. */
export interface PruneNow extends PruneSettings {
  readonly seen: readonly SeenFile[]
  readonly asked: WaitingSet | undefined
}

/**
 * The ranges that Lanista looked after and that have no file, each with what there is of it and what a run would do: one
 * sentence each, in order of id.
 *
 * @param known ids of ranges that have a file, or that something else is said of
 */
export function rangesWithoutFile(
  snapshot: ClusterSnapshot,
  known: readonly string[],
  prune: PruneNow,
): readonly string[] {
  return [...markedRanges(snapshot)]
    .filter((id) => !known.includes(id))
    .sort()
    .map(
      (id) =>
        `range ${id}: it has no file, and the cluster has ${whatIsThere(id, rangeLeft(id, snapshot))} of it; ${fate(id, prune)}`,
    )
}

function whatIsThere(rangeId: string, { guests, networks, pool }: RangeLeft): string {
  const vms = guests.filter(({ kind, template }) => kind === 'qemu' && !template)
  const running = vms.filter(({ status }) => status === 'running').length
  const counted = `${vms.length} ${vms.length === 1 ? 'VM' : 'VMs'} (${running} running)`
  const all = [...(vms.length === 0 ? [] : [counted]), ...networks, ...(pool ? [`pool ${rangeId}`] : [])]
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : all.join('')
}

function fate(id: string, { enabled, grace, seen, asked }: PruneNow): string {
  const byHand = `put its file back to go on with it, or remove it: lanista destroy ${id}`
  if (!enabled) return `that stays as it is, as lanista.prune is off; ${byHand}`
  const removal = seen.find(({ rangeId }) => rangeId === id)?.removal
  const known = removal === undefined ? '' : `${fileGone(removal)}; `
  if (asked?.ranges.some((range) => range.id === id) === true)
    return `${known}it goes when somebody approves (lanista.prune): ${asked.why.join('; ')}; run lanista approve, or put the file back to keep it`
  if (!seen.some(({ rangeId }) => rangeId === id))
    return `lanista.prune leaves it alone, as its state directory knows of no file of it; ${byHand}`
  return `${known}it goes once its file has been missing for ${durationText(grace)} while lanista run watches (lanista.prune); put the file back to keep it`
}

/** That there may be more ranges than are told, as far as the token's rights hide them. */
export function mayBeUnseen({ unseen }: Pick<ClusterSnapshot, 'unseen'>): readonly string[] {
  const lacking = unseen.filter(({ what }) => what !== 'storages' && what !== 'zone reports')
  if (lacking.length === 0) return []
  const [first] = lacking
  const more = lacking.length > 1 ? ` (and ${lacking.length - 1} more)` : ''
  return [
    `ranges without a file may be there unseen: the API token lacks ${first?.right} on ${first?.path}${more}; ${first?.remedy}`,
  ]
}

/**
 * That there may be an order to destroy which this plan does not know: one that can't be read, or one that is kept where it
 * was given, since nothing on the cluster tells of it once it is carried out.
 *
 * @param present ranges that are to be there
 */
export function unknownOrders(
  present: readonly RangeSpec[],
  snapshot: ClusterSnapshot,
  untold: OrdersUntold | undefined,
): readonly string[] {
  if (untold === undefined) return []
  const subject = `orders of lanista destroy are not known: ${untold.why}`
  if (untold.kind === 'unreadable')
    return [
      `${subject}; a range that one of them is for goes, or stays away; run this as root or as the user that Lanista runs as`,
    ]
  const marked = markedRanges(snapshot)
  const held = new Set(snapshot.guests.flatMap(({ pool }) => pool ?? []))
  const blank = present.map(({ id }) => id).filter((id) => !marked.has(id) && !held.has(id))
  if (blank.length === 0) return []
  return [
    `${subject}; of ${blank.length === 1 ? 'range' : 'ranges'} ${blank.join(', ')} nothing is on the cluster, and one that was destroyed stays away; plan with the state directory of the Lanista that runs here`,
  ]
}
