import type { NetworkView } from '../../model/api/cluster-views.ts'

/** How a network stands on all its nodes together, in one word. */
export type NetworkStanding = 'InForce' | 'Progressing' | 'Troubled' | 'Unknown'

/** The worst that a node tells, but for nodes that the network does not reach; a finding about it is trouble whatever they tell. */
export function networkStanding({ nodes, message, pending }: NetworkView): NetworkStanding {
  const states = new Set(nodes.map(({ state }) => state))
  if (message !== undefined || states.has('failed') || states.has('hanging')) return 'Troubled'
  if (pending !== 'unchanged' || states.has('pending') || states.has('reloading')) return 'Progressing'
  if (states.has('absent')) return 'Troubled'
  return states.has('offline') || !states.has('available') ? 'Unknown' : 'InForce'
}

/** On how many of the nodes that it reaches it is in force: `2/3`. */
export function inForceText({ nodes }: NetworkView): string {
  const reached = nodes.filter(({ state }) => state !== 'excluded')
  return `${reached.filter(({ state }) => state === 'available').length}/${reached.length}`
}
