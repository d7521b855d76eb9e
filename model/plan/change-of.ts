import { printable } from '../printable.ts'
import type { Action, RemovalAction } from './actions.ts'

/** An action as it is shown: `+` something is created, `~` changed, `-` removed; and what, as a noun phrase. */
export interface Change {
  readonly sign: '+' | '~' | '-'
  readonly what: string
}

/** How an action is shown, whatever shows it. Its reason says the rest. */
export function changeOf(action: Action | RemovalAction): Change {
  const created = (what: string): Change => ({ sign: '+', what })
  const changed = (what: string): Change => ({ sign: '~', what })
  const removed = (what: string): Change => ({ sign: '-', what })
  switch (action.kind) {
    case 'create-pool':
      return created(`pool ${action.pool}`)
    case 'create-vnet':
      return created(`vnet ${action.vnet}`)
    case 'update-vnet':
      return changed(`vnet ${action.vnet}`)
    case 'delete-vnet':
      return removed(`vnet ${action.vnet}`)
    case 'apply-sdn':
      return changed('apply SDN')
    case 'grant-acl':
      return created(`acl ${action.path}: ${action.role} for the group ${action.group}`)
    case 'create-bridge':
      return created(`bridge ${action.bridge} on ${action.node}`)
    case 'update-bridge':
      return changed(`bridge ${action.bridge} on ${action.node}`)
    case 'delete-bridge':
      return removed(`bridge ${action.bridge} on ${action.node}`)
    case 'activate-network':
      return changed(`activate the network of ${action.node}`)
    case 'clone-vm':
      return created(`vm ${action.vm} on ${action.node} as ${action.vmid}`)
    case 'configure-vm':
      return changed(`vm ${action.vm} configured`)
    case 'start-vm':
      return changed(`vm ${action.vm} started`)
    case 'shutdown-vm':
      return changed(`vm ${action.vm} shut down`)
    case 'remove-leftover':
      return removed(`VM ${action.vmid} on ${action.node}, in place of vm ${action.vm}`)
    case 'delete-vm':
      return removed(`vm ${printable(action.vm)} on ${action.node} (VMID ${action.vmid})`)
    case 'delete-network':
      return removed(action.network)
    case 'delete-pool':
      return removed(`pool ${action.pool}`)
  }
}
