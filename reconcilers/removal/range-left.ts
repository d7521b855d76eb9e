import type { Finding } from '../../model/condition.ts'
import {
  isConfiguredFor,
  NAT_VNET,
  ownerMark,
  poolComment,
  rangeIdOfMark,
  rangeNumberOfBridge,
  rangeNumberOfVnet,
} from '../../model/identity.ts'
import { isRangeId } from '../../model/range-id.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { stagedDeletions } from '../bridge/staged-deletions.ts'
import { bridgeOwner, isMarked, rangeIdOf, vnetOwner } from '../network-owner.ts'
import { NO_QUORUM } from '../no-quorum.ts'
import { bridgesHidden, hiddenMembersOf, machinesHidden, sdnHidden } from '../not-visible.ts'
import { markedVnets } from '../vnet/marked-vnets.ts'

/** What a cluster has of a range. */
export interface RangeLeft {
  /** In its pool, in order of VMID. */
  readonly guests: readonly GuestSeen[]
  /** The networks that carry its mark, such as `vnet r1` or `bridge vmbr1001 on pve1`. */
  readonly networks: readonly string[]
  /** The range's number, by the names of those networks; undefined when none tells it. */
  readonly number: number | undefined
  readonly pool: boolean
  /** Something of this proves that Lanista looked after the range, so that it is one whether it has a file or not. */
  readonly isMarked: boolean
}

/** What a snapshot shows of a range, by its pool and its mark, whether it has a file or not. */
export function rangeLeft(rangeId: string, snapshot: ClusterSnapshot): RangeLeft {
  const mark = ownerMark(rangeId)
  const bridges = snapshot.nodeNetworks.flatMap(({ node, interfaces }) =>
    interfaces.flatMap((seen) => (isMarked(bridgeOwner(seen), mark) ? [{ node, name: seen.name }] : [])),
  )
  const vnets = markedVnets(snapshot, mark)
  const numbers = [
    ...vnets.map((name) => rangeNumberOfVnet(name)),
    ...bridges.map(({ name }) => rangeNumberOfBridge(name)),
  ]
  return {
    guests: snapshot.guests.filter(({ pool }) => pool === rangeId).sort((a, b) => a.vmid - b.vmid),
    networks: [...vnets.map((name) => `vnet ${name}`), ...bridges.map(({ node, name }) => `bridge ${name} on ${node}`)],
    number: numbers.find((number) => number !== undefined),
    pool: snapshot.pools.includes(rangeId),
    isMarked: markedRanges(snapshot).has(rangeId),
  }
}

/** True when VMs and networks are gone. A pool that is left may be somebody's. */
export const isGone = ({ guests, networks }: RangeLeft): boolean => guests.length === 0 && networks.length === 0

/**
 * The ids of all ranges that Lanista looked after, as the cluster itself proves: by a network with the range's mark, a pool
 * with Lanista's comment, or a VM in the range's pool with both tags. Ludus' own pools and VMs carry none of these, and
 * tags of a VM in no pool name no range, since they are in lower case.
 */
export function markedRanges({
  vnets,
  nodeNetworks,
  pools,
  poolComments,
  guests,
}: Pick<ClusterSnapshot, 'vnets' | 'nodeNetworks' | 'pools' | 'poolComments' | 'guests'>): ReadonlySet<string> {
  const ofNetworks = [
    ...vnets.map((vnet) => (vnet.name === NAT_VNET.name ? undefined : rangeIdOf(vnetOwner(vnet)))),
    ...nodeNetworks.flatMap(({ interfaces }) => interfaces.map((seen) => rangeIdOf(bridgeOwner(seen)))),
    ...nodeNetworks.flatMap((network) => [...stagedDeletions(network).values()].map(rangeIdOfMark)),
  ]
  const ofPools = pools.filter((pool) => poolComments.get(pool) === poolComment(pool))
  const ofGuests = guests.map(({ kind, template, pool, tags }) =>
    kind === 'qemu' && !template && pool !== undefined && isConfiguredFor(pool, tags) ? pool : undefined,
  )
  return new Set(
    [...ofNetworks, ...ofPools, ...ofGuests].filter((id): id is string => id !== undefined && isRangeId(id)),
  )
}

/** Why more of a range may be there than a snapshot shows; undefined when it shows all. */
export function mayHaveMore(rangeId: string, snapshot: ClusterSnapshot): Finding | undefined {
  if (!snapshot.quorate) return NO_QUORUM
  const subject = `range ${rangeId}`
  const consequence = 'so it is not known which networks are its'
  return (
    machinesHidden(rangeId, snapshot) ??
    hiddenMembersOf(rangeId, snapshot) ??
    sdnHidden(subject, consequence, snapshot) ??
    bridgesHidden(subject, consequence, snapshot) ??
    untoldNetworks(subject, snapshot)
  )
}

function untoldNetworks(subject: string, { nodes, nodeNetworks }: ClusterSnapshot): Finding | undefined {
  const silent = nodes.filter(({ name, inCluster }) => inCluster && nodeNetworks.every(({ node }) => node !== name))
  if (silent.length === 0) return undefined
  const names = silent.map(({ name }) => name).join(', ')
  const message = `${subject}: node ${names} does not tell its network, so it is not known whether a bridge there is its; see why it does not answer`
  return { reason: 'NodeNetworkUntold', message }
}
