import { Counter, Histogram } from 'prom-client'
import type { Metrics } from '../../model/metrics-port.ts'
import { HOST_STATES, type Watched } from '../../model/watched.ts'
import { flag, gaugeOf, type Registers, secondsOf, valueOf } from './gauge-of.ts'

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Calls to the Proxmox API, and the hosts that they go to. */
export function proxmoxMetrics(
  registers: Registers,
  watched: Partial<Watched>,
): Pick<Metrics, 'proxmoxRequest' | 'proxmoxRetry' | 'observed' | 'taskOfOther'> {
  const requests = new Counter({
    name: 'lanista_proxmox_requests_total',
    help: 'Calls to the Proxmox API by result: ok, or the kind of the error.',
    labelNames: ['method', 'route', 'result'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'lanista_proxmox_request_seconds',
    help: 'Duration of calls to the Proxmox API.',
    labelNames: ['method', 'route'] as const,
    buckets: REQUEST_SECONDS,
    registers,
  })
  const retries = new Counter({
    name: 'lanista_proxmox_retries_total',
    help: 'Calls to the Proxmox API that were sent once more, as what went wrong before may pass.',
    labelNames: ['method', 'route'] as const,
    registers,
  })
  const others = new Counter({
    name: 'lanista_tasks_of_others_total',
    help: 'Tasks that another program has begun with the API token of this Lanista: most likely a second Lanista.',
    registers,
  })
  const hosts = () => watched.hosts?.() ?? []
  gaugeOf(
    registers,
    {
      name: 'lanista_proxmox_host_state',
      help: 'API hosts: 1 for the state that holds, 0 for the others. asked; aside: it failed, and is left out for a while; passedOver: it answers, and not what another may.',
      labelNames: ['host', 'state'] as const,
    },
    () =>
      hosts().flatMap(({ host, state: holds }) =>
        HOST_STATES.map((state) => [{ host, state }, flag(state === holds)] as const),
      ),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_proxmox_requests_waiting',
      help: 'Requests to an API host that wait for their turn.',
      labelNames: ['host'] as const,
    },
    () => hosts().map(({ host, waiting }) => [{ host }, waiting]),
  )
  gaugeOf(
    registers,
    {
      name: 'lanista_proxmox_clock_ahead_seconds',
      help: "How far the clock of an API host is ahead of this machine's, by its last answer, half a second more or less; negative when it is behind.",
      labelNames: ['host'] as const,
    },
    () =>
      hosts().flatMap(({ host, clockAheadSeconds: ahead }) =>
        ahead === undefined ? [] : [[{ host }, ahead] as const],
      ),
  )
  let observedAt = 0
  valueOf(
    registers,
    'lanista_last_successful_observe_timestamp_seconds',
    'When the whole cluster was last read, in Unix time; 0 before the first time.',
    () => secondsOf(observedAt),
  )
  return {
    proxmoxRequest: (method, route, result, took) => {
      requests.inc({ method, route, result })
      seconds.observe({ method, route }, took)
    },
    proxmoxRetry: (method, route) => retries.inc({ method, route }),
    observed: (at) => {
      observedAt = at
    },
    taskOfOther: () => others.inc(),
  }
}
