import type { NodeNetworkState } from '../../model/node-network-state.ts'
import type { ClusterSnapshot, NodeSeen, ReloadSeen } from '../../model/snapshot.ts'
import { TELLS_NOTHING } from '../silent-node.ts'

/**
 * Whether a range's VNets are in force on each node, in order of name. Proxmox calls an apply `OK` that failed on a
 * node, and a VNet `available` whose bridge does not exist, so each node's own last reload counts as well, unless the
 * node has been started since: a start brings up what is configured.
 *
 * @param vnets those of the range
 * @param unreached node -> why the zone doesn't reach it
 */
export function nodeStates(
  zone: string,
  vnets: readonly string[],
  snapshot: ClusterSnapshot,
  unreached: ReadonlyMap<string, string>,
): readonly NodeNetworkState[] {
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
    const failure = failedReload(node, snapshot)
    if (failure !== undefined) return is('failed', `did not reload its network (${failure})`)
    const notAvailable = snapshot.vnetStates.find(
      (seen) =>
        seen.node === node.name && seen.zone === zone && vnets.includes(seen.vnet) && seen.status !== 'available',
    )
    if (notAvailable !== undefined)
      return is(
        notAvailable.status === 'pending' ? 'pending' : 'failed',
        `says of vnet ${notAvailable.vnet}: ${notAvailable.status}${notAvailable.message === undefined ? '' : ` (${notAvailable.message})`}`,
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

/** The states after an apply, with what its own log tells of nodes that seem fine otherwise. */
export const withReloadFailures = (
  states: readonly NodeNetworkState[],
  failures: ReadonlyMap<string, string>,
): readonly NodeNetworkState[] =>
  states.map((seen) => {
    const why = failures.get(seen.node)
    return seen.state !== 'available' || why === undefined
      ? seen
      : { ...seen, state: 'failed', message: `did not reload its network (${why})` }
  })

/** How a node's last reload failed, when it did and the node was not started since. */
function failedReload(node: NodeSeen, { reloads, takenAt }: ClusterSnapshot): string | undefined {
  const startedAt = takenAt - node.uptimeSeconds * 1000
  const last = reloads
    .filter((reload) => reload.node === node.name)
    .reduce<ReloadSeen | undefined>(
      (newest, each) => (newest && newest.endedAt >= each.endedAt ? newest : each),
      undefined,
    )
  return last === undefined || last.endedAt < startedAt ? undefined : last.failure
}
