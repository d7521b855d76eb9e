import { planSettingsOf } from '../../model/plan-settings.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import type { Composition } from '../composition.ts'
import { Controller } from '../controller.ts'

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
  const { clock, random } = composition
  const { proxmox, files, store, metrics } = connected
  const settings = planSettingsOf(config)
  const controller = new Controller({
    proxmox,
    files,
    store,
    clock,
    random,
    logger,
    metrics,
    settings: () => settings,
    resyncMs: config.lanista.resync,
  })
  if (options.once) return converge(controller, print, signal)

  const address = await connected.serve(controller.observed(), signal)
  logger.info('started', {
    ranges: config.lanista.ranges,
    http: address,
    proxmox: config.lanista.proxmox.hosts ?? [config.proxmox_url],
  })
  await connected.forgetAllBut(await files.list().catch(() => []))
  await controller.run(signal)
  logger.info('stopped')
  return 0
}

async function converge(controller: Controller, print: (line: string) => void, signal: AbortSignal): Promise<number> {
  const allReady = await controller.converge(signal)
  for (const status of controller.board.all()) {
    const ready = readyConditionOf(status)
    const word =
      ready?.status === 'True'
        ? 'Ready'
        : `not Ready: ${ready?.reason ?? 'Pending'}: ${ready?.message ?? 'not looked at'}`
    print(`range ${status.id}: ${word}`)
    for (const vm of status.vms)
      if (ready?.status !== 'True' && vm.phase !== 'running') print(`  vm ${vm.name}: ${vm.phase}: ${vm.message}`)
  }
  return allReady ? 0 : 1
}
