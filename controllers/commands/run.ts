import type { Logger } from '../../model/ports.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import type { Composition, Connected } from '../composition.ts'
import type { Controller } from '../controller.ts'
import { controllerFor } from './controller-for.ts'

export interface RunOptions {
  readonly config: string
  /** Converge once and end, instead of going on. */
  readonly once: boolean
}

/**
 * `lanista run`: the controller against the Proxmox of the configuration, until the signal aborts.
 * With `once`: until every range is Ready or can't get there; then prints the reasons.
 *
 * @returns the exit status: 0, or 1 when `once` left a range that is not Ready
 */
export async function runCommand(
  options: RunOptions,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const logger = composition.openLog()
  const config = await composition.loadConfig(options.config)
  const connected = await composition.connect(config, logger)
  const controller = controllerFor(config, connected, composition, logger)
  if (options.once) return converge(controller, print, signal)

  const address = await connected.serve(controller.observed(), signal)
  logger.info('started', {
    ranges: config.lanista.ranges,
    http: address,
    proxmox: config.lanista.proxmox.hosts ?? [config.proxmox_url],
  })
  await forgetRangesWithoutFile(connected, logger)
  await controller.run(signal)
  logger.info('stopped')
  return 0
}

/** The status of a range that went while nobody watched would claim what nobody checks. */
async function forgetRangesWithoutFile({ files, forgetAllBut }: Connected, logger: Logger): Promise<void> {
  try {
    await forgetAllBut(await files.list())
  } catch (error) {
    logger.warn('old status files are left as they are', { error })
  }
}

async function converge(controller: Controller, print: (line: string) => void, signal: AbortSignal): Promise<number> {
  const allReady = await controller.converge(signal)
  if (signal.aborted) print('stopped before every range was looked at')
  for (const status of controller.board.all()) {
    const ready = readyConditionOf(status)
    const word =
      ready?.status === 'True'
        ? 'Ready'
        : `not Ready: ${ready?.reason ?? 'Pending'}: ${ready?.message ?? 'not looked at'}`
    print(`range ${status.id}: ${word}`)
    for (const vm of status.vms)
      if (ready?.status !== 'True' && vm.phase !== 'running')
        print(`  vm ${vm.name}: ${vm.phase}${vm.trouble === undefined ? '' : `: ${vm.trouble}`}`)
  }
  return allReady ? 0 : 1
}
