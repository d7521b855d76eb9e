import { DNSMASQ_UNIT, HOST_PATHS, type HostPlan, LUDUS_UNITS, NAT_DEVICE } from '../../model/host-migration.ts'
import { HostError, type HostSystem } from '../../model/host-ports.ts'
import type { HostSeen } from '../../model/host-seen.ts'
import type { HostBefore, HostJournal } from '../../model/host-journal.ts'
import { ProxmoxError } from '../../model/proxmox-error.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import { configWishes, saysJust } from '../../reconcilers/host/check-config.ts'
import { planHost } from '../../reconcilers/host/plan-host.ts'
import { routesBy } from '../../reconcilers/host/host-routes.ts'
import { rewriteConfig } from '../../reconcilers/host/rewrite-config.ts'
import { isReadByDnsmasq } from '../../reconcilers/host/rewrite-dnsmasq.ts'
import { hasNatAddress, masqueradesOf } from '../../reconcilers/host/what-holds.ts'
import type { HostParts } from './host-parts.ts'

export interface HostWish {
  /** `config.yml` by its path, and what is in force of it. */
  readonly configFile: string
  readonly config: ServerConfig
  /** The device by which packets leave; undefined: that of the default route. */
  readonly outgoing: string | undefined
}

/** A plan, and what no file tells of how the host is before it. */
export interface PlannedHost {
  readonly plan: HostPlan
  readonly before: HostBefore
}

/** The services that the plan is about. */
export const UNITS: readonly string[] = [...LUDUS_UNITS, DNSMASQ_UNIT]

/** Looks at the host and plans its move. Writes nothing. Throws `UserError` for what can't be read. */
export async function lookAndPlan(parts: HostParts, wish: HostWish, signal: AbortSignal): Promise<PlannedHost> {
  try {
    return await planned(parts, wish, signal)
  } catch (error) {
    if (error instanceof HostError) throw new UserError(error.message, error)
    throw error
  }
}

async function planned(parts: HostParts, wish: HostWish, signal: AbortSignal): Promise<PlannedHost> {
  const { system } = parts
  const { configFile, config } = wish
  const seen = await system.look(UNITS)
  if (seen.missing.length > 0)
    throw new UserError(
      `this host lacks ${seen.missing.join(', ')}, with which Ludus and Proxmox set up its network; run this on the Ludus host, or apt install them`,
    )
  const bridge = config.ludus_nat_interface === NAT_DEVICE ? 'vmbr1000' : config.ludus_nat_interface
  const outgoing = wish.outgoing ?? seen.routes.find(({ destination }) => destination === 'default')?.dev
  const text = await textOf(system, configFile)
  const { after, inTheWay } = await configAfter(parts, text, wish, signal)
  const ground = {
    seen,
    target: { bridge, outgoing: outgoing ?? '' },
    interfaces: await textOf(system, HOST_PATHS.interfaces),
    isStaged: (await system.readFile(HOST_PATHS.stagedInterfaces)) !== undefined,
    dnsmasq: await dnsmasqFiles(system),
    config: { path: configFile, before: text, after },
    inTheWay: [...inTheWay, ...whyNotOutgoing(outgoing, seen), ...(await unfinished(parts))],
  }
  return { plan: planHost(ground), before: beforeOf(seen, bridge, ground.target.outgoing) }
}

async function textOf(system: HostSystem, path: string): Promise<string> {
  const text = await system.readFile(path)
  if (text === undefined) throw new UserError(`${path}: it does not exist; run this on the Ludus host`)
  return text
}

/** Whether it is a cluster only Proxmox knows, and nothing is changed that could not be put back for want of Proxmox. */
async function configAfter(
  parts: HostParts,
  text: string,
  { configFile, config }: HostWish,
  signal: AbortSignal,
): Promise<{ readonly after: string; readonly inTheWay: readonly string[] }> {
  const said = parts.readMapping(text)
  if (said === undefined)
    return { after: text, inTheWay: [`${configFile}: it is no mapping of YAML; put it in order first`] }
  let nodes: number
  try {
    const complaint = await parts.probe()
    if (complaint !== undefined) throw new ProxmoxError('transport', 'GET /version', complaint)
    nodes = await parts.countNodes(signal)
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error
    const inTheWay = `Proxmox API: ${error.message}; it tells whether this is a cluster, and everything is put back when it can't be reached, so it has to answer before anything is changed`
    return { after: text, inTheWay: [inTheWay] }
  }
  const wishes = configWishes(said, config, nodes > 1)
  const after = rewriteConfig(text, wishes)
  if (saysJust(wishes, said, parts.readMapping(after))) return { after, inTheWay: [] }
  const lines = wishes.map(({ key, value }) => `${key}: ${String(value)}`).join(', ')
  return {
    after: text,
    inTheWay: [
      `${configFile}: it is written in a way in which it can't be changed line by line; write into it yourself: ${lines}`,
    ],
  }
}

async function dnsmasqFiles(system: HostSystem): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const names = (await system.list(HOST_PATHS.dnsmasqFolder)).filter(isReadByDnsmasq)
  const paths = [HOST_PATHS.dnsmasqConfig, ...names.map((name) => `${HOST_PATHS.dnsmasqFolder}/${name}`)]
  const read = paths.map(async (path) => ({ path, text: await system.readFile(path) }))
  return (await Promise.all(read)).flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]))
}

function whyNotOutgoing(outgoing: string | undefined, { devices }: HostSeen): readonly string[] {
  if (outgoing === undefined)
    return [
      'route default: there is none, so it is not known by which device packets leave; say it with --outgoing DEVICE',
    ]
  return devices.some(({ name }) => name === outgoing)
    ? []
    : [`${outgoing}: there is no such device on this host; name another with --outgoing`]
}

async function unfinished({ journal }: HostParts): Promise<readonly string[]> {
  const seen = await journal.read()
  if (seen === undefined || !isUnfinished(seen)) return []
  return [
    'a move of this host was begun and is not over; lanista migrate host run goes on with it, lanista migrate host rollback puts everything back',
  ]
}

/** Whether somebody is at work on it, or was and ended in the middle. */
export const isUnfinished = ({ phase }: HostJournal): boolean =>
  phase === 'changing' || phase === 'waiting' || phase === 'reverting'

const beforeOf = (seen: HostSeen, bridge: string, outgoing: string): HostBefore => ({
  hadAddress: hasNatAddress(seen, bridge),
  deviceHadAddress: hasNatAddress(seen, NAT_DEVICE),
  masquerades: masqueradesOf(seen, outgoing),
  routes: routesBy(seen, bridge),
  ports: seen.devices.filter(({ master }) => master === bridge),
})
