import { removalOf } from '../../model/destroy-order.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { PlanReport } from '../../model/plan/plan-report.ts'
import { orderOfFile } from '../../model/removal.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { UserError } from '../../model/user-error.ts'
import type { Clock } from '../../model/clock.ts'
import type { Connected, ProposedFiles } from './composition.ts'
import { suspendedText } from '../range/range-conditions.ts'
import { destroyedText } from '../removal/removal-conditions.ts'
import { lookNow } from './look-now.ts'
import { ordersInForce, removalsOf } from './plan-removals.ts'
import { planAll, reportOf } from './plan-together.ts'
import { mayBeUnseen, rangesWithoutFile, unknownOrders } from './plan-without-file.ts'
import { holdsOnProposal } from './plan-holds.ts'
import { leavingFilesOf, proposalOf } from './plan-proposal.ts'
import { type FolderRead, readFolder } from './read-folder.ts'

/** What is planned, and who reads it. */
export interface PlanAsked {
  /** The commit whose files are planned; undefined: those in force. */
  readonly proposal: ProposedFiles | undefined
  /** It is read elsewhere and compared with others: what a failure says besides what failed is left out. */
  readonly isShared: boolean
}

/** Looks at the cluster, and plans all ranges of the folder, of the commit in force or of a proposed one. Writes nothing. */
export async function planNow(
  connected: Connected,
  { proposal, isShared }: PlanAsked,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
): Promise<PlanReport> {
  const { config, proxmox, destroyOrders, migration, prune, ordersUntold } = connected
  const files = proposal?.files ?? connected.files
  const folder = await readFolderOrSay(files, clock.now())
  const { warnings, diagnostics } = folder
  const destroyed = await ordersInForce(folder, files, destroyOrders)
  const present = folder.awake.filter(({ state }) => state === 'present')
  const specs = present.filter(({ id }) => !destroyed.some(({ rangeId }) => rangeId === id))
  const settings = planSettingsOf(config)
  const orderedIds = destroyed.map(({ rangeId }) => rangeId)
  const leaving = proposal === undefined ? [] : await leavingFilesOf(proposal, connected.files)
  const known = [...folder.ids, ...orderedIds, ...leaving.map(({ rangeId }) => rangeId)]
  const seen = await lookNow(proxmox, known, signal)
  const { snapshot } = seen
  const journal = await migration.journal.read()
  const planned = specs.length === 0 ? { ranges: [], nodes: [] } : planAll(specs, snapshot, settings, journal)
  const destroying = destroyed.filter(({ carriedOut }) => !carriedOut).map(removalOf)
  const orders = [...folder.awake.filter(({ state }) => state === 'absent').map(orderOfFile), ...destroying]
  const removals = orders.length === 0 ? [] : await removalsOf(orders, snapshot, proxmox, settings, signal)
  const justGone = removals.flatMap(({ order, gone }) => (gone && destroying.includes(order) ? [order] : []))
  const away = [...destroyed.filter(({ carriedOut }) => carriedOut).map(removalOf), ...justGone].map(destroyedText)
  const pruneNow = { ...config.lanista.prune, seen: await prune.seenFiles.read(), asked: await prune.approvals.asked() }
  const hasFreeze = config.lanista.freeze.length > 0
  const held = proposal === undefined ? [] : await holdsOnProposal(proposal, folder, connected.files, hasFreeze)
  const { refused, ...ofRanges } = reportOf(planned, removals, settings)
  const untold = isShared ? seen.silent : seen.warnings
  const unasked = proposal?.untold === undefined ? [] : [`what is in force is not known: ${proposal.untold}`]
  return {
    ...ofRanges,
    refused: folder.trouble === undefined ? refused : [...refused, { rangeId: undefined, message: folder.trouble }],
    suspended: [...folder.suspended.map(suspendedText), ...folder.leftAlone],
    held: folder.held,
    withoutFile: folder.trouble === undefined ? rangesWithoutFile(snapshot, known, pruneNow) : [],
    away,
    unknown: [
      ...held,
      ...unasked,
      ...untold,
      ...mayBeUnseen(snapshot),
      ...unknownOrders(present, snapshot, await ordersUntold()),
    ],
    warnings,
    diagnostics,
    files: new Map([...folder.awake, ...folder.suspended].map(({ id, source }) => [id, source])),
    ...(proposal === undefined ? {} : { proposal: proposalOf(proposal, leaving, snapshot, config.lanista.prune) }),
  }
}

/** A folder that can't be read keeps nobody from seeing what else is in the way: nothing is known of ranges' files then. */
export async function readFolderOrSay(
  files: RangeFiles,
  now: number,
): Promise<FolderRead & { readonly trouble?: string }> {
  try {
    return await readFolder(files, now)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {
      ids: [],
      awake: [],
      suspended: [],
      leftAlone: [],
      kept: [],
      held: [],
      warnings: [],
      diagnostics: [],
      trouble: error.message,
    }
  }
}
