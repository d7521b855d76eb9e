import type { Finding } from '../../model/condition.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { numberedBridges } from '../bridge/range-bridge.ts'
import { numberedVnets } from '../vnet/numbered-vnets.ts'

/**
 * Why a range can't be made beside one on the cluster whose id differs from its own only in case: their VMs would have the
 * same tags, and each would count as the other's. Its file was renamed, as a rule. An empty pool is nobody's range.
 */
export function otherCaseOf(
  rangeId: string,
  snapshot: Pick<ClusterSnapshot, 'guests' | 'vnets' | 'nodeNetworks'>,
): Finding | undefined {
  const ids = [
    ...snapshot.guests.map(({ pool }) => pool),
    ...numberedVnets(snapshot).map((vnet) => vnet.rangeId),
    ...snapshot.nodeNetworks.flatMap(numberedBridges).map((bridge) => bridge.rangeId),
  ]
  const other = ids.find((id) => id !== rangeId && id?.toLowerCase() === rangeId.toLowerCase())
  return other === undefined
    ? undefined
    : {
        reason: 'IdTaken',
        message: `range ${rangeId}: the range ${other} is on the cluster, and their ids differ only in case, so their VMs would have the same tags; rename the file back to ${other}, or remove that range first: lanista destroy ${other}`,
      }
}
