import { readFile } from 'node:fs/promises'
import { createLanes } from '../../adapters/proxmox/lanes.ts'
import { type ConnectedProxmox, connectProxmox, type ProxmoxSettings } from '../../adapters/proxmox/connect.ts'
import type { RequestSeen } from '../../adapters/proxmox/api.ts'
import { LockTimeout } from '../../adapters/proxmox/errors.ts'
import type { TlsTrust } from '../../adapters/proxmox/tls.ts'
import { readToken, type TokenSources } from '../../adapters/proxmox/token.ts'
import type { Clock } from '../../model/clock.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger } from '../../model/ports.ts'
import { apiUrlsOf, type ServerConfig } from '../../model/server-config.ts'
import type { Tracer } from '../../model/tracer.ts'
import { UserError } from '../../model/user-error.ts'

/** What a connection is made with besides the configuration. */
export interface ConnectDependencies {
  readonly clock: Clock
  readonly random: () => number
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracer: Pick<Tracer, 'ended'>
}

/** The Proxmox that the configuration names. Nothing is sent yet. Throws `UserError` when token or CA can't be read. */
export async function proxmoxOf(
  config: ServerConfig,
  { clock, random, environment, logger, metrics, tracer }: ConnectDependencies,
): Promise<ConnectedProxmox> {
  const proxmox = connectProxmox(await settingsOf(config, environment), {
    clock,
    random,
    logger,
    lanes: createLanes({ clock, random, isCongestion: (error) => error instanceof LockTimeout }),
    onRequest: (seen) => {
      const { call, outcome, seconds } = seen
      const [method = '', route = ''] = call.split(' ')
      tellRequest(seen, logger)
      // A request that Lanista itself let go of says nothing about Proxmox.
      if (outcome !== 'aborted') metrics.proxmoxRequest(method, route, outcome, seconds)
      const attributes = { 'http.request.method': method, 'url.template': route }
      tracer.ended(call, attributes, seconds, outcome === 'ok' ? undefined : outcome)
    },
    onRetry: (call) => {
      const [method = '', route = ''] = call.split(' ')
      metrics.proxmoxRetry(method, route)
    },
    onTaskEnded: ({ type, outcome, seconds }) => {
      if (outcome !== 'aborted') metrics.taskEnded(type, outcome, seconds)
      tracer.ended(`task ${type}`, { 'proxmox.task.type': type }, seconds, outcome === 'ok' ? undefined : outcome)
    },
  })
  metrics.watch(proxmox.standing)
  return proxmox
}

/** A line for who looks for a fault: which request, what came of it, and how long that took, in milliseconds. */
export function tellRequest({ call, title, outcome, seconds }: RequestSeen, logger: Logger): void {
  const [method = '', route = ''] = call.split(' ')
  const ms = Math.round(seconds * 1000)
  logger.debug?.(`${title}: ${outcome}, ${ms} ms`, { method, route, result: outcome, ms })
}

/** Which API the configuration names, with the token. Throws `UserError` when token or CA can't be read. */
export async function settingsOf(config: ServerConfig, environment: NodeJS.ProcessEnv): Promise<ProxmoxSettings> {
  const token = await readToken(tokenSourcesOf(config, environment)).catch(asUserError)
  return { hosts: apiUrlsOf(config), token, tls: await trustOf(config) }
}

/** Where the API token may come from. */
export const tokenSourcesOf = (config: ServerConfig, environment: NodeJS.ProcessEnv): TokenSources => ({
  file: config.lanista.proxmox.token_file,
  ludus: { id: config.proxmox_token_id, secret: config.proxmox_token_secret },
  environment,
})

/** A fingerprint says most, then a CA, then Ludus' switch that trusts everything, then the system's CAs. */
async function trustOf({ proxmox_invalid_cert: insecure, lanista: { proxmox } }: ServerConfig): Promise<TlsTrust> {
  const pinned = [...(proxmox.fingerprint === undefined ? [] : [proxmox.fingerprint]), ...(proxmox.fingerprints ?? [])]
  if (pinned.length > 0) return { kind: 'fingerprint', sha256: pinned }
  if (proxmox.ca_file !== undefined) {
    const file = proxmox.ca_file
    const pem = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new UserError(
        `lanista.proxmox.ca_file: ${file} can't be read (${error instanceof Error ? error.message : String(error)}); give the PEM file of the CA that signed the API's certificate`,
        error,
      )
    })
    return { kind: 'ca', pem }
  }
  return insecure ? { kind: 'insecure' } : { kind: 'system' }
}

function asUserError(error: unknown): never {
  throw new UserError(error instanceof Error ? error.message : String(error), error)
}
