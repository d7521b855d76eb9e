import type { ConfigSource, EffectiveConfig, ServerConfigRead } from '../../model/config-source.ts'
import { beginsWithPlace, diagnosticLine, unquotedDiagnostic } from '../../model/diagnostic.ts'
import type { Logger } from '../../model/ports.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import { apiUrlsOf, type ServerConfig } from '../../model/server-config.ts'
import { shownUrl } from '../../model/shown-url.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition, Connected } from './composition.ts'
import type { Controller } from '../controller.ts'
import { readSavedPlan } from '../saved-plan/saved-plan-file.ts'
import { LiveConfig } from './live-config.ts'
import { claimPresence } from './presence-of-run.ts'
import { plannedRun } from './run-plan.ts'

export interface RunOptions {
  readonly config: string
  /** Converge once and end, instead of going on. */
  readonly once: boolean
  /** A file with a plan of `lanista plan --out`, which is carried out and nothing else; with `once` alone. */
  readonly plan?: string | undefined
  /** Calls back whenever a person asks for the configuration to be read again. */
  readonly onReloadRequest: (reload: () => void) => void
}

/**
 * `lanista run`: the controller against the Proxmox of the configuration, until the signal aborts.
 * The configuration is watched meanwhile, and read again on request. With `once`: until every range is Ready or can't get there; then prints the reasons.
 *
 * @returns the exit status: 0, or 1 when `once` left a range that is not Ready
 */
export async function runCommand(
  options: RunOptions,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  if (options.plan !== undefined && !options.once)
    throw new UserError('--plan: a plan is carried out once; give --once as well')
  const saved = options.plan === undefined ? undefined : await readSavedPlan(options.plan)
  const logger = composition.openLog()
  const source = composition.configSource(options.config)
  const { config, warnings } = orUserError(await source.read())
  for (const warning of warnings) logger.warn(diagnosticLine(warning))
  const connected = await rememberingReady(await composition.connect(config, logger))
  if (options.once) {
    const leave = await claimPresence(connected, config.lanista.state_dir, () => undefined, logger)
    try {
      if (saved !== undefined) {
        // What is in force is what was planned: nothing newer is fetched.
        const run = await plannedRun(saved, connected, composition, print, signal)
        const { controller } = composition.controller(() => run.config, run.connected, logger)
        return await converge(controller, print, signal, run.rangeIds)
      }
      await connected.git?.once(signal)
      return await converge(composition.controller(() => config, connected, logger).controller, print, signal)
    } finally {
      await leave()
      await connected.tracer.close()
    }
  }
  return await serveAndRun(config, source, connected, { options, composition, logger }, signal)
}

interface Around {
  readonly options: RunOptions
  readonly composition: Composition
  readonly logger: Logger
}

/** Runs until the signal aborts. Whatever was begun for that ends with it, also when it could not begin. */
async function serveAndRun(
  config: ServerConfig,
  source: ConfigSource,
  connected: Connected,
  { options, composition, logger }: Around,
  signal: AbortSignal,
): Promise<number> {
  const { metrics } = connected
  const onReload = (): void => {
    connected.git?.hint()
    controller.resync()
  }
  const live = new LiveConfig(config, { source, logger, metrics, clock: composition.clock, onReload })
  const { controller, observed } = composition.controller(() => live.current(), connected, logger)
  const look = (rangeId: string): void => controller.ranges.trigger(rangeId)
  const leave = await claimPresence(connected, config.lanista.state_dir, look, logger)
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  try {
    options.onReloadRequest(() => void live.reload(true))
    await source.watch(() => void live.reload(false), until)
    // It may have changed before it was watched.
    await live.reload(false)
    const address = await connected.serve(observed, until)
    await connected.git?.begin(until)
    logger.info('started', {
      ranges: config.lanista.git?.url ?? config.lanista.ranges,
      http: address,
      proxmox: apiUrlsOf(config).map(shownUrl),
    })
    await forgetWhatIsNoStatus(connected, logger)
    const polling = connected.git?.run(until)
    await controller.run(until)
    await polling
  } finally {
    over.abort()
    await leave()
    await connected.tracer.close()
  }
  logger.info('stopped')
  return 0
}

/** The configuration, or every problem of it in one error, which goes to the log of a service as a rule. */
function orUserError(read: ServerConfigRead): EffectiveConfig {
  if (read.kind === 'ok') return read
  throw new UserError(read.diagnostics.map((each) => diagnosticLine(unquotedDiagnostic(each))).join('\n'))
}

/** What an earlier life left is asked for before any of it is forgotten. */
async function rememberingReady(connected: Connected): Promise<Connected> {
  const before = await connected.readyBefore()
  return { ...connected, readyBefore: () => Promise.resolve(before) }
}

/** What is no status is taken away. That of a range without a file is told anew, or forgotten, once the cluster is seen. */
async function forgetWhatIsNoStatus({ files, forgetAllBut, readyBefore }: Connected, logger: Logger): Promise<void> {
  try {
    await forgetAllBut([...(await files.list()), ...(await readyBefore()).keys()])
  } catch (error) {
    logger.warn('old status files are left as they are', { error })
  }
}

async function converge(
  controller: Controller,
  print: (line: string) => void,
  signal: AbortSignal,
  only?: readonly string[],
): Promise<number> {
  const allReady = await controller.converge(signal, only)
  if (signal.aborted) print('stopped before every range was looked at')
  for (const status of controller.board.all()) {
    const ready = readyConditionOf(status)
    // `Ready`, or `Absent` of one that is gone as its file asks.
    const message = ready?.message ?? 'not looked at'
    const isPlaced = beginsWithPlace(message)
    const word =
      ready?.status === 'True'
        ? ready.reason
        : `not Ready: ${ready?.reason ?? 'Pending'}${isPlaced ? ', by its file:' : `: ${message}`}`
    print(`range ${status.id}: ${word}`)
    // A place in a file begins a line, so that terminals and editors make a link of it.
    if (ready?.status !== 'True' && isPlaced) print(message)
    for (const vm of status.vms)
      if (ready?.status !== 'True' && vm.phase !== 'running')
        print(`  vm ${vm.name}: ${vm.phase}${vm.trouble === undefined ? '' : `: ${vm.trouble}`}`)
  }
  if (!allReady && !signal.aborted) print('this run has ended: what is to go on by itself does so in the next')
  return allReady ? 0 : 1
}
