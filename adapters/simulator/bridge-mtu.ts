import type { World } from './world.ts'

const ETHERNET = 1500
/** What VXLAN adds to each packet. */
const VXLAN = 50

/** A bridge's MTU: that of a VNet's zone, or what it leaves when nothing is said; of any other bridge the usual one. */
export const bridgeMtu = ({ sdn }: World, bridge: string): number => {
  const zone = sdn.running.zones.get(String(sdn.running.vnets.get(bridge)?.['zone']))
  if (zone === undefined) return ETHERNET
  return Number(zone['mtu'] ?? (zone['type'] === 'vxlan' ? ETHERNET - VXLAN : ETHERNET))
}
