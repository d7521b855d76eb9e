import { HostError } from '../../model/host-ports.ts'
import type { HostJournal } from '../../model/host-journal.ts'
import { UserError } from '../../model/user-error.ts'
import { beginMove, beginPuttingBack, goOn } from '../host-migration/begin.ts'
import { carryOut } from '../host-migration/carry-out.ts'
import { follow, isAtWork, type Onlooker } from '../host-migration/follow.ts'
import type { HostParts } from '../host-migration/host-parts.ts'
import { isUnfinished, lookAndPlan, type PlannedHost } from '../host-migration/look-at-ground.ts'
import { hostPlanJson, hostPlanText } from '../terminal/host-plan-text.ts'
import type { Paint } from '../terminal/paint.ts'
import type { Composition } from './composition.ts'

export interface MigrateHostOptions {
  readonly config: string
  /** The device by which packets leave; undefined: that of the default route. */
  readonly outgoing: string | undefined
}

/** How people are spoken to. */
export interface HostConversation extends Onlooker {
  readonly paint: Paint
  /** Undefined where nobody is there to answer. */
  readonly question: ((text: string) => Promise<string>) | undefined
}

/**
 * `lanista migrate host plan`: how the files of the Ludus host would change, and the commands in order. Writes nothing.
 *
 * @returns the exit status: 0 nothing to do, 2 changes, 1 something is in the way
 */
export async function planHostCommand(
  options: MigrateHostOptions & { readonly format: string },
  composition: Composition,
  { paint, print }: Pick<HostConversation, 'paint' | 'print'>,
  signal: AbortSignal,
): Promise<number> {
  const { format, config: configFile } = options
  if (format !== 'text' && format !== 'json')
    throw new UserError(`migrate host plan: there is no format ${JSON.stringify(format)}; choose text or json`)
  const { plan } = await withHost(options, composition, (parts) => plannedOf(parts, options, composition, signal))
  if (format === 'json') print(hostPlanJson(plan, configFile))
  else for (const line of hostPlanText(plan, configFile, paint)) print(line)
  if (plan.inTheWay.length > 0) return 1
  return plan.steps.length > 0 ? 2 : 0
}

/**
 * `lanista migrate host run`: carries the plan out, after a question, in a process of its own that puts everything back unless
 * it is confirmed in time. Goes on with a move that was broken off.
 *
 * @returns the exit status: 0 it is done and confirmed, or there was nothing to do; 1 otherwise
 */
export async function runHostCommand(
  options: MigrateHostOptions & { readonly yes: boolean },
  composition: Composition,
  conversation: HostConversation,
  signal: AbortSignal,
): Promise<number> {
  const { print, paint, question } = conversation
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'run')
    const found = await parts.journal.read()
    if (found !== undefined && isUnfinished(found)) return await goOnOrFollow(parts, found, conversation, signal)
    const planned = await plannedOf(parts, options, composition, signal)
    for (const line of hostPlanText(planned.plan, options.config, paint)) print(line)
    if (planned.plan.inTheWay.length > 0) return 1
    if (planned.plan.steps.length === 0) return 0
    if (!options.yes) {
      if (question === undefined)
        throw new UserError(
          'migrate host run: nobody is at the terminal to agree to it; look at the plan above, then run it with --yes',
        )
      const answer = await question('Type yes to change this host: ')
      if (answer.trim() !== 'yes') {
        print('nothing is changed')
        return 1
      }
      // A person takes his time, and what was agreed to is what was shown.
      const now = await plannedOf(parts, options, composition, signal)
      if (JSON.stringify(now) !== JSON.stringify(planned))
        throw new UserError(
          'migrate host run: this host has changed since the plan was shown; nothing is changed; look at the plan again',
        )
    }
    const worker = await beginMove(parts, planned)
    print(`process ${worker.pid} does it, and puts it back if this terminal is gone`)
    return statusOf(await follow(parts, conversation, worker, 0, signal), 'confirmed')
  })
}

async function goOnOrFollow(
  parts: HostParts,
  found: HostJournal,
  conversation: HostConversation,
  signal: AbortSignal,
): Promise<number> {
  const isGoing = await isAtWork(parts)
  conversation.print(
    isGoing ? 'a move of this host is under way' : 'a move of this host was broken off; it is gone on with',
  )
  const worker = isGoing ? undefined : await goOn(parts)
  return statusOf(await follow(parts, conversation, worker, found.told.length, signal), 'confirmed')
}

/**
 * `lanista migrate host confirm`: what was done stays.
 *
 * @returns the exit status: 0 it stays, 1 it was put back before
 */
export async function confirmHostCommand(
  options: { readonly config: string },
  composition: Composition,
  { print }: Pick<Onlooker, 'print'>,
  signal: AbortSignal,
): Promise<number> {
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'confirm')
    const found = await parts.journal.read()
    if (found?.phase !== 'waiting' || !(await isAtWork(parts)))
      throw new UserError(`migrate host confirm: ${whyNotWaiting(found)}`)
    await parts.journal.answer('confirm')
    return statusOf(await follow(parts, { print, enter: undefined }, undefined, found.told.length, signal), 'confirmed')
  })
}

function whyNotWaiting(journal: HostJournal | undefined): string {
  const phase = journal?.phase ?? 'reverted'
  switch (phase) {
    case 'reverted':
      return 'no move of this host waits for it; lanista migrate host run begins one'
    case 'confirmed':
      return 'it is confirmed already'
    case 'changing':
      return 'not everything is done yet, so there is nothing to confirm; wait a moment'
    case 'waiting':
      return 'who should hear it is gone; lanista migrate host run goes on with it'
    case 'reverting':
      return 'it is being put back already'
    default:
      return phase satisfies never
  }
}

/**
 * `lanista migrate host rollback`: makes the host as it was before the move, from the journal, after a question.
 *
 * @returns the exit status: 0 everything is as it was, 1 something is not, or it was not agreed to
 */
export async function rollbackHostCommand(
  options: { readonly config: string; readonly yes: boolean },
  composition: Composition,
  conversation: HostConversation,
  signal: AbortSignal,
): Promise<number> {
  const { print, question } = conversation
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'rollback')
    const found = await parts.journal.read()
    if (found === undefined || (found.phase === 'reverted' && found.left.length === 0)) {
      print('there is nothing to put back')
      return 0
    }
    for (const { path } of found.files) print(`to be as it was: ${path}`)
    if (!options.yes) {
      if (question === undefined)
        throw new UserError(
          'migrate host rollback: nobody is at the terminal to agree to it; say --yes if it is meant so',
        )
      const answer = await question('Type yes to put everything back: ')
      if (answer.trim() !== 'yes') {
        print('nothing is changed')
        return 1
      }
    }
    const isGoing = await isAtWork(parts)
    if (isGoing) await parts.journal.answer('rollback')
    const worker = isGoing ? undefined : await beginPuttingBack(parts)
    return statusOf(await follow(parts, { print, enter: undefined }, worker, found.told.length, signal), 'reverted')
  })
}

/** `lanista migrate host work`: what `run` and `rollback` start as a process of its own. @returns the exit status */
export async function workHostCommand(
  options: { readonly config: string },
  composition: Composition,
  signal: AbortSignal,
): Promise<number> {
  return await withHost(options, composition, async (parts) => {
    mustBeRoot(parts, 'work')
    await parts.journal.prepare()
    const claim = await parts.presence.claim(() => undefined)
    // Two were started at the same moment: the other does it.
    if (claim.kind === 'taken') return 1
    try {
      await carryOut(parts, signal)
      return 0
    } finally {
      await claim.release()
    }
  })
}

const statusOf = ({ phase, left }: HostJournal, wanted: HostJournal['phase']): number =>
  phase === wanted && left.length === 0 ? 0 : 1

function mustBeRoot({ isRoot }: HostParts, verb: string): void {
  if (!isRoot)
    throw new UserError(
      `migrate host ${verb}: it changes the network of this host, which only root may; run it with sudo`,
    )
}

const plannedOf = async (
  parts: HostParts,
  { config: configFile, outgoing }: MigrateHostOptions,
  composition: Composition,
  signal: AbortSignal,
): Promise<PlannedHost> =>
  await lookAndPlan(parts, { configFile, config: await composition.loadConfig(configFile), outgoing }, signal)

/** What fails on the host is a person's to mend, and is told without a stack. */
async function withHost<T>(
  { config: configFile }: { readonly config: string },
  composition: Composition,
  work: (parts: HostParts) => Promise<T>,
): Promise<T> {
  const config = await composition.loadConfig(configFile)
  try {
    return await work(await composition.host(config, configFile, composition.openLog()))
  } catch (error) {
    if (error instanceof HostError) throw new UserError(error.message, error)
    throw error
  }
}
