import { OWNER_TAG, rangeIdOfMark, rangeNumberOfBridge, rangeTag } from '../../model/identity.ts'
import type { Action } from '../../model/plan/actions.ts'
import { actionsOf } from '../../model/plan/actions-of.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import { machinesOf, type RangeSpec } from '../../model/range-spec.ts'
import type { ClusterSnapshot, GuestSeen, InterfaceSeen, NodeNetworkSeen, VnetSeen } from '../../model/snapshot.ts'
import { guest, rangeBridge } from './cluster.ts'

/** The snapshot as it looks once a plan has been carried out and Proxmox' statistics have caught up. */
export const achieve = (plan: RangePlan, spec: RangeSpec, snapshot: ClusterSnapshot): ClusterSnapshot =>
  actionsOf(plan).reduce((seen, action) => carryOut(action, spec, seen), snapshot)

/** The snapshot after one action, its range's own words for a VM that is configured. */
export function carryOut(action: Action, spec: RangeSpec, seen: ClusterSnapshot): ClusterSnapshot {
  switch (action.kind) {
    case 'create-pool':
      return { ...seen, pools: [...seen.pools, action.pool] }
    case 'create-vnet': {
      const made: VnetSeen = { name: action.vnet, pending: 'new', configured: action.config, running: undefined }
      return { ...seen, vnets: [...seen.vnets, made] }
    }
    case 'update-vnet':
      return { ...seen, vnets: seen.vnets.map((vnet) => (vnet.name === action.vnet ? updated(vnet, action) : vnet)) }
    case 'delete-vnet':
      return {
        ...seen,
        vnets: seen.vnets.map((vnet) =>
          vnet.name === action.vnet ? { ...vnet, pending: 'deleted', configured: undefined } : vnet,
        ),
      }
    case 'apply-sdn':
      return { ...seen, vnets: seen.vnets.flatMap(applied) }
    case 'grant-acl': {
      const { path, group, role } = action
      const given = role
        .split(',')
        .map((each) => ({ path, kind: 'group', who: group, role: each, propagate: true }) as const)
      return { ...seen, acl: [...seen.acl, ...given] }
    }
    case 'create-bridge':
    case 'update-bridge': {
      const number = rangeNumberOfBridge(action.bridge)!
      return withBridge(seen, action, (before) => ({
        ...rangeBridge(number, rangeIdOfMark(action.mark)!, { active: false }),
        ...(before === undefined ? {} : { active: before.active, addresses: before.addresses }),
      }))
    }
    case 'delete-bridge':
      return changeNetwork(seen, action.node, (network) => ({
        ...network,
        interfaces: network.interfaces.filter(({ name }) => name !== action.bridge),
      }))
    case 'activate-network':
      return changeNetwork(seen, action.node, ({ node, interfaces }) => ({
        node,
        interfaces: interfaces.map((each) => ({ ...each, active: true })),
        staged: undefined,
      }))
    case 'clone-vm': {
      const clone = guest(action.vmid, { node: action.node, name: action.vm, pool: spec.id })
      return { ...seen, guests: [...seen.guests, clone] }
    }
    case 'configure-vm': {
      const wanted = machinesOf(spec).find(({ name }) => name === action.vm)!
      const tags = [OWNER_TAG, rangeTag(spec.id)].sort()
      return change(seen, action.vmid, () => ({
        tags,
        cores: wanted.cpus,
        memoryBytes: wanted.memoryMiB * 1024 ** 2,
      }))
    }
    case 'start-vm':
      return started(seen, action.vmid)
    case 'remove-leftover':
      return { ...seen, guests: seen.guests.filter(({ vmid }) => vmid !== action.vmid) }
    case 'shutdown-vm':
      return change(seen, action.vmid, () => ({ status: 'stopped', uptimeSeconds: 0, memoryUsedBytes: 0 }))
  }
}

const withBridge = (
  seen: ClusterSnapshot,
  { node, bridge }: { readonly node: string; readonly bridge: string },
  made: (before: InterfaceSeen | undefined) => InterfaceSeen,
): ClusterSnapshot =>
  changeNetwork(seen, node, (network) => ({
    ...network,
    interfaces: [
      ...network.interfaces.filter(({ name }) => name !== bridge),
      made(network.interfaces.find(({ name }) => name === bridge)),
    ],
  }))

const changeNetwork = (
  seen: ClusterSnapshot,
  at: string,
  change: (network: NodeNetworkSeen) => NodeNetworkSeen,
): ClusterSnapshot => ({
  ...seen,
  nodeNetworks: seen.nodeNetworks.map((each) => (each.node === at ? change(each) : each)),
})

const updated = (vnet: VnetSeen, { changes }: Extract<Action, { kind: 'update-vnet' }>): VnetSeen => ({
  ...vnet,
  pending: vnet.running === undefined ? 'new' : 'changed',
  configured: { ...vnet.configured!, ...changes },
})

const applied = (vnet: VnetSeen): readonly VnetSeen[] =>
  vnet.configured === undefined ? [] : [{ ...vnet, pending: 'unchanged', running: vnet.configured }]

function started(seen: ClusterSnapshot, vmid: number): ClusterSnapshot {
  const { node: at, memoryBytes } = seen.guests.find((each) => each.vmid === vmid)!
  const running = change(seen, vmid, () => ({ status: 'running', uptimeSeconds: 60, memoryUsedBytes: memoryBytes }))
  const nodes = running.nodes.map((node) =>
    node.name === at ? { ...node, memoryUsedBytes: node.memoryUsedBytes + memoryBytes } : node,
  )
  return { ...running, nodes }
}

const change = (
  seen: ClusterSnapshot,
  vmid: number,
  news: (guest: GuestSeen) => Partial<GuestSeen>,
): ClusterSnapshot => ({
  ...seen,
  guests: seen.guests.map((each) => (each.vmid === vmid ? { ...each, ...news(each) } : each)),
})
