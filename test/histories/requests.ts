import type { RequestMatch } from '../../adapters/simulator/journal.ts'

/** Requests of the controller that matter, by the names that histories give them. */
export const REQUESTS = {
  look: { method: 'GET', path: '/cluster/resources' },
  'read of a VM': { method: 'GET', path: /\/qemu\/\d+\/config$/ },
  'read of the VNets': { method: 'GET', path: '/cluster/sdn/vnets' },
  'read of the tasks': { method: 'GET', path: '/cluster/tasks' },
  lock: { method: 'POST', path: '/cluster/sdn/lock' },
  unlock: { method: 'DELETE', path: '/cluster/sdn/lock' },
  vnet: { method: 'POST', path: '/cluster/sdn/vnets' },
  apply: { method: 'PUT', path: '/cluster/sdn' },
  pool: { method: 'POST', path: '/pools' },
  clone: { method: 'POST', path: /\/clone$/ },
  configuration: { method: 'PUT', path: /\/config$/ },
  start: { method: 'POST', path: /\/status\/start$/ },
  shutdown: { method: 'POST', path: /\/status\/shutdown$/ },
  deletion: { method: 'DELETE', path: /\/qemu\/\d+$/ },
} as const satisfies Readonly<Record<string, RequestMatch & { readonly method: string }>>

export type RequestName = keyof typeof REQUESTS
