import type { Finding } from '../../model/condition.ts'
import { bridgeName, ownerMark, vnetName } from '../../model/identity.ts'
import type { ClusterSnapshot, GuestSeen } from '../../model/snapshot.ts'
import { bridgeOwner, isMarked, vnetOwner } from '../network-owner.ts'

/**
 * Why a range whose VMs were made on bridges gets no VNet: its VMs would lose each other, and by a correction of their NICs, which
 * nobody asked for when a zone was made. Undefined for one without VMs, and for one that has its VNet as well, as it has
 * been moved by then.
 */
export function rangeOnBridges(
  rangeId: string,
  number: number,
  zone: string,
  { guests, vnets, nodeNetworks }: ClusterSnapshot,
): Finding | undefined {
  const own = machinesOf(rangeId, guests)
  if (own.length === 0 || vnets.some(({ name }) => name === vnetName(number))) return undefined
  const nodes = new Set(own.map(({ node }) => node))
  const mark = ownerMark(rangeId)
  const bridges = nodeNetworks.flatMap(({ node, interfaces }) =>
    interfaces.flatMap((seen) => {
      const owner = bridgeOwner(seen)
      const isOwn = isMarked(owner, mark) || (owner.kind === 'unmarked' && seen.name === bridgeName(number))
      return nodes.has(node) && seen.type === 'bridge' && isOwn ? [`${seen.name} of node ${node}`] : []
    }),
  )
  if (bridges.length === 0) return undefined
  const message =
    `range ${rangeId}: it has ${count(own)} and a bridge (${bridges.join(', ')}), and ranges get VNets of zone ${zone} now; nothing of it is changed, as VMs on a bridge don't reach those on a VNet; ` +
    `move its VMs over (lanista migrate plan), or set cluster_mode: false to go on with bridges, or, if no guest is on it, remove that bridge`
  return { reason: 'RangeOnBridges', message }
}

/** As `rangeOnBridges`, for a range on VNets where ranges get bridges. */
export function rangeOnVnets(
  rangeId: string,
  number: number,
  node: string,
  { guests, vnets, nodeNetworks }: ClusterSnapshot,
): Finding | undefined {
  const own = machinesOf(rangeId, guests)
  const here = nodeNetworks.find((each) => each.node === node)?.interfaces ?? []
  if (own.length === 0 || here.some(({ name }) => name === bridgeName(number))) return undefined
  const mark = ownerMark(rangeId)
  const found = vnets.filter((vnet) => {
    const owner = vnetOwner(vnet)
    return isMarked(owner, mark) || (owner.kind === 'unmarked' && vnet.name === vnetName(number))
  })
  if (found.length === 0) return undefined
  const names = found.map(({ name, running, configured }) => `${name} in zone ${(running ?? configured)?.zone ?? ''}`)
  const message =
    `range ${rangeId}: it has ${count(own)} and a VNet (${names.join(', ')}), and ranges get bridges now; nothing of it is changed, as VMs on a VNet don't reach those on a bridge; ` +
    `set cluster_mode: true, and sdn_zone to that zone, to go on with VNets, or, if no guest is on it, remove that VNet`
  return { reason: 'RangeOnVnets', message }
}

const machinesOf = (rangeId: string, guests: readonly GuestSeen[]): readonly GuestSeen[] =>
  guests.filter(({ pool, template }) => pool === rangeId && !template)

const count = ({ length }: readonly unknown[]): string => (length === 1 ? 'a VM' : `${length} VMs`)
