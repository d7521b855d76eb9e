import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { withInterface } from '../../adapters/simulator/interfaces.ts'
import { bringUpNetwork } from '../../adapters/simulator/network-state.ts'
import type { World } from '../../adapters/simulator/world.ts'

type Description = Parameters<typeof clusterFrom>[0]

/** A Proxmox as one release of Ludus leaves it, with a running range `OLD` of number 7: a router and the VM `OLD-a`. */
export interface Installation {
  readonly name: string
  readonly nodes: number
  readonly zone: Description['zone']
  /** The NAT VNet as that Ludus makes it; left out where it makes a bridge. */
  readonly nat: { readonly tag?: number; readonly vlan_aware?: boolean } | undefined
  /** What the network of the range is called, of its number. */
  readonly network: (number: number) => string
  readonly natName: string
  /** The VLAN of routers' NICs on the NAT network. */
  readonly natVlan: number | undefined
  /** Debian's release in its default router. */
  readonly debian: number
  /** The tag of a range's network, of its number. */
  readonly tagOf: (number: number) => number | undefined
}

const NEXT_ON_BOTH = { natName: 'ludusnat', natVlan: undefined, debian: 13 } as const

export const INSTALLATIONS: readonly Installation[] = [
  {
    name: 'Ludus 2.3 on one node, with bridges',
    nodes: 1,
    zone: null,
    nat: undefined,
    network: (number) => `vmbr${1000 + number}`,
    natName: 'vmbr1000',
    natVlan: 1,
    debian: 11,
    tagOf: () => undefined,
  },
  {
    name: 'Ludus 2.3 on a cluster',
    nodes: 3,
    zone: { type: 'vxlan' },
    nat: { tag: 16_777_215, vlan_aware: true },
    network: (number) => `r${number}`,
    natName: 'ludusnat',
    natVlan: 1,
    debian: 11,
    tagOf: (number) => number,
  },
  {
    name: 'the next Ludus on one node, with a simple zone',
    nodes: 1,
    zone: { type: 'simple' },
    nat: {},
    network: (number) => `r${number}`,
    ...NEXT_ON_BOTH,
    tagOf: () => undefined,
  },
  {
    name: 'the next Ludus on a cluster',
    nodes: 3,
    zone: { type: 'vxlan' },
    nat: { tag: 100_000 },
    network: (number) => `r${number}`,
    ...NEXT_ON_BOTH,
    tagOf: (number) => number,
  },
]

/** The VMIDs that Ludus gave to the machines of `OLD`. */
export const OLD_ROUTER = 105
export const OLD_VM = 106

export function worldOf({ nodes, zone, nat, network, natName, natVlan, debian, tagOf }: Installation): World {
  const own = network(7)
  const tag = tagOf(7)
  const router = natVlan === undefined ? '' : `,tag=${natVlan}`
  const there = { pool: 'OLD', node: 'pve1', memory_mib: 2048, cores: 2, running: true }
  const world = clusterFrom({
    nodes: Array.from({ length: nodes }, (_, index) => ({ name: `pve${index + 1}`, cores: 16, memory_gib: 64 })),
    zone,
    vnets:
      nat === undefined
        ? []
        : [
            { name: 'ludusnat', ...nat },
            { name: own, vlan_aware: true, ...(tag === undefined ? {} : { tag }) },
          ],
    nat_bridge: nat === undefined ? natName : null,
    templates: [`debian-${debian}-x64-server-template`, 'debian-12-x64-server-template'],
    guests: [
      {
        ...there,
        name: `OLD-router-debian${debian}-x64`,
        vmid: OLD_ROUTER,
        // On bridges it is put there below, once its bridge is.
        nics: [`virtio=BC:24:11:00:00:01,bridge=${natName}${router}`, `virtio=BC:24:11:00:00:02,bridge=${own},tag=10`],
      },
      { ...there, name: 'OLD-a', vmid: OLD_VM, nics: [`virtio=BC:24:11:00:00:03,bridge=${own},tag=10`] },
    ],
  })
  if (nat === undefined) {
    const node = [...world.nodes.values()][0]!
    const bridge = { type: 'bridge', autostart: '1', bridge_vlan_aware: '1' }
    node.network = withInterface(node.network, own, bridge)
    bringUpNetwork(node)
  }
  for (const [vmid, balloon] of [
    [OLD_ROUTER, 512],
    [OLD_VM, 0],
  ] as const)
    for (const [key, value] of Object.entries({ vcpus: 2, balloon })) world.guests.get(vmid)?.config.set(key, value)
  return world
}
