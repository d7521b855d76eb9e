import { amiss, amissAs, type DoctorCheck, type DoctorCode, ok } from '../../model/doctor-report.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterSnapshot, ZoneSeen } from '../../model/snapshot.ts'
import { checkNatBridge } from '../bridge/check-nat-bridge.ts'
import { checkZones } from '../zone/check-zones.ts'
import { roomOf, vnetMtuOf } from '../zone/zone-mtu.ts'
import { type Carrier, judgePeers } from '../zone/zone-peers.ts'

/** The check that a finding of the zone belongs to; those that are not here are the zone's own. */
const CODES: Readonly<Record<string, DoctorCode>> = {
  ZoneHasNoPeers: 'zone-peers',
  ZoneLacksPeer: 'zone-peers',
  ZoneUnknownPeer: 'zone-peers',
  ZoneRepeatsPeer: 'zone-peers',
  ZonePeerNotKnown: 'zone-peers',
  ZonePeersAndFabric: 'zone-peers',
  ZoneMtuTooLarge: 'zone-mtu',
  ZoneMtuTooSmall: 'zone-mtu',
  ZoneMtuDiffers: 'zone-mtu',
}

/** What ranges get their networks of: the zone with its peers and its MTU, node by node, or the NAT bridge of a single node. */
export function networkChecks(
  mode: NetworkMode,
  snapshot: ClusterSnapshot,
  settings: PlanSettings,
): readonly DoctorCheck[] {
  const how = mode === 'vnets' ? `VNets of zone ${settings.zone}` : 'bridges'
  const why =
    settings.clusterMode === undefined ? 'by what the cluster is' : `as cluster_mode is ${settings.clusterMode}`
  const said = ok('network-mode', 'networks of ranges', `${how}, ${why}`)
  return [
    said,
    ...(mode === 'vnets' ? zoneChecks(snapshot, settings) : natBridgeChecks(snapshot, settings)),
    ...untoldNetworks(snapshot, mode),
  ]
}

/** Nodes that run, and whose own networks nobody has told. */
function untoldNetworks({ nodes, nodeNetworks }: ClusterSnapshot, mode: NetworkMode): readonly DoctorCheck[] {
  const unknown =
    mode === 'vnets'
      ? 'which address it has as a peer, and what its interface carries'
      : 'whether its bridges are as they should be'
  return nodes
    .filter(({ name, online }) => online && !nodeNetworks.some(({ node }) => node === name))
    .map(({ name }) =>
      amiss(
        'warn',
        mode === 'vnets' ? 'zone-mtu' : 'nat-bridge',
        `network of ${name}`,
        `it could not be looked at, so it is not known ${unknown}`,
        `see why it does not answer: pvesh get /nodes/${name}/network; and whether the token has Sys.Audit there`,
      ),
    )
}

function zoneChecks(snapshot: ClusterSnapshot, settings: PlanSettings): readonly DoctorCheck[] {
  const { findings, unreached } = checkZones(snapshot, settings.zone)
  const subject = `zone ${settings.zone}`
  const found = findings.map(({ reason, severity, message }) =>
    amissAs(severity === 'unusable' ? 'fail' : 'warn', CODES[reason] ?? 'zone', message, subject),
  )
  const zone = snapshot.zones.find(({ name }) => name === settings.zone)
  if (zone === undefined) return found
  const isFine = !found.some(({ code }) => code === 'zone')
  const fine = isFine ? [ok('zone', subject, `is of type ${zone.type}, and in force`)] : []
  return [...fine, ...found, ...nodeChecks(zone, snapshot, unreached, found)]
}

/** Of each node that is in the zone: under which address, and what its interface carries. */
function nodeChecks(
  zone: ZoneSeen,
  snapshot: ClusterSnapshot,
  unreached: ReadonlyMap<string, string>,
  found: readonly DoctorCheck[],
): readonly DoctorCheck[] {
  const inForce = zone.running ?? zone
  if (zone.type !== 'vxlan' || (inForce.peers?.length ?? 0) === 0) return []
  const { carriers } = judgePeers(inForce, snapshot)
  const mtu = vnetMtuOf({ ...zone, ...inForce }, carriers)
  return snapshot.nodes.flatMap(({ name }): readonly DoctorCheck[] => {
    const subject = `zone ${zone.name} on ${name}`
    const why = unreached.get(name)
    if (why !== undefined)
      return [
        amiss(
          'warn',
          'zone-peers',
          subject,
          `${name} ${why}, so no VM of a range is made there`,
          'the line about the zone says what mends it',
        ),
      ]
    const carrier = carriers.find(({ node }) => node === name)
    if (carrier === undefined) return []
    const on = carrier.interface === undefined ? '' : ` on ${carrier.interface.name}`
    return [
      ok('zone-peers', subject, `is a peer as ${carrier.address}${on}`),
      ...mtuCheck(subject, mtu, carrier, found),
    ]
  })
}

function mtuCheck(
  subject: string,
  mtu: number | undefined,
  carrier: Carrier,
  found: readonly DoctorCheck[],
): readonly DoctorCheck[] {
  const most = roomOf(carrier)?.most
  if (mtu === undefined || (most !== undefined && mtu > most)) return []
  if (most === undefined)
    return [ok('zone-mtu', subject, `VNets have ${mtu}; what its interface carries it does not tell`)]
  // Nodes between which large packets are lost are no news to each of them.
  if (found.some(({ code }) => code === 'zone-mtu')) return []
  return [ok('zone-mtu', subject, `VNets have ${mtu}, and its interface carries ${most}`)]
}

function natBridgeChecks(snapshot: ClusterSnapshot, { natBridge }: PlanSettings): readonly DoctorCheck[] {
  return snapshot.nodeNetworks.flatMap((network): readonly DoctorCheck[] => {
    const subject = `bridge ${natBridge} on ${network.node}`
    const check = checkNatBridge(network, natBridge)
    if (check.kind === 'unusable') return [amissAs('fail', 'nat-bridge', check.finding.message, subject)]
    return check.notes.length === 0
      ? [ok('nat-bridge', subject, 'is there, up, and has its address')]
      : check.notes.map((note) => amissAs('warn', 'nat-bridge', `${subject}: ${note}`, subject))
  })
}
