import type { PlanReport } from '../../model/plan/plan-report.ts'
import type { SavedPlan } from '../../model/saved-plan.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { actionsIn } from '../../reconcilers/saved-plan/listed-actions.ts'
import { writesOf } from '../../reconcilers/saved-plan/planned-writes.ts'
import { actionsMoved, groundMoved } from '../../reconcilers/saved-plan/what-moved.ts'
import { groundNow } from '../saved-plan/make-saved-plan.ts'
import { pinnedFiles } from '../saved-plan/pinned-files.ts'
import { plannedAlone } from '../saved-plan/planned-alone.ts'
import type { Composition, Connected } from './composition.ts'
import { groundOfPlan } from './ground-of-plan.ts'
import { planNow } from './plan-now.ts'

/** What of the outside carrying out a plan takes, and the ranges that are to be Ready in the end. */
export interface PlannedRun {
  readonly connected: Connected
  readonly config: Connected['config']
  readonly rangeIds: readonly string[]
}

/**
 * Looks whether a saved plan still holds, on a fresh look at files and cluster, and gives what carries out exactly that: its ranges
 * alone, on its nodes, and a Proxmox that takes no other write. Throws a `UserError` that says what has moved.
 */
export async function plannedRun(
  saved: SavedPlan,
  connected: Connected,
  { clock }: Pick<Composition, 'clock'>,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<PlannedRun> {
  const { config, followed, files } = connected
  const rangeIds = saved.basedOn.ranges.map(({ range }) => range)
  const ground = await groundOfPlan(connected, clock.now(), signal)
  const movedGround = groundMoved(saved, groundNow(ground))
  if (movedGround.length > 0) throw movedError(movedGround)
  const pinned = { ...connected, config: withoutMore(config), files: pinnedFiles(files, saved) }
  const asked = { proposal: undefined, isShared: false }
  const report = ofRanges(await planNow(pinned, asked, clock, signal), rangeIds)
  const moved = actionsMoved(saved, report, report.nodes)
  if (moved.length > 0) throw movedError(moved)
  const actions = actionsIn(report).map(({ action }) => action)
  print(`plan of ${saved.createdAt}: ${actions.length} changes, still as they were planned`)
  return {
    connected: {
      ...connected,
      followed: { ...followed, files: pinnedFiles(followed.files, saved) },
      files: pinned.files,
      proxmox: plannedAlone(connected.proxmox, writesOf(actions)),
    },
    config: pinned.config,
    rangeIds,
  }
}

/**
 * Without what a run does besides what a plan shows: it removes ranges whose files are gone, sets routes on this machine, and, where that
 * is set, applies what others have pending, which nobody has seen in the plan.
 */
const withoutMore = (config: Connected['config']): Connected['config'] => ({
  ...config,
  lanista: {
    ...config.lanista,
    sdn: { ...config.lanista.sdn, apply_foreign: false },
    prune: { ...config.lanista.prune, enabled: false },
    routes: { ...config.lanista.routes, enabled: false },
  },
})

/** Ranges that were destroyed since are none of the plan's; what is to be done about them is not carried out. */
const ofRanges = (report: PlanReport, rangeIds: readonly string[]): PlanReport => ({
  ...report,
  removals: report.removals.filter(({ rangeId }) => rangeIds.includes(rangeId)),
})

const movedError = (moved: readonly string[]): UserError =>
  new UserError(
    [
      `--plan: ${moved.length === 1 ? 'something has' : `${moved.length} things have`} moved since the plan was made, so nothing is changed; make a new one with lanista plan --out, and look at it`,
      ...moved.map((line) => `  ${printable(line, 2000)}`),
    ].join('\n'),
  )
