import { NAT_VNET } from '../../model/identity.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { ClusterSnapshot, NodeSeen, ReloadSeen } from '../../model/snapshot.ts'
import type { ZoneCheck } from '../../model/zone-finding.ts'
import { compareStarts } from '../../model/upid.ts'
import { hangingNodes, hangingText, reloadsUnderWay, taskText } from '../reloading-nodes.ts'
import { TELLS_NOTHING } from '../silent-node.ts'

/**
 * Whether a range's VNets are in force on each node, in order of name. Proxmox calls an apply `OK` that failed on a
 * node, and a VNet `available` as soon as its file is written, whose bridge does not exist yet, so each node's own last reload
 * counts as well, unless the node has been started since: a start brings up what is configured.
 *
 * @param vnets those of the range
 */
export function nodeStates(
  vnets: readonly string[],
  snapshot: ClusterSnapshot,
  { unreached, withoutNat }: Pick<ZoneCheck, 'unreached' | 'withoutNat'>,
): readonly NodeNetworkState[] {
  const zones = new Map(snapshot.vnets.map(({ name, running }) => [name, running?.zone]))
  const hanging = hangingNodes(snapshot)
  const underWay = reloadsUnderWay(snapshot).filter(({ hangs }) => !hangs)
  const apply = underWay.find(({ kind }) => kind === 'apply')
  const applied = vnets.every((name) => snapshot.vnets.some((vnet) => vnet.name === name && vnet.running !== undefined))
  const stateOf = (node: NodeSeen): NodeNetworkState => {
    const is = (state: NodeNetworkState['state'], message = ''): NodeNetworkState => ({
      node: node.name,
      state,
      message,
    })
    const why = unreached.get(node.name)
    if (why !== undefined) return is('excluded', why)
    if (!node.inCluster) return is('offline', 'is offline; Proxmox brings its networks up to date when it starts')
    if (!node.online) return is('excluded', TELLS_NOTHING)
    if (!applied) return is('absent', 'has no network of the range yet')
    const hangs = hanging.get(node.name)
    if (hangs !== undefined) return { ...is('hanging', hangingText(hangs)), task: hangs.task.upid }
    const own = underWay.find(({ kind, task }) => kind === 'own' && task.node === node.name)
    if (own !== undefined) return is('reloading', `is reloading its network ${taskText(own.task)}`)
    const failure = failedReload(node, snapshot)
    if (failure !== undefined) return is('failed', `did not reload its network (${failure})`)
    // Where the NAT VNet is not meant to be, no router is placed, and other VMs do without it.
    const here = withoutNat.has(node.name) ? vnets.filter((name) => name !== NAT_VNET.name) : vnets
    const notAvailable = snapshot.vnetStates.find(
      (seen) =>
        seen.node === node.name &&
        seen.status !== 'available' &&
        here.some((name) => zones.get(name) === seen.zone && (seen.vnet ?? name) === name),
    )
    if (notAvailable?.status === 'pending' && apply !== undefined)
      return is('reloading', `has yet to be reloaded by the apply that is under way ${taskText(apply.task)}`)
    if (notAvailable !== undefined)
      return is(
        notAvailable.status === 'pending' ? 'pending' : 'failed',
        `says of ${notAvailable.vnet === undefined ? `zone ${notAvailable.zone}` : `vnet ${notAvailable.vnet}`}: ${notAvailable.status}${notAvailable.message === undefined ? '' : ` (${notAvailable.message})`}`,
      )
    return is('available')
  }
  return [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : 1)).map(stateOf)
}

/** Nodes that are on and lack an applied network although the zone reaches them: applying again repairs them. */
export const lackingNodes = (states: readonly NodeNetworkState[]): readonly NodeNetworkState[] =>
  states.filter(({ state }) => state === 'failed' || state === 'pending')

/** Nodes that are on and on which VMs of the range would have no network, whatever the cause: none is started there. */
export const nodesWithout = (states: readonly NodeNetworkState[]): readonly NodeNetworkState[] =>
  states.filter(({ state }) => state !== 'available' && state !== 'offline')

/** The states after an apply, with what its own log tells of nodes. @param through why each did not reload; undefined where it did */
export const withReloads = (
  states: readonly NodeNetworkState[],
  through: ReadonlyMap<string, string | undefined>,
): readonly NodeNetworkState[] =>
  states.map((seen) => {
    const why = through.get(seen.node)
    if (why !== undefined)
      return seen.state !== 'available'
        ? seen
        : { ...seen, state: 'failed', message: `did not reload its network (${why})` }
    // The list tells the end of a reload later than the log does.
    return through.has(seen.node) && seen.state === 'reloading' ? { ...seen, state: 'available', message: '' } : seen
  })

/**
 * How a node's last reload failed, when it did and the node was not started since. The last is the one that began last: one that
 * began earlier has read the files as they were before, however late it ended.
 */
function failedReload(node: NodeSeen, { reloads, takenAt }: ClusterSnapshot): string | undefined {
  const startedAt = takenAt - node.uptimeSeconds * 1000
  const last = reloads
    .filter((reload) => reload.node === node.name)
    .reduce<ReloadSeen | undefined>(
      (newest, each) => (newest === undefined || isLater(each, newest) ? each : newest),
      undefined,
    )
  return last === undefined || last.endedAt < startedAt ? undefined : last.failure
}

/** Of two that began in the same moment the one that failed tells, as nobody knows. */
function isLater(one: ReloadSeen, other: ReloadSeen): boolean {
  const order = compareStarts(one.upid, other.upid)
  return order === 0 ? one.failure !== undefined : order > 0
}
