import { isIpv6 } from '../../model/ip-address.ts'
import type { InterfaceSeen, ZoneSeen } from '../../model/snapshot.ts'
import type { Carrier } from './zone-peers.ts'
import { listed, remark, type ZoneProblem } from './zone-problem.ts'

/** What VXLAN adds to a frame: Ethernet 14, VXLAN 8 and UDP 8 bytes, and an IP header of 20 bytes, or of 40 for IPv6. */
const OVERHEAD = { v4: 50, v6: 70 } as const
/** What Proxmox takes off the interface's MTU where the zone sets none, whatever the addresses are. */
const PROXMOX_TAKES_OFF = 50
const ETHERNET_MTU = 1500
/** The least that IPv6 works with (RFC 8200). */
const LEAST_MTU = 1280

/** A node's part in the zone, in bytes. */
export interface MtuRoom {
  readonly node: string
  /** The largest zone MTU that its interface carries; undefined when the interface's own MTU is not known. */
  readonly most: number | undefined
  /** What Proxmox gives the zone on this node when the zone sets no MTU. */
  readonly byDefault: number
}

/**
 * Judges a zone's MTU by the interfaces that carry it: frames that don't fit are dropped silently. An interface of which
 * too little is known gives no finding.
 *
 * @param mtu the zone's own setting, if any
 */
export function judgeMtu(mtu: number | undefined, carriers: readonly Carrier[]): readonly ZoneProblem[] {
  const rooms = carriers.flatMap((carrier) => roomOf(carrier) ?? []).sort((a, b) => (a.node < b.node ? -1 : 1))
  const most = least(rooms.map((room) => room.most ?? (mtu === undefined ? room.byDefault : undefined)))
  if (mtu !== undefined && mtu < LEAST_MTU) {
    const what = `its MTU ${mtu} is below ${LEAST_MTU}, the least that IPv6 works with`
    return [remark({ reason: 'ZoneMtuTooSmall', nodes: [], what, change: { mtu: most ?? null } })]
  }
  const tooLarge = rooms.filter((room) => room.most !== undefined && (mtu ?? room.byDefault) > room.most)
  if (tooLarge.length > 0 && most !== undefined) {
    const bounds = tooLarge.map((room) => `${room.most ?? ''} on ${room.node}`)
    const what = `its MTU ${mtu ?? `${tooLarge[0]?.byDefault ?? ''} (Proxmox' default)`} is more than the peers' interfaces carry (${listed(bounds)}), so large packets are lost`
    const nodes = tooLarge.map(({ node }) => node)
    return [remark({ reason: 'ZoneMtuTooLarge', nodes, what, change: { mtu: most } })]
  }
  if (mtu !== undefined || new Set(rooms.map(({ byDefault }) => byDefault)).size < 2) return []
  const defaults = rooms.map(({ node, byDefault }) => `${byDefault} on ${node}`)
  const what = `it sets no MTU, and the nodes' interfaces give it different ones (${listed(defaults)}), so large packets are lost between them`
  return [remark({ reason: 'ZoneMtuDiffers', nodes: [], what, change: { mtu: most ?? null } })]
}

/**
 * The MTU that the zone's VNets have, in bytes; of several the least. Undefined where it is not known.
 *
 * @param carriers of a VXLAN zone
 */
export function vnetMtuOf({ type, mtu }: ZoneSeen, carriers: readonly Carrier[]): number | undefined {
  if (mtu !== undefined) return mtu
  if (type === 'simple') return ETHERNET_MTU
  return least(carriers.map((carrier) => roomOf(carrier)?.byDefault))
}

/** Undefined for a node that didn't tell which interface has the peer address. */
export function roomOf({ node, address, interface: on, interfaces }: Carrier): MtuRoom | undefined {
  if (on === undefined) return undefined
  const carries = mtuOf(on, interfaces)
  const overhead = isIpv6(address) ? OVERHEAD.v6 : OVERHEAD.v4
  return {
    node,
    most: carries === undefined ? undefined : carries - overhead,
    byDefault: (on.mtu ?? ETHERNET_MTU) - PROXMOX_TAKES_OFF,
  }
}

/** Where none is set, an Ethernet port has 1500 and a bridge the smallest of its ports; of anything else it is not known. */
function mtuOf({ mtu, type, ports }: InterfaceSeen, all: readonly InterfaceSeen[]): number | undefined {
  if (mtu !== undefined) return mtu
  if (type === 'eth') return ETHERNET_MTU
  if (type !== 'bridge' || ports.length === 0) return undefined
  const ofPorts = ports.map((name) => {
    const port = all.find((each) => each.name === name)
    return port === undefined || port.type === 'bridge' ? undefined : mtuOf(port, all)
  })
  return ofPorts.includes(undefined) ? undefined : least(ofPorts)
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
