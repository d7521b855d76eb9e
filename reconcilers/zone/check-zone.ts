import type { Finding } from '../../model/condition.ts'
import type { ClusterSnapshot, NodeSeen, ZoneSeen } from '../../model/snapshot.ts'

/** What a check of the SDN zone found. Lanista checks zones; a person creates and changes them. */
export type ZoneCheck =
  | { readonly kind: 'unusable'; readonly finding: Finding }
  /** `unreached`: node -> why range VMs can't run there; the other nodes work on. */
  | { readonly kind: 'usable'; readonly unreached: ReadonlyMap<string, string> }

/**
 * Checks that the zone can carry range networks: it exists, is a VXLAN zone, is applied, and reaches at least one
 * online node. A peer missing from a VXLAN zone drops packets silently, so such nodes are excluded one by one.
 */
export function checkZone(snapshot: ClusterSnapshot, zoneName: string): ZoneCheck {
  const zone = snapshot.zones.find(({ name }) => name === zoneName)
  if (zone === undefined) {
    const addresses = snapshot.nodes
      .flatMap(({ address }) => address ?? [])
      .sort()
      .join(',')
    return unusable(
      'ZoneMissing',
      `zone ${zoneName}: there is no such SDN zone; create it: pvesh create /cluster/sdn/zones --type vxlan --zone ${zoneName} --peers ${addresses || '<node addresses>'} && pvesh set /cluster/sdn`,
    )
  }
  if (zone.type !== 'vxlan') {
    return unusable(
      'ZoneNotVxlan',
      `zone ${zoneName}: it is of type ${zone.type}, and ranges need vxlan; set sdn_zone to a VXLAN zone`,
    )
  }
  if (zone.pending === 'deleted') {
    return unusable(
      'ZoneDeletionPending',
      `zone ${zoneName}: its deletion is pending; roll it back before anyone applies: pvesh create /cluster/sdn/rollback`,
    )
  }
  if (zone.pending === 'new') {
    return unusable(
      'ZoneNotApplied',
      `zone ${zoneName}: it was created but never applied; apply it: pvesh set /cluster/sdn`,
    )
  }
  const unreached = new Map<string, string>()
  for (const node of [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const why = whyUnreached(zone, node)
    if (why !== undefined) unreached.set(node.name, why)
  }
  if (snapshot.nodes.every(({ name, online }) => !online || unreached.has(name))) {
    const whys = snapshot.nodes.map(({ name }) => `${name} ${unreached.get(name) ?? 'is offline'}`).sort()
    return unusable(
      'ZoneReachesNoNode',
      `zone ${zoneName}: no node can use it: ${whys.join('; ')}; bring a node of the zone back or add the nodes to it in Datacenter > SDN > Zones`,
    )
  }
  return { kind: 'usable', unreached }
}

function whyUnreached(zone: ZoneSeen, node: NodeSeen): string | undefined {
  if (zone.nodes !== undefined && !zone.nodes.includes(node.name))
    return `is not among the zone's nodes (${zone.nodes.join(', ')})`
  if (zone.peers !== undefined && node.address !== undefined && !zone.peers.includes(node.address)) {
    return `has address ${node.address}, which is not among the zone's peers`
  }
  const status = zone.statusByNode[node.name]
  if (node.online && status === 'error') return 'reports an error in the zone'
  return undefined
}

const unusable = (reason: string, message: string): ZoneCheck => ({ kind: 'unusable', finding: { reason, message } })
