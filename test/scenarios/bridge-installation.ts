import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { withInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { World } from '../../adapters/simulator/world.ts'

type Guest = Extract<NonNullable<Parameters<typeof clusterFrom>[0]['guests']>, readonly unknown[]>[number]

/** One range of an installation on bridges. */
export interface RangeOnBridges {
  readonly id: string
  readonly number: number
  readonly vms: number
  readonly running: boolean
  /** What its VMs' NICs have besides. */
  readonly options: string
  /** Where its VMs are, in turns; all are on the first node where this is left out. */
  readonly nodes?: readonly string[]
}

export interface BridgeInstallation {
  /** `simple`: a single node; `vxlan`: three, with the same bridges on each. */
  readonly zone: 'simple' | 'vxlan'
  readonly ranges: readonly RangeOnBridges[]
  /** Machines of others on the same bridges, with the pools that they are in. */
  readonly others: readonly Guest[]
}

/** The VMIDs of a range: its router first. */
export const vmidsOf = ({ number, vms }: Pick<RangeOnBridges, 'number' | 'vms'>): readonly number[] =>
  Array.from({ length: vms + 1 }, (_, index) => 1000 + number * 10 + index)

const mac = (vmid: number, nic: number): string =>
  `BC:24:11:${[vmid >> 8, vmid & 255, nic].map((part) => part.toString(16).toUpperCase().padStart(2, '0')).join(':')}`

const guestsOf = ({ id, number, vms, running, options, nodes = ['pve1'] }: RangeOnBridges): readonly Guest[] =>
  vmidsOf({ number, vms }).map((vmid, index): Guest => {
    const bridge = `vmbr${1000 + number}`
    const nics =
      index === 0
        ? [`virtio=${mac(vmid, 0)},bridge=vmbr1000,tag=1`, `virtio=${mac(vmid, 1)},bridge=${bridge},tag=10`]
        : [`virtio=${mac(vmid, 0)},bridge=${bridge}${options},tag=10`]
    const name = index === 0 ? `${id}-router-debian11-x64` : `${id}-vm${index}`
    return { name, vmid, node: nodes[index % nodes.length] ?? 'pve1', pool: id, running, memory_mib: 1024, nics }
  })

/** An installation of Ludus 2 with its bridges, and a zone that somebody has made for the move. */
export function bridgeInstallation({ zone, ranges, others }: BridgeInstallation): World {
  const count = zone === 'simple' ? 1 : 3
  const world = clusterFrom({
    nodes: Array.from({ length: count }, (_, index) => ({ name: `pve${index + 1}`, cores: 32, memory_gib: 256 })),
    zone: { type: zone },
    nat_bridge: 'vmbr1000',
    templates: ['debian-11-x64-server-template'],
    guests: [...ranges.flatMap(guestsOf), ...others],
  })
  for (const node of world.nodes.values()) {
    for (const { number } of ranges)
      node.network = withInterface(node.network, `vmbr${1000 + number}`, {
        type: 'bridge',
        autostart: '1',
        bridge_vlan_aware: '1',
      })
    bringUpNetwork(node)
  }
  for (const { running } of world.guests.values()) running?.loose.clear()
  return world
}
