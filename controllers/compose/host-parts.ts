import { untraced } from '../../adapters/tracing/untraced.ts'
import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostSystem } from '../../adapters/host/host-system.ts'
import { openMetrics } from '../../adapters/metrics/open-metrics.ts'
import { createApiProbe } from '../../adapters/proxmox/reach.ts'
import { hostJournalFolder } from '../../adapters/state/host-journal-folder.ts'
import { presenceSocket } from '../../adapters/state/presence-socket.ts'
import { readYaml } from '../../adapters/yaml-file/read-yaml.ts'
import type { HostWorker } from '../../model/host-ports.ts'
import type { Logger } from '../../model/ports.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { Composition } from '../commands/composition.ts'
import type { HostParts } from '../host-migration/host-parts.ts'
import { proxmoxOf, settingsOf } from './connect.ts'

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))

/** The move of this host with its files, programs and API, which throws `UserError` when its token can't be read. */
export function hostParts(
  config: ServerConfig,
  configFile: string,
  logger: Logger,
  outside: Pick<Composition, 'clock' | 'random' | 'environment'>,
): HostParts {
  const { clock, environment } = outside
  const folder = join(config.lanista.state_dir, 'migrate-host')
  return {
    system: hostSystem,
    journal: hostJournalFolder(folder),
    // Whoever only puts things back needs no token.
    probe: async () => await createApiProbe(await settingsOf(config, environment))(),
    clock,
    presence: presenceSocket(folder),
    isRoot: process.geteuid?.() === 0,
    countNodes: async (signal) => {
      const proxmox = await proxmoxOf(config, { ...outside, logger, tracer: untraced, metrics: openMetrics('') })
      return (await proxmox.observe(signal)).nodes.length
    },
    readMapping: (text) => {
      const read = readYaml(text, configFile, 'yaml 1.2', 'the configuration')
      return read.kind === 'ok' && isMapping(read.yaml.value) ? read.yaml.value : undefined
    },
    startWorker: () => startWorker(folder, resolve(configFile)),
  }
}

/** In a session of its own: the end of the terminal, or of who started it, is not its end. */
async function startWorker(folder: string, configFile: string): Promise<HostWorker> {
  const log = await open(join(folder, 'worker.log'), 'a', 0o600)
  try {
    const child = spawn(process.execPath, [MAIN, 'migrate', 'host', 'work', '--config', configFile], {
      detached: true,
      cwd: '/',
      stdio: ['ignore', log.fd, log.fd],
    })
    const ended = new Promise<void>((over) => {
      child.once('exit', () => over())
      child.once('error', () => over())
    })
    child.unref()
    return { pid: child.pid ?? 0, ended }
  } finally {
    await log.close()
  }
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
