import { stableJson } from './listed-actions.ts'
import type { Action, RemovalAction } from '../../model/plan/actions.ts'

/** A write that somebody is about to make, in words that stand for it. */
export type PlannedWrite = string

const on = (what: string, node: string, vmid: number): PlannedWrite => `${what} ${vmid} on ${node}`

/** The words for each write. Two writes have the same words only where one may be made as well as the other. */
export const write = {
  pool: (pool: string): PlannedWrite => `make pool ${pool}`,
  removePool: (pool: string): PlannedWrite => `remove pool ${pool}`,
  lockSdn: (): PlannedWrite => 'lock the SDN configuration',
  applySdn: (): PlannedWrite => 'apply the SDN configuration',
  createVnet: (name: string, config: unknown): PlannedWrite => `make vnet ${name} as ${stableJson(config)}`,
  updateVnet: (name: string, changes: unknown): PlannedWrite => `change vnet ${name} to ${stableJson(changes)}`,
  deleteVnet: (name: string): PlannedWrite => `delete vnet ${name}`,
  grant: (path: string, who: string, role: string): PlannedWrite => `give ${who} the role ${role} on ${path}`,
  createBridge: (node: string, name: string, comment: string): PlannedWrite =>
    `make bridge ${name} (${comment}) on ${node}`,
  updateBridge: (node: string, name: string, comment: string): PlannedWrite =>
    `change bridge ${name} (${comment}) on ${node}`,
  deleteBridge: (node: string, name: string): PlannedWrite => `delete bridge ${name} on ${node}`,
  activate: (node: string): PlannedWrite => `activate the network of ${node}`,
  revert: (node: string): PlannedWrite => `take back what is staged on ${node}`,
  clone: (node: string, vmid: number, name: string, template: number): PlannedWrite =>
    `${on('clone VM', node, vmid)} as ${name} from template ${template}`,
  configure: (node: string, vmid: number): PlannedWrite => on('configure VM', node, vmid),
  start: (node: string, vmid: number): PlannedWrite => on('start VM', node, vmid),
  shutdown: (node: string, vmid: number): PlannedWrite => on('shut down VM', node, vmid),
  stop: (node: string, vmid: number): PlannedWrite => on('stop VM', node, vmid),
  destroy: (node: string, vmid: number): PlannedWrite => on('delete VM', node, vmid),
} as const

/** All writes that carrying out these actions takes, each as often as it takes. */
export const writesOf = (actions: readonly (Action | RemovalAction)[]): ReadonlySet<PlannedWrite> =>
  new Set(actions.flatMap(writesOfOne))

function writesOfOne(action: Action | RemovalAction): readonly PlannedWrite[] {
  switch (action.kind) {
    case 'create-pool':
      return [write.pool(action.pool)]
    case 'delete-pool':
      return [write.removePool(action.pool)]
    case 'create-vnet':
      return [write.lockSdn(), write.createVnet(action.vnet, action.config)]
    case 'update-vnet':
      return [write.lockSdn(), write.updateVnet(action.vnet, action.changes)]
    case 'delete-vnet':
      return [write.lockSdn(), write.deleteVnet(action.vnet)]
    case 'apply-sdn':
      return [write.lockSdn(), write.applySdn()]
    case 'grant-acl':
      return [write.grant(action.path, action.group, action.role)]
    case 'create-bridge':
      return [write.createBridge(action.node, action.bridge, action.mark), write.revert(action.node)]
    case 'update-bridge':
      return [write.updateBridge(action.node, action.bridge, action.mark), write.revert(action.node)]
    case 'delete-bridge':
      return [write.deleteBridge(action.node, action.bridge), write.revert(action.node)]
    case 'activate-network':
      return [write.activate(action.node)]
    case 'clone-vm':
      return [write.clone(action.node, action.vmid, action.vm, action.template)]
    case 'configure-vm':
      return [write.configure(action.node, action.vmid)]
    case 'start-vm':
      return [write.start(action.node, action.vmid)]
    case 'shutdown-vm':
      return [write.shutdown(action.node, action.vmid)]
    case 'remove-leftover':
      return [write.destroy(action.node, action.vmid)]
    case 'delete-vm':
      return [
        write.shutdown(action.node, action.vmid),
        write.stop(action.node, action.vmid),
        write.destroy(action.node, action.vmid),
      ]
    case 'delete-network':
      return writesOfNetwork(action.network)
  }
}

/** @param network `vnet r1`, or `bridge vmbr1001 on pve1` */
function writesOfNetwork(network: string): readonly PlannedWrite[] {
  const [, vnet] = /^vnet (\S+)$/.exec(network) ?? []
  if (vnet !== undefined) return [write.lockSdn(), write.deleteVnet(vnet), write.applySdn()]
  const [, bridge, node] = /^bridge (\S+) on (\S+)$/.exec(network) ?? []
  if (bridge === undefined || node === undefined) return []
  return [write.deleteBridge(node, bridge), write.activate(node), write.revert(node)]
}
