import { orderOfFile } from '../../model/removal.ts'
import { removalOf } from '../../model/destroy-order.ts'
import { nearest } from '../../model/nearest.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { printable } from '../../model/printable.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { UserError } from '../../model/user-error.ts'
import { goingSections, type RangeDiff, rangeDiff } from '../../reconcilers/diff/range-diff.ts'
import { textsOf } from '../../reconcilers/diff/section.ts'
import { suspendedText } from '../range/range-conditions.ts'
import type { Paint } from '../terminal/paint.ts'
import { paintedDiff } from '../terminal/diff-text.ts'
import { auditAll } from './audit-all.ts'
import type { Composition, Connected } from './composition.ts'
import { lookNow } from './look-now.ts'
import { ordersInForce, removalsOf } from './plan-removals.ts'
import { planAll } from './plan-together.ts'
import { type FolderRead, readFolder } from './read-folder.ts'
import { readOneFile } from './read-one-file.ts'

export interface DiffOptions {
  readonly config: string
  /** A range id, or the path of a range file; undefined: all ranges. */
  readonly what: string | undefined
}

/** Where a command says what it found, and what went wrong. */
export interface DiffOutput {
  readonly paint: Paint
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
}

/**
 * `lanista diff [RANGE|FILE]`: what Proxmox has against what the files ask, field by field, as a unified diff. Writes nothing.
 *
 * @returns the exit status, as diff's: 0 the same, 1 it differs, 2 it is not known of all that was asked about
 */
export async function diffCommand(
  options: DiffOptions,
  composition: Composition,
  output: DiffOutput,
  signal: AbortSignal,
): Promise<number> {
  try {
    return await diff(options, composition, output, signal)
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ProxmoxError)) throw error
    output.complain(error.message)
    return 2
  }
}

async function diff(
  { config: configFile, what }: DiffOptions,
  composition: Composition,
  { paint, print, complain }: DiffOutput,
  signal: AbortSignal,
): Promise<number> {
  const own = what !== undefined && isPath(what) ? await readOneFile(what, composition.checker) : undefined
  const config = await composition.loadConfig(configFile)
  const connected = await composition.connect(config, composition.openLog())
  const asked = await whatIsAsked(connected, composition.clock.now(), own, own === undefined ? what : own.id)
  for (const line of asked.complaints) complain(line)
  const found = await compare(asked, connected, signal)
  for (const line of found.complaints) complain(line)
  let differs = false
  for (const { rangeId, file, diff: ofRange } of found.diffs) {
    const { has, asks } = textsOf(ofRange.sections)
    if (has === asks) continue
    differs = true
    for (const line of paintedDiff(has, asks, { from: `proxmox/${rangeId}`, to: file, notes: ofRange.notes }, paint))
      print(line)
  }
  if (asked.complaints.length + found.complaints.length > 0) return 2
  return differs ? 1 : 0
}

/** As a shell completes one: a range id has neither. */
const isPath = (what: string): boolean => what.includes('/') || /\.ya?ml$/.test(what)

interface Asked {
  readonly folder: FolderRead
  /** All that a run would plan together, and those that were asked about although nothing is changed of them. */
  readonly specs: readonly RangeSpec[]
  readonly isShown: (rangeId: string) => boolean
  /** What is not known of the files. */
  readonly complaints: readonly string[]
}

async function whatIsAsked(
  { files }: Connected,
  now: number,
  own: RangeSpec | undefined,
  id: string | undefined,
): Promise<Asked> {
  const folder = await readFolder(files, now)
  const others = [...folder.awake, ...folder.suspended, ...folder.kept].filter((spec) => spec.id !== own?.id)
  const specs = own === undefined ? others : [...others, own]
  const isShown = (rangeId: string): boolean => id === undefined || rangeId === id
  const broken = folder.ids.filter((each) => isShown(each) && !specs.some((spec) => spec.id === each))
  if (id !== undefined && !folder.ids.includes(id) && own === undefined) throw noSuchRange(id, folder.ids)
  return {
    folder,
    specs,
    isShown,
    complaints: broken.map(
      (each) =>
        `range ${printable(each)}: its file is not valid, so it is not known what it asks for; lanista validate says what is wrong`,
    ),
  }
}

function noSuchRange(id: string, ids: readonly string[]): UserError {
  const meant = nearest(id, ids)
  const remedy = meant === undefined ? 'name one that has a file, or a file' : `did you mean ${printable(meant)}?`
  return new UserError(`range ${printable(id)}: there is no range file of that name; ${remedy}`)
}

interface Compared {
  readonly rangeId: string
  readonly file: string
  readonly diff: RangeDiff
}

async function compare(
  { folder, specs, isShown }: Asked,
  connected: Connected,
  signal: AbortSignal,
): Promise<{ readonly diffs: readonly Compared[]; readonly complaints: readonly string[] }> {
  const { config, proxmox, files, destroyOrders, migration } = connected
  const settings = planSettingsOf(config)
  const destroyed = await ordersInForce(folder, files, destroyOrders)
  const isDestroyed = (rangeId: string): boolean => destroyed.some((order) => order.rangeId === rangeId)
  const present = specs.filter(({ id, state }) => state === 'present' && !isDestroyed(id))
  const { snapshot, warnings } = await lookNow(proxmox, [...folder.ids, ...specs.map(({ id }) => id)], signal)
  const planned =
    present.length === 0 ? [] : planAll(present, snapshot, settings, await migration.journal.read()).ranges
  const complaints = [...warnings]
  const diffs: Compared[] = []
  for (const { spec, result } of planned) {
    if (!isShown(spec.id)) continue
    if (result.kind === 'refused') {
      complaints.push(`range ${spec.id}: ${result.finding.message}`)
      continue
    }
    const audits = await auditAll(result.plan, proxmox.machines, signal)
    complaints.push(...audits.untold)
    const compared = rangeDiff(spec, result.plan, snapshot, audits.read)
    diffs.push({ rangeId: spec.id, file: fileOf(spec), diff: withSuspension(spec, folder, compared) })
  }
  const orders = [
    ...specs.filter(({ state }) => state === 'absent').map(orderOfFile),
    ...destroyed.filter(({ carriedOut }) => !carriedOut).map(removalOf),
  ].filter(({ rangeId }) => isShown(rangeId))
  for (const { order, inTheWay } of await removalsOf(orders, snapshot, proxmox, settings, signal)) {
    const spec = specs.find(({ id }) => id === order.rangeId)
    const notes = [inTheWay ?? `range ${order.rangeId}: it is to go (${order.why})`]
    diffs.push({
      rangeId: order.rangeId,
      file: spec === undefined ? `${order.rangeId} (destroyed)` : fileOf(spec),
      diff: { sections: goingSections(order.rangeId, snapshot), notes },
    })
  }
  return { diffs: diffs.toSorted((a, b) => (a.rangeId < b.rangeId ? -1 : 1)), complaints }
}

const fileOf = ({ source }: RangeSpec): string => source

const withSuspension = (spec: RangeSpec, { suspended, kept }: FolderRead, compared: RangeDiff): RangeDiff => ({
  ...compared,
  notes: [
    ...(suspended.includes(spec) ? [suspendedText(spec)] : []),
    ...(kept.includes(spec)
      ? [`range ${spec.id}: a newer content of its file is held back; this is what is acted on`]
      : []),
    ...compared.notes,
  ],
})
