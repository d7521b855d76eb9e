import type { Finding } from '../../model/condition.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import { TELLS_NOTHING } from '../silent-node.ts'
import { nodeOfTask } from '../../model/upid.ts'
import { lackingNodes } from './node-states.ts'

/** Where the repair of nodes that lack networks stands. */
export type RepairStanding =
  /** It is made by itself, at once or when its next time has come. */
  | { readonly kind: 'pending' }
  /** Something keeps it from being made. `why`: a part of a sentence, with what to do. */
  | { readonly kind: 'held'; readonly why: string }
  /** It has not helped so often that a person has to. */
  | { readonly kind: 'exhausted' }

/**
 * Why VMs of a range are not started on some nodes, and what to do.
 *
 * @param without nodes that hold VMs of the range, or will, and on which its networks are not in force
 */
export function networksMissing(
  rangeId: string,
  without: readonly NodeNetworkState[],
  repair: RepairStanding,
): Finding {
  const what = without.map(({ node, message }) => `node ${node} ${message}`).join('; ')
  const reason = reasonFor(without)
  const message = `range ${rangeId}: ${what}, so VMs there are not started${reason === 'Progressing' ? ' yet' : ''}; ${remedyFor(without, repair)}`
  return { reason, message }
}

const has = (without: readonly NodeNetworkState[], state: NodeNetworkState['state']): boolean =>
  without.some((each) => each.state === state)

function reasonFor(without: readonly NodeNetworkState[]): string {
  if (without.every(({ state }) => state === 'reloading')) return 'Progressing'
  return has(without, 'hanging') ? 'NodeReloadHangs' : 'NodeNetworkMissing'
}

function remedyFor(without: readonly NodeNetworkState[], repair: RepairStanding): string {
  const remedies = [
    ...without.flatMap(({ node, task }) =>
      task === undefined ? [] : [`${hangingRemedy(node, task)}; then this goes on by itself`],
    ),
    ...(lackingNodes(without).length > 0 ? [lackingRemedy(repair)] : []),
    ...(isLeftOut(without) || has(without, 'absent') ? ['see ZoneReady for how to let the zone reach it'] : []),
  ]
  return remedies.length === 0 ? 'this goes on by itself' : remedies.join('; ')
}

/** What is to be done about one that tells nothing of itself has been said. */
const isLeftOut = (without: readonly NodeNetworkState[]): boolean =>
  without.some(({ state, message }) => state === 'excluded' && message !== TELLS_NOTHING)

/** What a person does about a node at which something hangs. @param upid of the task that does */
export function hangingRemedy(node: string, upid: string): string {
  const runsOn = nodeOfTask(upid)
  const see =
    runsOn === node
      ? `see what it waits for (ps -ef --forest on ${node})`
      : `see why ${node} does not answer (ssh ${node} from ${runsOn})`
  return `${see}, or end the task (pvesh delete /nodes/${runsOn}/tasks/${upid})`
}

function lackingRemedy(repair: RepairStanding): string {
  switch (repair.kind) {
    case 'pending':
      return 'it is repaired by applying again, with growing waits; ifreload -a on the node tells what is wrong'
    case 'held':
      return `it would be repaired by applying again, which is not done, because ${repair.why}`
    case 'exhausted':
      return 'applying again has not helped; put the node in order (ifreload -a on it tells what is wrong), then apply once more, with all that is pending in Datacenter > SDN: pvesh set /cluster/sdn'
  }
}
