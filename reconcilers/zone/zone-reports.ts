import type { Finding } from '../../model/condition.ts'
import type { ClusterSnapshot, NodeSeen, ZoneSeen } from '../../model/snapshot.ts'
import { zoneReportsHidden } from '../not-visible.ts'
import { reloadingNodes } from '../reloading-nodes.ts'
import { byName, listed, remark, type ZoneProblem } from './zone-problem.ts'

/** Nodes push what they say of zones every 10 s, so after a reload the old word stays for a while. */
const SETTLING_MS = 20_000
/** A node that has just booted has not said anything yet. */
const BOOTING_SECONDS = 60

/**
 * What the nodes themselves say of the zone. Only errors keep VMs away: a node whose network is behind catches up with
 * the next apply. Nodes that are off say nothing, and while networks are being reloaded only errors count.
 */
export function judgeReports(zone: ZoneSeen, snapshot: ClusterSnapshot): readonly ZoneProblem[] {
  const { running, statusByNode } = zone
  if (running === undefined) return []
  const asked = [...snapshot.nodes]
    .sort(byName)
    .filter(({ name, online }) => online && (running.nodes?.includes(name) ?? true))
  const saying = (found: (word: string | undefined, node: NodeSeen) => boolean): readonly string[] =>
    asked.filter((node) => found(statusByNode[node.name], node)).map(({ name }) => name)

  const problems: ZoneProblem[] = []
  const failed = saying((word) => word === 'error')
  if (failed.length > 0) {
    const what = `${listed(failed)} ${failed.length === 1 ? 'reports' : 'report'} an error in it; its task srvreload tells why; once that is mended, apply again`
    problems.push({
      ...remark({ reason: 'ZoneErrorOnNode', nodes: failed, what, change: {} }),
      unreached: new Map(failed.map((name) => [name, 'reports an error in the zone'])),
    })
  }
  if (isSettling(snapshot)) return problems
  const behind = saying((word) => word !== undefined && word !== 'error' && word !== 'available')
  if (behind.length > 0) {
    const words = behind.map((name) => `${name} reports ${statusByNode[name] ?? ''}`)
    const what = `its networks may be missing or old on some nodes (${words.join(', ')}); applying again brings them up`
    problems.push(remark({ reason: 'ZoneNotAvailable', nodes: behind, what, change: {} }))
  }
  const silent = saying((word, node) => word === undefined && node.uptimeSeconds > BOOTING_SECONDS)
  if (silent.length > 0 && hiddenReports(zone, snapshot) === undefined) {
    const what = `${listed(silent)} ${silent.length === 1 ? 'does' : 'do'} not report on it; applying again brings it up there`
    problems.push(remark({ reason: 'ZoneNotReported', nodes: silent, what, change: {} }))
  }
  return problems
}

/**
 * That no report is seen as the token may not see them: Proxmox leaves them all out then, so nothing is known of the nodes.
 * Undefined when one is seen.
 */
export function hiddenReports({ name, statusByNode }: ZoneSeen, snapshot: ClusterSnapshot): Finding | undefined {
  return Object.keys(statusByNode).length > 0 ? undefined : zoneReportsHidden(name, snapshot)
}

const isSettling = (snapshot: ClusterSnapshot): boolean =>
  reloadingNodes(snapshot).size > 0 ||
  snapshot.reloads.some(({ endedAt }) => Math.abs(snapshot.takenAt - endedAt) < SETTLING_MS)
