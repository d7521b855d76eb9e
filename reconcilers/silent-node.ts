import type { ClusterSnapshot } from '../model/snapshot.ts'

/**
 * Why nothing is known of what is on a node, with the remedy, as the end of a sentence about it: it is off, or it does what it
 * is asked and tells nothing. Undefined for one that tells, and for one that no list names.
 */
export function whySilent(node: string, { nodes }: Pick<ClusterSnapshot, 'nodes'>): string | undefined {
  const seen = nodes.find(({ name }) => name === node)
  if (seen === undefined || seen.online) return undefined
  return seen.inCluster ? TELLS_NOTHING : 'is offline; bring the node back'
}

/** Proxmox calls such a node `unknown`. */
export const TELLS_NOTHING = 'tells nothing of itself, so what runs there is not known; see that pvestatd runs there'
