import type { ClusterSnapshot } from '../model/snapshot.ts'

/**
 * The nodes whose network is being reloaded just now: by a reload of their own (`srvreload`), or by an apply, which
 * reloads node after node (`reloadnetworkall`). A node that is off has no running task, whatever the list still says.
 */
export function reloadingNodes({
  runningTasks,
  nodes,
}: Pick<ClusterSnapshot, 'runningTasks' | 'nodes'>): ReadonlySet<string> {
  const inCluster = nodes.filter((node) => node.inCluster).map(({ name }) => name)
  const tasks = runningTasks.filter(({ node }) => inCluster.includes(node))
  if (tasks.some(({ type }) => type === 'reloadnetworkall')) return new Set(inCluster)
  return new Set(tasks.filter(({ type }) => type === 'srvreload').map(({ node }) => node))
}
