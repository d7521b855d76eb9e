import type { NetworkView, TemplateView } from '../../model/api/cluster-views.ts'
import {
  bridgeName,
  NAT_VNET,
  rangeIdOfMark,
  rangeNumberOfBridge,
  rangeNumberOfVnet,
  vnetName,
} from '../../model/identity.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import { type RangeStatus } from '../../model/range-status.ts'
import type { ClusterSnapshot, InterfaceSeen, VnetSeen } from '../../model/snapshot.ts'
import { compareNames } from '../placement/compare-names.ts'

/** The network that a range of that number has. */
export const networkOf = (number: number | undefined, mode: NetworkMode | undefined): string | undefined => {
  if (number === undefined) return undefined
  return mode === 'bridges' ? bridgeName(number) : vnetName(number)
}

/**
 * The networks of ranges and the NAT network as the API tells of them, in order of name.
 *
 * @param natBridge name of the NAT bridge of a single node
 */
export function networkViews(
  snapshot: ClusterSnapshot,
  statuses: readonly RangeStatus[],
  natBridge: string,
): readonly NetworkView[] {
  const byNumber = new Map(statuses.flatMap((status) => (status.number === undefined ? [] : [[status.number, status]])))
  const vnets = snapshot.vnets.flatMap((vnet) => vnetView(vnet, byNumber, snapshot))
  const bridges = snapshot.nodeNetworks.flatMap(({ node, interfaces }) =>
    interfaces.flatMap((each) => bridgeView(each, node, byNumber, natBridge)),
  )
  return [...vnets, ...bridges].sort((a, b) => compareNames(a.name, b.name))
}

function vnetView(
  { name, pending, configured, running }: VnetSeen,
  byNumber: ReadonlyMap<number, RangeStatus>,
  { vnetStates, nodes }: ClusterSnapshot,
): readonly NetworkView[] {
  const is = configured ?? running
  const isNat = name === NAT_VNET.name
  const number = rangeNumberOfVnet(name)
  const marked = rangeIdOfMark(is?.alias)
  if (!isNat && number === undefined && marked === undefined) return []
  const status = number === undefined ? undefined : byNumber.get(number)
  const isIts = status !== undefined && (marked === undefined || marked === status.id)
  const range = marked ?? (isIts ? status.id : undefined)
  const trouble = isIts ? troubleOf(status) : undefined
  const natNodes = (): NetworkView['nodes'] =>
    nodes.map(({ name: node, online }) => {
      const said = vnetStates.find((each) => each.node === node && (each.vnet === undefined || each.vnet === name))
      if (!online) return { node, state: 'offline', message: '' }
      if (said === undefined) return { node, state: running === undefined ? 'absent' : 'available', message: '' }
      const state = said.status === 'available' ? 'available' : said.status === 'pending' ? 'pending' : 'failed'
      return { node, state, message: said.message ?? '' }
    })
  return [
    {
      kind: 'Network',
      name,
      type: 'vnet',
      role: isNat ? 'nat' : 'range',
      ...(range === undefined || isNat ? {} : { range }),
      ...(is === undefined ? {} : { zone: is.zone }),
      ...(is?.tag === undefined ? {} : { tag: is.tag }),
      pending,
      nodes: isNat ? natNodes() : isIts ? nodesOf(status) : [],
      ...(trouble === undefined ? {} : { message: trouble }),
    },
  ]
}

function bridgeView(
  { name, comment, active }: InterfaceSeen,
  node: string,
  byNumber: ReadonlyMap<number, RangeStatus>,
  natBridge: string,
): readonly NetworkView[] {
  const number = rangeNumberOfBridge(name)
  const isNat = name === natBridge
  if (!isNat && number === undefined) return []
  const status = number === undefined ? undefined : byNumber.get(number)
  const marked = rangeIdOfMark(comment)
  const isIts = status !== undefined && (marked === undefined || marked === status.id)
  const range = marked ?? (isIts ? status.id : undefined)
  const trouble = isIts && !isNat ? troubleOf(status) : undefined
  return [
    {
      kind: 'Network',
      name,
      type: 'bridge',
      role: isNat ? 'nat' : 'range',
      ...(range === undefined || isNat ? {} : { range }),
      pending: 'unchanged',
      nodes: [{ node, state: active ? 'available' : 'pending', message: '' }],
      ...(trouble === undefined ? {} : { message: trouble }),
    },
  ]
}

const nodesOf = ({ networks }: RangeStatus): NetworkView['nodes'] =>
  networks.map(({ node, state, message }) => ({ node, state, message }))

/** What is in the way of its network, or a remark about it. */
function troubleOf({ conditions }: RangeStatus): string | undefined {
  const network = conditions.find(({ type }) => type === 'NetworkReady')
  return network === undefined || network.reason === 'Ok' ? undefined : network.message
}

/** The templates as the API tells of them, in order of name. */
export const templateViews = ({ templates }: ClusterSnapshot): readonly TemplateView[] =>
  [...templates]
    .sort((a, b) => compareNames(a.name, b.name) || a.vmid - b.vmid)
    .map(({ name, vmid, node, storages, diskBytes, unread }) => ({
      kind: 'Template',
      name,
      vmid,
      node,
      storages: [...storages],
      diskBytes,
      ...(unread === undefined ? {} : { unread }),
    }))
