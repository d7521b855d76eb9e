import { z } from 'zod'
import { steadyOf } from '../../model/clock.ts'
import type { ClusterLooks, ProxmoxLooks } from '../../model/doctor-looks.ts'
import { type Api, createApi, type Timeouts } from './api.ts'
import type { PathOf, ReadCall } from './calls.ts'
import { lookAtCertificate } from './certificate.ts'
import { connectProxmox, originOf, type ProxmoxDeps, type ProxmoxSettings } from './connect.ts'
import { createHosts } from './hosts.ts'
import * as schemas from './schemas.ts'
import { createSlots } from './slots.ts'
import { TrustingAgent } from './tls.ts'
import { tokenIdOf } from './token.ts'

/**
 * Proxmox, looked at one thing at a time for who wants to know what is wrong: nothing is asked twice, no failure of one look ends
 * another, and there is no call that writes. Nothing is sent before the first look.
 *
 * @param limit milliseconds for each request
 */
export function inspectProxmox(settings: ProxmoxSettings, deps: ProxmoxDeps, limit: number): ProxmoxLooks {
  const timeouts: Timeouts = { connect: limit, read: limit, peek: limit, write: limit }
  const steady = steadyOf(deps.clock)
  const agent = new TrustingAgent(settings.tls, limit)
  const closes: (() => void)[] = [() => agent.destroy()]
  const apiOf = (urls: readonly string[]): Api =>
    createApi({
      hosts: createHosts(
        urls.map((url) => ({ url, agent, slots: createSlots() })),
        { clock: steady, random: deps.random },
      ),
      authorization: `PVEAPIToken=${settings.token}`,
      caller: { tokenId: tokenIdOf(settings.token) },
      timeouts,
      clock: steady,
      random: deps.random,
      onRequest: deps.onRequest ?? (() => undefined),
      onRetry: deps.onRetry ?? (() => undefined),
      onAnswer: () => undefined,
    })
  return {
    tokenId: tokenIdOf(settings.token),
    hosts: settings.hosts.map(originOf),
    trust: settings.tls.kind,
    certificate: lookAtCertificate,
    host: (url, signal) => ask(apiOf([url]), 'GET /version', {}, schemas.version, signal),
    through(urls): ClusterLooks {
      const api = apiOf(urls)
      const observer = connectProxmox({ ...settings, hosts: urls, timeouts }, deps)
      closes.push(() => observer.close())
      return {
        permissions: (signal) => ask(api, 'GET /access/permissions', {}, schemas.permissions, signal),
        status: async (signal) => {
          const rows = await ask(api, 'GET /cluster/status', {}, schemas.clusterStatus, signal)
          const nodes = rows.filter(({ type }) => type === 'node')
          return {
            // A node on its own has no such row, and always takes writes.
            quorate: rows.find(({ type }) => type === 'cluster')?.quorate ?? true,
            nodes: nodes.map(({ name = '', online = true }) => ({ name, online })),
          }
        },
        nodeVersion: (node, signal) => ask(api, 'GET /nodes/{node}/version', { node }, schemas.nodeVersion, signal),
        nodeTime: async (node, signal) =>
          (await ask(api, 'GET /nodes/{node}/time', { node }, schemas.nodeTime, signal)).time * 1000,
        grant: (path, rights, signal) => api.explain({ path, rights }, signal),
        snapshot: (signal) => observer.observe(signal),
      }
    },
    close: () => closes.forEach((each) => each()),
  }
}

const ask = async <C extends ReadCall, T>(
  api: Api,
  call: C,
  names: PathOf<C>,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> => (await api.peek(call, names, {}, z.object({ data: schema }), signal)).data
