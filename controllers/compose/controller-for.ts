import type { Logger } from '../../model/ports.ts'
import { type PlanSettings, planSettingsOf } from '../../model/plan-settings.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { Composition, Connected } from '../commands/composition.ts'
import type { WiredController } from '../controller.ts'
import { wireController } from './wire-controller.ts'

/** A controller for a configuration, asked for anew in each pass, and what it is connected to. Nothing runs yet. */
export function controllerFor(
  config: () => ServerConfig,
  connected: Connected,
  { clock, random }: Pick<Composition, 'clock' | 'random'>,
  logger: Logger,
): WiredController {
  const { proxmox, followed, store, lockStore, destroyOrders, migration, hostRoutes } = connected
  const { metrics, notifier, readyBefore } = connected
  const settings = (): PlanSettings => planSettingsOf(config())
  const resyncMs = (): number => config().lanista.resync
  return wireController({
    proxmox,
    followed,
    store,
    lockStore,
    destroyOrders,
    migration: migration.journal,
    hostRoutes,
    clock,
    random,
    logger,
    metrics,
    settings,
    resyncMs,
    freeze: () => config().lanista.freeze,
    notify: { notifier, urls: () => config().lanista.notify.urls, readyBefore },
    prune: { settings: () => config().lanista.prune, stopwatch: () => clock.steady(), ...connected.prune },
  })
}
