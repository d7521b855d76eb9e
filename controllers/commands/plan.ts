import { removalOf } from '../../model/destroy-order.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import { type PlanSettings, planSettingsOf } from '../../model/plan-settings.ts'
import { actionsOf } from '../../model/plan/actions-of.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import { holdsOf } from '../../reconcilers/migration/holds.ts'
import { printable } from '../../model/printable.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { orderOfFile } from '../../model/removal.ts'
import type { RangeFiles } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { nodeRemedy } from '../../reconcilers/placement/decide.ts'
import type { PlanResult } from '../../reconcilers/range/plan-range.ts'
import { checkDefaultNode } from '../../reconcilers/range/check-against-cluster.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import { planTurn, unbroken } from '../../reconcilers/range/plan-turn.ts'
import { NO_PROMISES } from '../../reconcilers/range/promises.ts'
import { planNetworks } from '../../reconcilers/range/plan-networks.ts'
import { withoutNode } from '../../reconcilers/range/without-node.ts'
import type { Composition } from './composition.ts'
import { suspendedText } from '../range/range-conditions.ts'
import { destroyedText } from '../removal/removal-conditions.ts'
import { absenceText } from '../terminal/absence-text.ts'
import type { Paint } from '../terminal/paint.ts'
import { ofRange, type PlanReport, planText } from '../terminal/plan-text.ts'
import { ordersInForce, type PlannedRemoval, removalsOf } from './plan-removals.ts'
import { mayBeUnseen, rangesWithoutFile, unknownOrders } from './plan-without-file.ts'
import { lookNow } from './look-now.ts'
import { type FolderRead, readFolder } from './read-folder.ts'

export interface PlanOptions {
  readonly config: string
  /** Tell what this node's absence would mean, in place of the changes. */
  readonly withoutNode: string | undefined
}

/**
 * `lanista plan`: what a run would change and why. Writes nothing.
 *
 * @returns the exit status: 0 nothing to do, 2 changes, 1 something is in the way, or a range is suspended or has no file
 */
export async function planCommand(
  options: PlanOptions,
  composition: Composition,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const config = await composition.loadConfig(options.config)
  const { proxmox, files, destroyOrders, migration, prune, ordersUntold } = await composition.connect(
    config,
    composition.openLog(),
  )
  const folder = await readFolderOrSay(files, composition.clock.now())
  const { warnings, diagnostics } = folder
  const destroyed = await ordersInForce(folder, files, destroyOrders)
  const present = folder.awake.filter(({ state }) => state === 'present')
  const specs = present.filter(({ id }) => !destroyed.some(({ rangeId }) => rangeId === id))
  const settings = planSettingsOf(config)
  const orderedIds = destroyed.map(({ rangeId }) => rangeId)
  const { snapshot, warnings: untold } = await lookNow(proxmox, [...folder.ids, ...orderedIds], signal)
  if (options.withoutNode !== undefined)
    return planWithout(
      options.withoutNode,
      [...specs, ...folder.suspended, ...folder.kept],
      snapshot,
      settings,
      paint,
      print,
    )
  const journal = await migration.journal.read()
  const planned = specs.length === 0 ? [] : planAll(specs, snapshot, settings, journal)
  const destroying = destroyed.filter(({ carriedOut }) => !carriedOut).map(removalOf)
  const orders = [...folder.awake.filter(({ state }) => state === 'absent').map(orderOfFile), ...destroying]
  const removals = orders.length === 0 ? [] : await removalsOf(orders, snapshot, proxmox, settings, signal)
  const justGone = removals.flatMap(({ order, gone }) => (gone && destroying.includes(order) ? [order] : []))
  const away = [...destroyed.filter(({ carriedOut }) => carriedOut).map(removalOf), ...justGone].map(destroyedText)
  const suspended = [...folder.suspended.map(suspendedText), ...folder.held]
  const pruneNow = { ...config.lanista.prune, seen: await prune.seenFiles.read(), asked: await prune.approvals.asked() }
  const { refused, ...ofRanges } = reportOf(planned, removals, settings)
  const report = {
    ...ofRanges,
    refused: folder.trouble === undefined ? refused : [...refused, folder.trouble],
    suspended,
    withoutFile:
      folder.trouble === undefined ? rangesWithoutFile(snapshot, [...folder.ids, ...orderedIds], pruneNow) : [],
    away,
    unknown: [...untold, ...mayBeUnseen(snapshot), ...unknownOrders(present, snapshot, await ordersUntold())],
    warnings,
    diagnostics,
  }
  for (const line of planText(report, paint)) print(line)
  return exitStatusOf(report)
}

/** A folder that can't be read keeps nobody from seeing what else is in the way: nothing is known of ranges' files then. */
async function readFolderOrSay(files: RangeFiles, now: number): Promise<FolderRead & { readonly trouble?: string }> {
  try {
    return await readFolder(files, now)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {
      ids: [],
      awake: [],
      suspended: [],
      kept: [],
      held: [],
      warnings: [],
      diagnostics: [],
      trouble: error.message,
    }
  }
}

/** `lanista plan --without-node`. Status 0: no VM of a range would be down, 2: all could be created anew, 1: some could not. */
function planWithout(
  node: string,
  specs: readonly RangeSpec[],
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  paint: Paint,
  print: (line: string) => void,
): number {
  const nodes = snapshot.nodes.map(({ name }) => name)
  if (!nodes.includes(node))
    throw new UserError(
      `--without-node ${printable(node)}: it is not a node of this cluster; ${nodeRemedy(node, nodes)}`,
    )
  const report = withoutNode(node, specs, snapshot, settings, networkModeOf(snapshot, settings))
  for (const line of absenceText(report, paint)) print(line)
  if (report.down.length === 0) return 0
  return report.down.every(({ elsewhere }) => elsewhere.kind === 'possible') && !report.losesQuorum ? 2 : 1
}

/** 1 when something is in the way, or it can't be told of a range whether it is as asked; 2 when there are changes. */
function exitStatusOf(report: PlanReport): number {
  const { networkActions, removals, plans, refused, suspended, withoutFile, diagnostics } = report
  const blocked = plans.some(({ vms }) => vms.some(({ step }) => step.kind === 'blocked'))
  if (refused.length > 0 || diagnostics.length > 0 || suspended.length + withoutFile.length > 0 || blocked) return 1
  return networkActions.length + removals.length > 0 || plans.some((plan) => actionsOf(plan).length > 0) ? 2 : 0
}

interface PlannedRange {
  readonly spec: RangeSpec
  readonly result: PlanResult
  readonly snapshot: ClusterSnapshot
}

/** As one turn of a run plans them. */
function planAll(
  specs: readonly RangeSpec[],
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
  journal: MigrationJournal | undefined,
): readonly PlannedRange[] {
  const mode = networkModeOf(snapshot, settings)
  const ground = groundOf(snapshot, settings, mode, new Map(), holdsOf(journal, mode))
  const { results } = planTurn(specs, ground, NO_PROMISES)
  return specs.flatMap((spec) => {
    const result = results.get(spec)
    return result === undefined ? [] : [{ spec, result: unbroken(result), snapshot }]
  })
}

/** The networks of all ranges are planned together, as a run does: one apply for all. */
function reportOf(
  planned: readonly PlannedRange[],
  removals: readonly PlannedRemoval[],
  settings: PlanSettings,
): Pick<PlanReport, 'networkActions' | 'removals' | 'plans' | 'zoneFindings' | 'refused'> {
  const plans = planned.flatMap(({ result }) => (result.kind === 'planned' ? [result.plan] : []))
  const refused = planned.flatMap(({ spec, result }) =>
    result.kind === 'refused' ? [ofRange(spec.id, result.finding.message)] : [],
  )
  const wants = plans.map(({ network }) => network.wants)
  const going = removals.flatMap(({ wants: its }) => its ?? [])
  const waiting = removals.flatMap(({ inTheWay }) => inTheWay ?? [])
  const snapshot = planned[0]?.snapshot ?? removals[0]?.snapshot
  const misconfigured = (snapshot === undefined ? [] : checkDefaultNode(snapshot, settings)).map(
    ({ finding, remedy }) => `${finding}; ${remedy}`,
  )
  const networks = snapshot && planNetworks([...wants, ...going], snapshot, settings)
  return {
    networkActions: networks?.actions ?? [],
    removals: removals.flatMap(({ actions }) => actions),
    plans,
    // All ranges of a turn see the same zone; of one that can't be used the refusals tell.
    zoneFindings: plans[0]?.zoneFindings ?? [],
    refused: [...misconfigured, ...refused, ...waiting, ...(networks?.stays ?? []).map(({ message }) => message)],
  }
}
