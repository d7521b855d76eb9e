import type { Finding } from './condition.ts'
import type { PlanSettings } from './plan-settings.ts'
import type { ClusterSnapshot } from './snapshot.ts'

/** How ranges get their networks: VNets of an SDN zone on a cluster, Linux bridges on a single node. */
export type NetworkMode = 'vnets' | 'bridges'

/** The mode that the cluster and `cluster_mode` call for: more than one node, online or not, makes a cluster. */
export const networkModeOf = (
  { nodes }: Pick<ClusterSnapshot, 'nodes'>,
  { clusterMode }: Pick<PlanSettings, 'clusterMode'>,
): NetworkMode => ((clusterMode ?? nodes.length > 1) ? 'vnets' : 'bridges')

/**
 * What is in the way when the mode has turned since Lanista was started: ranges keep the networks they have until a
 * person has looked, since VMs on bridges don't reach those on VNets.
 */
export function modeTurned(before: NetworkMode, now: NetworkMode, nodes: readonly string[]): Finding | undefined {
  if (before === now) return undefined
  const [was, is] = now === 'vnets' ? ['a single node', 'a cluster'] : ['a cluster', 'a single node']
  const message =
    `cluster: it was ${was} when Lanista was started, and is ${is} now (${[...nodes].sort().join(', ')}); nothing is changed for that by itself; ` +
    `restart Lanista to go on as ${is}, or set cluster_mode: ${before === 'vnets'} before that to stay as it was`
  return { reason: 'ModeChanged', message }
}
