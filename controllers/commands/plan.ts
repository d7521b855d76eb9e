import { removalOf } from '../../model/destroy-order.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { actionsOf } from '../../model/plan/actions-of.ts'
import type { PlanReport } from '../../model/plan/plan-report.ts'
import { orderOfFile } from '../../model/removal.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition } from './composition.ts'
import { suspendedText } from '../range/range-conditions.ts'
import { destroyedText } from '../removal/removal-conditions.ts'
import type { Paint } from '../terminal/paint.ts'
import { planText } from '../terminal/plan-text.ts'
import { ordersInForce, removalsOf } from './plan-removals.ts'
import { planAll, reportOf } from './plan-together.ts'
import { planWithout } from './plan-without-node.ts'
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
    return planWithout(options.withoutNode, [...specs, ...folder.suspended], snapshot, settings, paint, print)
  const journal = await migration.journal.read()
  const planned = specs.length === 0 ? { ranges: [], nodes: [] } : planAll(specs, snapshot, settings, journal)
  const destroying = destroyed.filter(({ carriedOut }) => !carriedOut).map(removalOf)
  const orders = [...folder.awake.filter(({ state }) => state === 'absent').map(orderOfFile), ...destroying]
  const removals = orders.length === 0 ? [] : await removalsOf(orders, snapshot, proxmox, settings, signal)
  const justGone = removals.flatMap(({ order, gone }) => (gone && destroying.includes(order) ? [order] : []))
  const away = [...destroyed.filter(({ carriedOut }) => carriedOut).map(removalOf), ...justGone].map(destroyedText)
  const suspended = folder.suspended.map(suspendedText)
  const pruneNow = { ...config.lanista.prune, seen: await prune.seenFiles.read(), asked: await prune.approvals.asked() }
  const { refused, ...ofRanges } = reportOf(planned, removals, settings)
  const report = {
    ...ofRanges,
    refused: folder.trouble === undefined ? refused : [...refused, { rangeId: undefined, message: folder.trouble }],
    suspended,
    withoutFile:
      folder.trouble === undefined ? rangesWithoutFile(snapshot, [...folder.ids, ...orderedIds], pruneNow) : [],
    away,
    unknown: [...untold, ...mayBeUnseen(snapshot), ...unknownOrders(present, snapshot, await ordersUntold())],
    warnings,
    diagnostics,
    files: new Map([...folder.awake, ...folder.suspended].map(({ id, source }) => [id, source])),
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
    return { ids: [], awake: [], suspended: [], warnings: [], diagnostics: [], trouble: error.message }
  }
}

/** 1 when something is in the way, or it can't be told of a range whether it is as asked; 2 when there are changes. */
function exitStatusOf(report: PlanReport): number {
  const { networkActions, removals, plans, refused, suspended, withoutFile, diagnostics } = report
  const blocked = plans.some(({ vms }) => vms.some(({ step }) => step.kind === 'blocked'))
  if (refused.length > 0 || diagnostics.length > 0 || suspended.length + withoutFile.length > 0 || blocked) return 1
  return networkActions.length + removals.length > 0 || plans.some((plan) => actionsOf(plan).length > 0) ? 2 : 0
}
