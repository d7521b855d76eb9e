import type { Finding } from '../../model/condition.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { nodeRemedy } from '../placement/decide.ts'

/** The only node; or, of several with `cluster_mode: false`, `proxmox_node`. */
export function onlyNodeOf(
  { nodes }: ClusterSnapshot,
  { defaultNode }: Pick<PlanSettings, 'defaultNode'>,
): { readonly node: string } | { readonly finding: Finding } {
  const names = nodes.map(({ name }) => name)
  const chosen = nodes.length === 1 ? nodes[0] : nodes.find(({ name }) => name === defaultNode)
  if (chosen === undefined) {
    const message = `proxmox_node: ${defaultNode} is not a node of this cluster, and with cluster_mode: false ranges live on that node alone; ${nodeRemedy(defaultNode, names)}`
    return { finding: { reason: 'NodeUnknown', message } }
  }
  if (chosen.online) return { node: chosen.name }
  const message = `node ${chosen.name}: it is offline, and with cluster_mode: false ranges live on that node alone; bring it back, then this goes on by itself`
  return { finding: { reason: 'NodeOffline', message } }
}
