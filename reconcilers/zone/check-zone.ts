import type { ClusterSnapshot, ZoneConfig, ZoneSeen } from '../../model/snapshot.ts'
import type { ZoneFinding, ZoneJudgement } from '../../model/zone-finding.ts'
import { zoneHidden } from '../not-visible.ts'
import { addressesOf, missingZone, otherType, type Replacement } from './no-such-zone.ts'
import { pendingPart } from './zone-pending.ts'
import { judgeMtu } from './zone-mtu.ts'
import { judgeNodes } from './zone-nodes.ts'
import { judgePeers } from './zone-peers.ts'
import { blocking, byName, listed, remark, type ZoneProblem, type ZoneUse } from './zone-problem.ts'
import { APPLY, editRemedy, mergedChange } from './zone-remedy.ts'
import { hiddenReports, judgeReports } from './zone-reports.ts'

/**
 * Checks that the zone can carry range networks: it exists, is a VXLAN zone, or a simple one on a single node, is applied,
 * has every node among its peers and nobody else, has an MTU that fits, and is up on every node. Nodes that it doesn't reach
 * are excluded one by one; the rest works on. What is in force counts; what is pending is told, with what it would break.
 *
 * Pure, and the same whatever the order of anything. Every finding has a remedy, as steps in the web interface and as a
 * line for a shell.
 */
export function checkZone(snapshot: ClusterSnapshot, zoneName: string): ZoneJudgement {
  const zone = snapshot.zones.find(({ name }) => name === zoneName)
  const use = { subject: `zone ${zoneName}`, guest: 'VM of a range' }
  const found = (reason: string, { what, remedy }: Replacement): ZoneJudgement => {
    const others = othersPending(snapshot, zoneName)
    return { findings: [findingOf({ ...blocking(reason, what), remedy }, zoneName, use, others)], unreached: new Map() }
  }
  if (zone === undefined) {
    const hidden = zoneHidden(zoneName, 'so no range gets a network in it', snapshot)
    if (hidden === undefined) return found('ZoneMissing', missingZone(zoneName, snapshot))
    return { findings: [{ ...hidden, severity: 'unusable', nodes: [], shell: undefined }], unreached: new Map() }
  }
  const fits = zone.type === 'vxlan' || (zone.type === 'simple' && snapshot.nodes.length === 1)
  return fits ? judgeZone(zone, use, snapshot) : found('ZoneNotVxlan', otherType(zone, snapshot))
}

/** What is wrong with a zone of a type that serves, whatever it is needed for. */
export function judgeZone(zone: ZoneSeen, use: ZoneUse, snapshot: ClusterSnapshot): ZoneJudgement {
  const now = problemsOf(zone.type, inForce(zone), snapshot)
  const pending = pendingPart(zone, now, () => problemsOf(zone.type, zone, snapshot), snapshot)
  // What is pending for deletion can't be edited, so there is one thing to do about it.
  if (zone.pending === 'deleted')
    return { findings: findingsOf(pending.problems, zone, use, snapshot), unreached: new Map() }

  const problems = [
    ...pending.problems,
    ...pending.standing,
    ...betweenLimits(zone, snapshot),
    ...judgeReports(zone, snapshot),
  ]
  const unreached = new Map(problems.flatMap((problem) => [...problem.unreached]).sort(([a], [b]) => (a < b ? -1 : 1)))
  const hidden = hiddenReports(zone, snapshot)
  return {
    findings: [
      ...findingsOf([...nobodyReached(problems, unreached, snapshot), ...problems], zone, use, snapshot),
      ...(hidden === undefined ? [] : [{ ...hidden, severity: 'degraded', nodes: [], shell: undefined } as const]),
    ],
    unreached,
  }
}

/** Proxmox goes by the nodes of a zone as they are configured when it plugs a NIC in, before any apply (seen on 9.1). */
function inForce({ running, ...configured }: ZoneSeen): ZoneConfig {
  if (running === undefined || configured.pending === 'deleted') return running ?? configured
  const limits = [running.nodes, configured.nodes].filter((nodes) => nodes !== undefined && nodes.length > 0)
  const [first, second] = limits
  const both = first?.filter((name) => second?.includes(name) ?? true)
  return { ...running, nodes: both?.length === 0 ? second : both }
}

/** Nothing runs anywhere while the zone is on some nodes and a change that is pending puts it on others alone. */
function betweenLimits({ running, pending, nodes = [] }: ZoneSeen, snapshot: ClusterSnapshot): readonly ZoneProblem[] {
  const before = running?.nodes ?? []
  const isBetween = before.length > 0 && nodes.length > 0 && !nodes.some((name) => before.includes(name))
  const here = nodes.filter((name) => snapshot.nodes.some((node) => node.name === name)).sort()
  if (pending !== 'changed' || !isBetween || here.length === 0) return []
  const what = `it is on the nodes ${listed(before)}, and on ${listed(nodes)} only once that change is applied; Proxmox starts nothing on either before`
  return [
    {
      ...remark({ reason: 'ZoneNotApplied', nodes: here, what, change: {} }),
      unreached: new Map(
        here.map((name) => [name, `is not among the zone's nodes (${before.join(', ')}) before an apply`]),
      ),
    },
  ]
}

/** What is wrong with a configuration, whether it is in force or not. */
function problemsOf(type: string, config: ZoneConfig, snapshot: ClusterSnapshot): readonly ZoneProblem[] {
  const limited = config.nodes?.length === 0 ? { ...config, nodes: undefined } : config
  const nodes = judgeNodes(limited, snapshot)
  if (type !== 'vxlan') return nodes
  const hasPeers = (limited.peers?.length ?? 0) > 0
  if (!hasPeers && limited.fabric === undefined) {
    const what = 'it has neither peers nor a fabric, so no packet leaves a node'
    return [...nodes, { ...blocking('ZoneHasNoPeers', what), change: { peers: addressesOf(snapshot) } }]
  }
  // Whom a fabric connects is for the fabric to know: what its nodes report shows whether it does.
  if (!hasPeers) return [...nodes, ...judgeMtu(limited.mtu, [])]
  const { problems, carriers } = judgePeers(limited, snapshot)
  return [...nodes, ...bothWays(limited), ...problems, ...judgeMtu(limited.mtu, carriers)]
}

function bothWays({ fabric }: ZoneConfig): readonly ZoneProblem[] {
  if (fabric === undefined) return []
  const what = `it has peers and the fabric ${fabric}, of which Proxmox allows one`
  return [remark({ reason: 'ZonePeersAndFabric', nodes: [], what, change: { fabric: null } })]
}

function nobodyReached(
  problems: readonly ZoneProblem[],
  unreached: ReadonlyMap<string, string>,
  { nodes }: ClusterSnapshot,
): readonly ZoneProblem[] {
  if (problems.some(({ severity }) => severity === 'unusable')) return []
  if (nodes.some(({ name, online }) => online && !unreached.has(name))) return []
  const whys = [...nodes].sort(byName).map(({ name }) => `${name} ${unreached.get(name) ?? 'is offline'}`)
  const changes = problems.filter((problem) => problem.unreached.size > 0).map(({ change }) => change)
  // Limits to nodes come last: to lift them may need more peers than are missing without.
  const limits = changes.filter(({ nodes }) => nodes !== undefined)
  const others = changes.filter(({ nodes }) => nodes === undefined)
  const what = `no node can use it: ${whys.join('; ')}; bring a node of it back, or add the others`
  return [{ ...blocking('ZoneReachesNoNode', what), change: mergedChange([...others, ...limits]) }]
}

function findingsOf(
  problems: readonly ZoneProblem[],
  zone: ZoneSeen,
  use: ZoneUse,
  snapshot: ClusterSnapshot,
): readonly ZoneFinding[] {
  const others = othersPending(snapshot, zone.name)
  const findings = problems.map((problem) => findingOf(problem, zone.name, use, others))
  return [
    ...findings.filter(({ severity }) => severity === 'unusable'),
    ...findings.filter(({ severity }) => severity === 'degraded'),
  ]
}

function findingOf(problem: ZoneProblem, zone: string, use: ZoneUse, others: readonly string[]): ZoneFinding {
  const { reason, severity, nodes, what, change } = problem
  const { web, shell } = problem.remedy ?? editRemedy(zone, change)
  const more =
    others.length > 0 && shell.endsWith(APPLY.shell) ? `; beware, to apply also commits ${others.join(', ')}` : ''
  const without = problem.unreached.size === 0 ? '' : `; no ${use.guest} is placed there`
  const message = `${use.subject}: ${what}${without}${more}; in the web interface: ${web}; in a node's shell: ${shell}`
  return { reason, severity, nodes, shell, message }
}

/** Pending changes of anything but the zone itself: an apply commits those, too. */
const othersPending = ({ zones, vnets, otherPending }: ClusterSnapshot, zone: string): readonly string[] =>
  [
    ...zones.filter(({ name, pending }) => name !== zone && pending !== 'unchanged').map(({ name }) => `zone ${name}`),
    ...vnets.filter(({ pending }) => pending !== 'unchanged').map(({ name }) => `vnet ${name}`),
    ...otherPending,
  ].sort()
