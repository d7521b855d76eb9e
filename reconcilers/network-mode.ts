import type { Finding } from '../model/condition.ts'
import type { NetworkMode } from '../model/network-mode.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import { printable } from '../model/printable.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { zoneHidden } from './not-visible.ts'

/** What tells how ranges get their networks. */
export type ModeSeen = Pick<ClusterSnapshot, 'nodes' | 'zones' | 'unseen' | 'pools' | 'hiddenMembers'>
export type ModeSettings = Pick<PlanSettings, 'clusterMode' | 'zone'>

/** The types of zones whose VNets a single node's ranges get; Ludus makes a simple one from its third release on. */
const SINGLE_NODE_ZONES: ReadonlySet<string> = new Set(['simple', 'vxlan'])

/**
 * How ranges get their networks. `cluster_mode` decides where it is set; else more than one node, online or not, makes a cluster,
 * and a single node follows what is there: the zone, or, where it is certain that there is none, bridges. A finding where
 * that can't be told, or must not be acted upon: then nothing of any range is touched.
 */
export function networkModeOf(seen: ModeSeen, { clusterMode, zone }: ModeSettings): NetworkMode | Finding {
  if (clusterMode !== undefined) return clusterMode ? 'vnets' : 'bridges'
  if (seen.nodes.length > 1) return 'vnets'
  const found = seen.zones.find(({ name }) => name === zone)
  if (found !== undefined) return SINGLE_NODE_ZONES.has(found.type) ? 'vnets' : 'bridges'
  const hidden = zoneHidden(zone, 'so it is not known whether ranges get VNets of it or bridges', seen)
  if (hidden === undefined) return 'bridges'
  return { ...hidden, message: `${hidden.message}, or say cluster_mode: false (bridges) or true (VNets)` }
}

/** The node of all VMs where there is one, and `cluster_mode: true` does not say that it is a cluster's first. */
export const onlyNodeIn = (
  { nodes }: Pick<ClusterSnapshot, 'nodes'>,
  { clusterMode }: Pick<PlanSettings, 'clusterMode'>,
): string | undefined => (nodes.length === 1 && clusterMode !== true ? nodes[0]?.name : undefined)

/** What was decided when Lanista was started, and seen since. */
export interface ModeBefore {
  readonly mode: NetworkMode
  /** There were several nodes. */
  readonly several: boolean
}

/**
 * What is in the way when the mode has turned since Lanista was started, or a cluster has shrunk to one node: ranges keep what they
 * have until a person has looked, since VMs on bridges don't reach those on VNets, and a node that has lost its
 * cluster tells of no other.
 */
export function modeTurned(
  { mode: before, several }: ModeBefore,
  now: NetworkMode,
  seen: Pick<ClusterSnapshot, 'nodes' | 'zones'>,
  settings: ModeSettings,
): Finding | undefined {
  const isThere = whatIsThere(seen, settings)
  if (before !== now)
    return {
      reason: 'ModeChanged',
      message:
        `cluster: ranges got ${KINDS[before]} when Lanista was started, and would get ${KINDS[now]} now (${isThere}); ` +
        `nothing is changed for that by itself; restart Lanista to go on with ${KINDS[now]}, or set cluster_mode: ${before === 'vnets'} before that to keep ${KINDS[before]}`,
    }
  if (!several || seen.nodes.length > 1 || settings.clusterMode !== undefined) return undefined
  const message = `cluster: it has had several nodes since Lanista was started, and has one now (${isThere}); nothing is changed while that may be a fault; restart Lanista if it is meant`
  return { reason: 'ModeChanged', message }
}

const KINDS: Readonly<Record<NetworkMode, string>> = { vnets: 'VNets', bridges: 'bridges' }

function whatIsThere({ nodes, zones }: Pick<ClusterSnapshot, 'nodes' | 'zones'>, { zone }: ModeSettings): string {
  const names = nodes.map(({ name }) => name).sort()
  if (names.length !== 1) return `its nodes are ${names.join(', ')}`
  const type = zones.find(({ name }) => name === zone)?.type
  const which = type === undefined ? `there is no zone ${zone}` : `zone ${zone} is of type ${printable(type)}`
  return `its only node is ${names.join()}, and ${which}`
}
