import { ownerMark } from '../../model/identity.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { bridgeOwner, isMarked } from '../network-owner.ts'
import { markedVnets } from '../vnet/marked-vnets.ts'

/** What a cluster has of a range. */
export interface RangeLeft {
  /** In its pool, in order of VMID. */
  readonly guests: readonly GuestSeen[]
  /** The networks that carry its mark, such as `vnet r1` or `bridge vmbr1001 on pve1`. */
  readonly networks: readonly string[]
  readonly pool: boolean
}

/** What a snapshot shows of a range, by its pool and its mark, whether it has a file or not. */
export function rangeLeft(rangeId: string, snapshot: ClusterSnapshot): RangeLeft {
  const mark = ownerMark(rangeId)
  const bridges = snapshot.nodeNetworks.flatMap(({ node, interfaces }) =>
    interfaces.flatMap((seen) => (isMarked(bridgeOwner(seen), mark) ? [`bridge ${seen.name} on ${node}`] : [])),
  )
  return {
    guests: snapshot.guests.filter(({ pool }) => pool === rangeId).sort((a, b) => a.vmid - b.vmid),
    networks: [...markedVnets(snapshot, mark).map((name) => `vnet ${name}`), ...bridges],
    pool: snapshot.pools.includes(rangeId),
  }
}

/** True when VMs and networks are gone. A pool that is left may be somebody's. */
export const isGone = ({ guests, networks }: RangeLeft): boolean => guests.length === 0 && networks.length === 0
