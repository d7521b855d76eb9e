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
