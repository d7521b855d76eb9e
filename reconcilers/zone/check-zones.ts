import { NAT_VNET } from '../../model/identity.ts'
import type { ClusterSnapshot, ZoneSeen } from '../../model/snapshot.ts'
import type { ZoneCheck, ZoneJudgement } from '../../model/zone-finding.ts'
import { checkZone, judgeZone } from './check-zone.ts'

/**
 * Checks the zone of ranges' VNets and, where somebody has put the NAT VNet into another, that one: it may be of any type that
 * spans the nodes. Routers need both, other VMs the first alone.
 */
export function checkZones(snapshot: ClusterSnapshot, zoneName: string): ZoneCheck {
  const { findings, unreached } = checkZone(snapshot, zoneName)
  const tagged = snapshot.zones.find(({ name }) => name === zoneName)?.type !== 'simple'
  const nat = natZoneOf(snapshot)
  if (nat === undefined || nat.name === zoneName) return { findings, unreached, withoutNat: new Map(), tagged }
  const ofNat = checkNatZone(nat, snapshot)
  const withoutNat = new Map(
    [...ofNat.unreached].flatMap(([node, why]): [string, string][] =>
      unreached.has(node)
        ? []
        : [[node, `lacks vnet ${NAT_VNET.name}, as it ${why.replace("the zone's", `zone ${nat.name}'s`)}`]],
    ),
  )
  return { findings: [...findings, ...ofNat.findings], unreached, withoutNat, tagged }
}

/** The zone that the NAT VNet is in force in, or will be; undefined where there is none, or it is not shown. */
function natZoneOf({ vnets, zones }: ClusterSnapshot): ZoneSeen | undefined {
  const nat = vnets.find(({ name }) => name === NAT_VNET.name)
  const zone = (nat?.running ?? nat?.configured)?.zone
  return zones.find(({ name }) => name === zone)
}

/** Of one that is limited to a single node its routers are placed there, and reach out. */
const nodesIn = ({ running, nodes: configured }: ZoneSeen, { nodes }: ClusterSnapshot): number => {
  const limit = running === undefined ? configured : running.nodes
  return nodes.filter(({ name }) => limit === undefined || limit.length === 0 || limit.includes(name)).length
}

function checkNatZone(zone: ZoneSeen, snapshot: ClusterSnapshot): ZoneJudgement {
  const subject = `vnet ${NAT_VNET.name}, in zone ${zone.name}`
  const judged = judgeZone(zone, { subject, guest: 'router' }, snapshot)
  if (zone.type !== 'simple' || nodesIn(zone, snapshot) < 2) return judged
  const message = `${subject}: the zone is of type simple, whose VNets don't span nodes, so routers would reach out from one node alone; put ${NAT_VNET.name} into a zone that spans them when no range runs`
  const spans = { reason: 'NatSpansNoNodes', severity: 'unusable', nodes: [], shell: undefined, message } as const
  return { findings: [spans, ...judged.findings], unreached: judged.unreached }
}
