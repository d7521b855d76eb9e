import type { Finding } from '../../model/condition.ts'
import type { NodeNetworkState } from '../../model/node-network-state.ts'
import { TELLS_NOTHING } from '../silent-node.ts'
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
  const message = `range ${rangeId}: ${what}, so VMs there are not started; ${remedyFor(without, repair)}`
  return { reason: 'NodeNetworkMissing', message }
}

function remedyFor(without: readonly NodeNetworkState[], repair: RepairStanding): string {
  if (lackingNodes(without).length === 0) {
    const leftOut = without.some(({ state, message }) => state === 'excluded' && message !== TELLS_NOTHING)
    // What is to be done about one that tells nothing of itself has been said.
    return leftOut ? 'see ZoneReady for how to let the zone reach it' : 'this goes on by itself then'
  }
  switch (repair.kind) {
    case 'pending':
      return 'it is repaired by applying again, with growing waits; ifreload -a on the node tells what is wrong'
    case 'held':
      return `it would be repaired by applying again, which is not done, because ${repair.why}`
    case 'exhausted':
      return 'applying again has not helped; put the node in order (ifreload -a on it tells what is wrong), then apply once more: pvesh set /cluster/sdn'
  }
}
