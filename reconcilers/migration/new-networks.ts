import { NAT_VNET } from '../../model/identity.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { judgePeers } from '../zone/zone-peers.ts'
import { vnetMtuOf } from '../zone/zone-mtu.ts'
import type { NewNetworks } from './move-vm.ts'

/** What a bridge has whose configuration sets none. */
const ETHERNET_MTU = 1500

/** What VMs find on the VNets of the zone, and have found on their bridges. */
export function newNetworksOf(
  snapshot: ClusterSnapshot,
  { zone: zoneName, natBridge }: Pick<PlanSettings, 'zone' | 'natBridge'>,
): NewNetworks {
  const zone = snapshot.zones.find(({ name }) => name === zoneName)
  const nat = snapshot.vnets.find(({ name }) => name === NAT_VNET.name)
  const carriers = zone === undefined ? [] : judgePeers(zone.running ?? zone, snapshot).carriers
  return {
    natBridge,
    mtu: zone === undefined ? undefined : vnetMtuOf(zone, carriers),
    natRefusesVlans: (nat?.running ?? nat?.configured)?.vlanAware === false,
    mtuOf: (node, bridge) =>
      snapshot.nodeNetworks.find((each) => each.node === node)?.interfaces.find(({ name }) => name === bridge)?.mtu ??
      ETHERNET_MTU,
  }
}
