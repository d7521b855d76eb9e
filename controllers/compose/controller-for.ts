import type { Logger } from '../../model/ports.ts'
import { type PlanSettings, planSettingsOf } from '../../model/plan-settings.ts'
import { apiUrlsOf, type ServerConfig } from '../../model/server-config.ts'
import type { Composition, Connected } from '../commands/composition.ts'
import type { WiredController } from '../controller.ts'
import { forgeOf } from './forge-of.ts'
import { wireController } from './wire-controller.ts'

/** A controller for a configuration, asked for anew in each pass, and what it is connected to. Nothing runs yet. */
export function controllerFor(
  config: () => ServerConfig,
  connected: Connected,
  { clock, random }: Pick<Composition, 'clock' | 'random'>,
  logger: Logger,
): WiredController {
  const { proxmox, followed, store, lockStore, destroyOrders, suspendOrders, migration, hostRoutes } = connected
  const { metrics, notifier, readyBefore, tracer } = connected
  const { git } = connected
  const { git: gitSettings } = connected.config.lanista
  const forge = gitSettings === undefined ? undefined : forgeOf(gitSettings, logger, clock)
  const { telling } = connected
  const settings = (): PlanSettings => planSettingsOf(config())
  const resyncMs = (): number => config().lanista.resync
  return wireController({
    proxmox,
    followed,
    store,
    lockStore,
    destroyOrders,
    suspendOrders,
    migration: migration.journal,
    hostRoutes,
    telling,
    clock,
    random,
    logger,
    metrics,
    tracer,
    settings,
    resyncMs,
    freeze: () => config().lanista.freeze,
    notify: { notifier, urls: () => config().lanista.notify.urls, readyBefore },
    forge: forge === undefined || git === undefined ? undefined : { ...forge, git, apiUrls: () => apiUrlsOf(config()) },
    prune: { settings: () => config().lanista.prune, stopwatch: () => clock.steady(), ...connected.prune },
  })
}
