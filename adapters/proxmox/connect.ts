import { type Clock, steadyOf } from '../../model/clock.ts'
import type { Logger, Proxmox } from '../../model/ports.ts'
import { shownUrl } from '../../model/shown-url.ts'
import { UserError } from '../../model/user-error.ts'
import type { Watched } from '../../model/watched.ts'
import type { Lanes } from './lanes.ts'
import { createAccessWriter } from './access.ts'
import { createWatchApply } from './apply-watch.ts'
import { createApi, type RequestSeen, type Timeouts } from './api.ts'
import type { Call } from './calls.ts'
import { createClockLooks } from './clock-looks.ts'
import { createBridgeWriter } from './bridges.ts'
import { createGuestCensus } from './guest-census.ts'
import { createGuestAgents } from './guest-agents.ts'
import { createGuestNicReader } from './guest-nics.ts'
import { createGuestTasks } from './guest-tasks.ts'
import { createHosts } from './hosts.ts'
import { createNicLooks } from './nic-looks.ts'
import { createNicReader } from './nics.ts'
import { createNodeNetworks } from './node-networks.ts'
import { createObserver } from './observe.ts'
import { createPlugs } from './plugs.ts'
import { createPools } from './pools.ts'
import { rememberOwnTasks } from './own-tasks.ts'
import { throughQuorateHost } from './quorate-host.ts'
import { createReboots } from './reboots.ts'
import { createRunTask } from './run-task.ts'
import { createSdnWriter } from './sdn.ts'
import { createSeenBefore } from './seen-before.ts'
import { createSlots } from './slots.ts'
import { createTaskRecord, type TaskSeen } from './task-record.ts'
import { createTaskFollower } from './tasks.ts'
import { TrustingAgent, type TlsTrust } from './tls.ts'
import { createTemplates } from './templates.ts'
import { tokenIdOf } from './token.ts'
import { createMachines } from './vms.ts'
import { createVanished } from './vanished.ts'
import { createVisibility } from './visibility.ts'
import { createVnetStates } from './vnet-states.ts'

/** Which Proxmox to talk to, and how. */
export interface ProxmoxSettings {
  /** Base URLs of API hosts of one cluster, such as `https://pve1:8006`; the first that works is kept. */
  readonly hosts: readonly string[]
  /** `user@realm!name=secret`, from `readToken`. */
  readonly token: string
  readonly tls: TlsTrust
  readonly timeouts?: Partial<Timeouts>
}

export interface ProxmoxDeps {
  readonly clock: Clock
  /** 0 <= value < 1 */
  readonly random: () => number
  readonly logger: Logger
  readonly lanes: Lanes
  /** Told once per request sent, for metrics. */
  readonly onRequest?: (seen: RequestSeen) => void
  readonly onRetry?: (call: Call) => void
  readonly onTaskEnded?: (seen: TaskSeen) => void
}

const TIMEOUTS: Timeouts = { connect: 5000, read: 35_000, peek: 5000, write: 60_000 }

/** Only the origin of a host's URL; and only https, as the API token goes there. */
export const originOf = (host: string): string => {
  const url = URL.canParse(host) ? new URL(host) : undefined
  if (url?.protocol === 'https:') return url.origin
  throw new UserError(`Proxmox API host ${shownUrl(host)}: not an https URL; write it as https://ADDRESS:8006`)
}

/** Proxmox behind its ports, and what is told of the way there. */
export type ConnectedProxmox = Proxmox & {
  readonly standing: Pick<Watched, 'hosts' | 'tasks' | 'lanes'>
  /** Lets go of idle connections. */
  close(): void
}

/** Proxmox behind its ports. Nothing is sent before the first call. */
export const connectProxmox = (
  settings: ProxmoxSettings,
  { clock, random, logger, lanes, ...told }: ProxmoxDeps,
): ConnectedProxmox => {
  const { onRequest = () => undefined, onRetry = () => undefined, onTaskEnded = () => undefined } = told
  const steady = steadyOf(clock)
  const timeouts = { ...TIMEOUTS, ...settings.timeouts }
  const caller = { tokenId: tokenIdOf(settings.token) }
  if (settings.tls.kind === 'insecure')
    logger.warn(
      'Proxmox API: its certificate is not verified (proxmox_invalid_cert), so anybody in between can read the API token; ' +
        'set lanista.proxmox.fingerprint or lanista.proxmox.ca_file instead',
      { hosts: settings.hosts.map(shownUrl) },
    )
  if (settings.hosts.length === 0) throw new UserError('Proxmox API: no host; set proxmox_url')
  const all = settings.hosts.map((host) => ({
    url: originOf(host),
    agent: new TrustingAgent(settings.tls, timeouts.connect),
    slots: createSlots(),
  }))
  const hosts = createHosts(all, { clock: steady, random })
  const authorization = `PVEAPIToken=${settings.token}`
  const clocks = createClockLooks(clock)
  const api = createApi({
    hosts,
    authorization,
    caller,
    timeouts,
    clock: steady,
    random,
    onRequest,
    onRetry,
    onAnswer: ({ url }, { date }) => clocks.saw(url, date),
  })
  const taskRecord = createTaskRecord(steady, onTaskEnded)
  const tasks = createTaskFollower({ api, clock: steady, logger })
  const ownTasks = rememberOwnTasks(steady, caller.tokenId)
  const runTask = createRunTask({ api, tasks, ownTasks, clock, random, taskLog: taskRecord })
  const templates = createTemplates(api, steady)
  const visibility = createVisibility(api, steady)
  const before = createSeenBefore()
  const plugs = createPlugs(api, steady)
  const observer = createObserver({
    api,
    clock,
    steady,
    caller,
    templates,
    nodeNetworks: createNodeNetworks(api),
    vnetStates: createVnetStates(api),
    visibility,
    ownTasks,
    vanished: createVanished(api, before),
  })
  return {
    ...throughQuorateHost(observer, hosts, steady),
    nics: createNicReader({ api, census: createGuestCensus({ api, visibility, before }), plugs }),
    guestNics: createGuestNicReader(api),
    guestAgents: createGuestAgents(api),
    nicLooks: createNicLooks({ api, lanes, plugs, clock: steady }),
    sdn: createSdnWriter({ api, runTask, watchApply: createWatchApply({ api, clock: steady }), logger }),
    bridges: createBridgeWriter(api, runTask),
    machines: createMachines({ api, runTask, templates, lanes, plugs }),
    reboots: createReboots(api, runTask),
    guestTasks: createGuestTasks(api),
    pools: createPools(api),
    access: createAccessWriter(api),
    standing: {
      hosts: () =>
        all.map((host) => ({
          host: host.url,
          state: hosts.standingOf(host),
          waiting: host.slots.waiting(),
          clockAheadSeconds: clocks.aheadOf(host.url),
        })),
      tasks: () => taskRecord.running(),
      lanes: () => lanes.standings(),
    },
    close: () => all.forEach(({ agent }) => agent.destroy()),
  }
}
