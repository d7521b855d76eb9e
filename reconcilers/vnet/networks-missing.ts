import type { Finding } from '../../model/condition.ts'
import type { NodeNetworkState } from '../../model/plan/network-plan.ts'
import { lackingNodes } from './node-states.ts'

/**
 * Why VMs of a range are not started on some nodes, and what to do.
 *
 * @param without nodes that hold VMs of the range, or will, and on which its networks are not in force
 * @param exhausted applying again has not helped often enough
 */
export function networksMissing(rangeId: string, without: readonly NodeNetworkState[], exhausted: boolean): Finding {
  const what = without.map(({ node, message }) => `node ${node} ${message}`).join('; ')
  const message = `range ${rangeId}: ${what}, so VMs there are not started; ${remedyFor(without, exhausted)}`
  return { reason: 'NodeNetworkMissing', message }
}

function remedyFor(without: readonly NodeNetworkState[], exhausted: boolean): string {
  if (lackingNodes(without).length === 0) return 'see ZoneReady for how to let the zone reach it'
  return exhausted
    ? 'applying again has not helped; put the node in order (ifreload -a on it tells what is wrong), then apply once more: pvesh set /cluster/sdn'
    : 'it is repaired by applying again, with growing waits; ifreload -a on the node tells what is wrong'
}
