import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import type { World } from '../../adapters/simulator/world.ts'

/** Nodes with a NAT bridge and without an SDN zone, and the two templates the scenarios' ranges use. */
export const bridgesWorld = (nodes: number, nat: string | null = 'vmbr1000'): World =>
  clusterFrom({
    nodes: Array.from({ length: nodes }, (_, index) => ({ name: `pve${index + 1}`, cores: 16, memory_gib: 64 })),
    zone: null,
    nat_bridge: nat,
    templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'],
  })

/** What Proxmox is told of a range's bridge. */
export const rangeBridge = (rangeId: string): Readonly<Record<string, string>> => ({
  type: 'bridge',
  autostart: '1',
  bridge_vlan_aware: '1',
  comments: `lanista range ${rangeId}`,
})
