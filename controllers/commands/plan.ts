import type { PlanReport } from '../../model/plan/plan-report.ts'
import { actionsOf } from '../../model/plan/actions-of.ts'
import { documentOf, failedDocument } from '../../model/plan/document-of.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition, Connected, ProposedFiles } from './composition.ts'
import { concealIn } from '../plan-formats/concealed.ts'
import type { Paint } from '../terminal/paint.ts'
import { planText } from '../terminal/plan-text.ts'
import { proposalText } from '../terminal/proposal-text.ts'
import { noCommand } from '../terminal/workflow-command.ts'
import { groundNow, makeSavedPlan } from '../saved-plan/make-saved-plan.ts'
import { writeSavedPlan } from '../saved-plan/saved-plan-file.ts'
import { groundOfPlan } from './ground-of-plan.ts'
import { lookNow } from './look-now.ts'
import { concealerFor, type PlanFormat, planFormatOf, printShared } from './plan-formats.ts'
import { groundMoved } from '../../reconcilers/saved-plan/what-moved.ts'
import { type PlanAsked, planNow, readFolderOrSay } from './plan-now.ts'
import { ordersInForce } from './plan-removals.ts'
import { planWithout } from './plan-without-node.ts'

export interface PlanOptions {
  readonly config: string
  /** Tell what this node's absence would mean, in place of the changes. */
  readonly withoutNode: string | undefined
  /** Plan the files of this commit of the repository, in place of those in force. */
  readonly git: string | undefined
  readonly format: string
  /** Keep the plan in this file, for `lanista run --once --plan`. */
  readonly out?: string | undefined
}

/** Where a command says what it found, and what went wrong on the way. */
export interface PlanOutput {
  readonly paint: Paint
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
}

/**
 * `lanista plan`: what a run would change and why. Writes nothing.
 *
 * @returns the exit status: 0 nothing to do, 2 changes, 1 something is in the way, or a range is suspended or has no file
 */
export async function planCommand(
  options: PlanOptions,
  composition: Composition,
  output: PlanOutput,
  signal: AbortSignal,
): Promise<number> {
  const format = planFormatOf(options.format)
  const { withoutNode, git } = options
  if (withoutNode !== undefined && (format !== 'text' || git !== undefined))
    throw new UserError('--without-node tells in words, of what is in force: leave out --format and --git, or it')
  if (options.out !== undefined && (withoutNode !== undefined || git !== undefined))
    throw new UserError('--out keeps a plan of what is in force: leave out --without-node and --git, or it')
  const config = await composition.loadConfig(options.config)
  if (format !== 'text') return await planForOthers(config, { ...options, format }, composition, output, signal)
  const connected = await composition.connect(config, composition.openLog())
  const { paint, print } = output
  if (withoutNode !== undefined) return await planWithoutNode(withoutNode, connected, composition, paint, print, signal)
  const proposal = git === undefined ? undefined : await proposedBy(git, connected, signal)
  const report = await planAndKeep(options.out, connected, { proposal, isShared: false }, composition, signal)
  if (report.proposal !== undefined) for (const line of proposalText(report.proposal, paint)) print(line)
  for (const line of planText(report, paint)) print(line)
  return exitStatusOf(report)
}

/**
 * In a form that ends where others read it: nothing of this machine, of the way to the API, or of a secret is in it. A plan that can't be
 * made is told in the same form, so that no older one is taken for it.
 */
async function planForOthers(
  config: ServerConfig,
  options: PlanOptions & { readonly format: Exclude<PlanFormat, 'text'> },
  composition: Composition,
  { print, complain }: PlanOutput,
  signal: AbortSignal,
): Promise<number> {
  const conceal = concealerFor(config, options.config)
  const { environment } = composition
  try {
    const logger = composition.openTroubles((line) => complain(noCommand(conceal(line))))
    const connected = await composition.connect(config, logger)
    const proposal = options.git === undefined ? undefined : await proposedBy(options.git, connected, signal)
    const report = await planAndKeep(options.out, connected, { proposal, isShared: true }, composition, signal)
    const status = exitStatusOf(report)
    const document = documentOf(report, status === 1 ? 'blocked' : status === 2 ? 'changes' : 'unchanged')
    await printShared(concealIn(document, conceal), options.format, environment, print)
    return status
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ProxmoxError)) throw error
    complain(noCommand(conceal(error.message)))
    // What a connection broke on is told in words that are the same each time.
    const why =
      error instanceof ProxmoxError
        ? `the cluster could not be looked at (${error.kind}); see the log of this job`
        : error.message
    await printShared(concealIn(failedDocument(why), conceal), options.format, environment, print)
    return 1
  }
}

/** The plan as it is now, and, where it is to be kept, on disk. Throws `UserError` when it can't be kept, or files are saved meanwhile. */
async function planAndKeep(
  file: string | undefined,
  connected: Connected,
  asked: PlanAsked,
  { clock, version }: Pick<Composition, 'clock' | 'version'>,
  signal: AbortSignal,
): Promise<PlanReport> {
  if (file === undefined) return await planNow(connected, asked, clock, signal)
  const ground = await groundOfPlan(connected, clock.now(), signal)
  const report = await planNow(connected, asked, clock, signal)
  const saved = makeSavedPlan(report, ground, version, clock.now())
  // What stands for the files was read before them.
  const moved = groundMoved(saved, groundNow(await groundOfPlan(connected, clock.now(), signal)))
  if (moved[0] !== undefined) throw new UserError(`--out: the plan is not kept: ${moved[0]}`)
  await writeSavedPlan(file, saved)
  return report
}

async function proposedBy(ref: string, { propose }: Connected, signal: AbortSignal): Promise<ProposedFiles> {
  if (propose === undefined)
    throw new UserError(
      '--git: range files are in a folder here (lanista.ranges); set lanista.git, or leave it out and the folder is planned',
    )
  return await propose(ref, signal)
}

async function planWithoutNode(
  node: string,
  { config, files, proxmox, destroyOrders }: Connected,
  { clock }: Pick<Composition, 'clock'>,
  paint: Paint,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const folder = await readFolderOrSay(files, clock.now())
  const destroyed = await ordersInForce(folder, files, destroyOrders)
  const orderedIds = destroyed.map(({ rangeId }) => rangeId)
  const specs = folder.awake.filter(({ id, state }) => state === 'present' && !orderedIds.includes(id))
  const { snapshot } = await lookNow(proxmox, [...folder.ids, ...orderedIds], signal)
  return planWithout(
    node,
    [...specs, ...folder.suspended, ...folder.kept],
    snapshot,
    planSettingsOf(config),
    paint,
    print,
  )
}

/** 1 when something is in the way, or it can't be told of a range whether it is as asked; 2 when there are changes. */
function exitStatusOf(report: PlanReport): number {
  const { networkActions, removals, plans, refused, suspended, held, withoutFile, diagnostics, proposal } = report
  const leaving = proposal?.leaving ?? []
  const isHeld = proposal?.refusal !== undefined || leaving.some(({ fate }) => fate === 'approval' || fate === 'stays')
  const blocked = plans.some(({ vms }) => vms.some(({ step }) => step.kind === 'blocked'))
  const untold = [suspended, held, withoutFile, refused, diagnostics].some((each) => each.length > 0)
  if (isHeld || untold || blocked) return 1
  const isGoing = removals.length > 0 || leaving.some(({ fate }) => fate === 'goes')
  return networkActions.length > 0 || isGoing || plans.some((plan) => actionsOf(plan).length > 0) ? 2 : 0
}
