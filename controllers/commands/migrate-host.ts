import type { HostJournal } from '../../model/host-journal.ts'
import { UserError } from '../../model/user-error.ts'
import { beginMove, goOn } from '../host-migration/begin.ts'
import { follow, isAtWork } from '../host-migration/follow.ts'
import type { HostParts } from '../host-migration/host-parts.ts'
import { isUnfinished, lookAndPlan, type PlannedHost } from '../host-migration/look-at-ground.ts'
import { hostPlanJson, hostPlanText } from '../terminal/host-plan-text.ts'
import type { Composition } from './composition.ts'
import { type HostConversation, mustBeRoot, statusOf, withHost } from './on-host.ts'

export interface MigrateHostOptions {
  readonly config: string
  /** The device by which packets leave; undefined: that of the default route. */
  readonly outgoing: string | undefined
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
  const { plan } = await withHost(options, composition, (parts) => {
    mustBeRoot(parts, 'plan')
    return plannedOf(parts, options, composition, signal)
  })
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

const plannedOf = async (
  parts: HostParts,
  { config: configFile, outgoing }: MigrateHostOptions,
  composition: Composition,
  signal: AbortSignal,
): Promise<PlannedHost> =>
  await lookAndPlan(parts, { configFile, config: await composition.loadConfig(configFile), outgoing }, signal)
