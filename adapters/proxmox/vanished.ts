import { isProxmoxError } from '../../model/proxmox-error.ts'
import type { GuestSeen, NodeNetworkSeen, VnetSeen } from '../../model/snapshot.ts'
import type { Unseen, UnseenKind } from '../../model/unseen.ts'
import type { Api } from './api.ts'
import { poolMembers } from './pool-members.ts'
import { nothing } from './schemas.ts'
import type { SeenBefore } from './seen-before.ts'
import { isVmidTaken } from './vmid-taken.ts'

/** The lists of one look. */
interface Lists {
  readonly guests: readonly GuestSeen[]
  readonly pools: readonly string[]
  readonly vnets: readonly VnetSeen[]
  /** Of those nodes that told. */
  readonly nodeNetworks: readonly NodeNetworkSeen[]
}

/** Tells what lists leave out although it is there. */
export interface Vanished {
  /** Remembers what the lists show, and asks by its name for what earlier ones showed and these don't. */
  among(lists: Lists, signal: AbortSignal): Promise<readonly Unseen[]>
}

/**
 * Rights that are read before and after a list don't prove it: they may have been missing in between. So what a list does not show
 * any more is asked for by its name, which Proxmox answers or refuses and never leaves out. One read for each thing that is gone,
 * once; and for each that is left out, as long as it is.
 */
export function createVanished(api: Pick<Api, 'read'>, before: SeenBefore): Vanished {
  /** A thing is there as well where it must not be read: what is not there is told as such. */
  const exists = async (ask: () => Promise<unknown>): Promise<boolean> => {
    try {
      await ask()
      return true
    } catch (error) {
      if (isProxmoxError(error, 'forbidden')) return true
      if (isProxmoxError(error, 'not-found')) return false
      throw error
    }
  }

  const guests = async (shown: readonly GuestSeen[], signal: AbortSignal): Promise<readonly Unseen[]> => {
    const known = before.vmids
    const here = new Set(shown.map(({ vmid }) => vmid))
    const hidden = await left([...known], here, (vmid) => isVmidTaken(api, vmid, signal), known)
    return hidden.map((vmid) => leftOut('guests', `/vms/${vmid}`, 'VM.Audit'))
  }

  const pools = async (shown: readonly string[], signal: AbortSignal): Promise<readonly Unseen[]> => {
    const known = before.pools
    const isThere = (pool: string): Promise<boolean> => exists(() => poolMembers(api, pool, signal))
    const hidden = await left([...known], new Set(shown), isThere, known)
    return hidden.map((pool) => leftOut('pools', `/pool/${pool}`, 'Pool.Audit'))
  }

  const vnets = async (shown: readonly VnetSeen[], signal: AbortSignal): Promise<readonly Unseen[]> => {
    const known = before.vnets
    const isThere = (vnet: string): Promise<boolean> =>
      exists(() => api.read('GET /cluster/sdn/vnets/{vnet}', { vnet }, {}, nothing, signal))
    const hidden = await left([...known.keys()], new Set(shown.map(({ name }) => name)), isThere, known)
    for (const { name, running, configured } of shown) {
      const zone = (running ?? configured)?.zone
      if (zone !== undefined) known.set(name, zone)
    }
    return hidden.map((vnet) => leftOut('sdn', `/sdn/zones/${known.get(vnet)}/${vnet}`, 'SDN.Audit'))
  }

  const bridges = async ({ node, interfaces }: NodeNetworkSeen, signal: AbortSignal): Promise<readonly Unseen[]> => {
    const known = before.bridges.get(node) ?? new Set()
    before.bridges.set(node, known)
    const isThere = (iface: string): Promise<boolean> =>
      exists(() => api.read('GET /nodes/{node}/network/{iface}', { node, iface }, {}, nothing, signal))
    const hidden = await left([...known], new Set(interfaces.map(({ name }) => name)), isThere, known)
    for (const { name, type } of interfaces) if (type === 'bridge') known.add(name)
    return hidden.map((bridge) => leftOut('bridges', `/sdn/zones/localnetwork/${bridge}`, 'SDN.Audit'))
  }

  return {
    async among(lists, signal) {
      const unseen = await Promise.all([
        guests(lists.guests, signal),
        pools(lists.pools, signal),
        vnets(lists.vnets, signal),
        ...lists.nodeNetworks.map((network) => bridges(network, signal)),
      ])
      for (const { vmid } of lists.guests) before.vmids.add(vmid)
      for (const pool of lists.pools) before.pools.add(pool)
      return unseen.flat()
    },
  }
}

/** Which of those that are not shown are there; the others are forgotten. */
async function left<K>(
  known: readonly K[],
  shown: ReadonlySet<K>,
  isThere: (key: K) => Promise<boolean>,
  memory: { delete(key: K): boolean },
): Promise<readonly K[]> {
  const hidden: K[] = []
  for (const key of known) {
    if (shown.has(key)) continue
    if (await isThere(key)) hidden.push(key)
    else memory.delete(key)
  }
  return hidden
}

const leftOut = (what: UnseenKind, path: string, right: string): Unseen => ({
  what,
  path,
  right,
  remedy: `its rights were complete before and after, and yet a list leaves out what is there: see who changes ${right} on ${path}`,
})
