import { Counter } from 'prom-client'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Watched } from '../../model/watched.ts'
import { flag, gaugeOf, type Registers, secondsOf, valueOf } from './gauge-of.ts'

/** Lanista itself: what runs, its configuration, its state directory, and whom it could tell. */
export function processMetrics(
  registers: Registers,
  watched: Partial<Watched>,
  version: string,
): Pick<Metrics, 'configReloaded' | 'statusWritten' | 'notified'> {
  let config: { readonly successful: boolean; readonly at: number | undefined } | undefined
  let isWritable: boolean | undefined
  gaugeOf(
    registers,
    {
      name: 'lanista_build_info',
      help: 'Always 1; the labels say what runs.',
      labelNames: ['version', 'node_version'] as const,
    },
    () => [[{ version, node_version: process.version }, 1]],
  )
  valueOf(
    registers,
    'lanista_config_last_reload_successful',
    'Whether the newest version of the configuration is in use (1), or was refused (0).',
    () => (config === undefined ? undefined : flag(config.successful)),
  )
  valueOf(
    registers,
    'lanista_config_last_reload_success_timestamp_seconds',
    'When a version of the configuration was last taken into use, in Unix time.',
    () => (config?.at === undefined ? undefined : secondsOf(config.at)),
  )
  valueOf(
    registers,
    'lanista_state_dir_writable',
    '1 when the last status could be written to the state directory, 0 when it could not.',
    () => (isWritable === undefined ? undefined : flag(isWritable)),
  )
  valueOf(
    registers,
    'lanista_state_dir_size_bytes',
    'Size of the file system that the state directory is on.',
    async () => (await watched.stateDir?.())?.sizeBytes,
  )
  valueOf(
    registers,
    'lanista_state_dir_available_bytes',
    "What Lanista's user may still take of the file system that the state directory is on.",
    async () => (await watched.stateDir?.())?.availableBytes,
  )
  const notifications = new Counter({
    name: 'lanista_notifications_total',
    help: 'Notifications by result: delivered, refused by the service, failed after all attempts, or dropped.',
    labelNames: ['result'] as const,
    registers,
  })
  // The first one that fails is an increase only of what was there before.
  for (const result of ['delivered', 'refused', 'failed', 'dropped'] as const) notifications.inc({ result }, 0)
  return {
    configReloaded: (successful, at) => {
      config = { successful, at: successful ? at : config?.at }
    },
    statusWritten: (successful) => {
      isWritable = successful
    },
    notified: (result) => notifications.inc({ result }),
  }
}
