import fc from 'fast-check'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type BridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'

const mac = (last: number): string => `BC:24:11:FE:00:${last.toString(16).toUpperCase().padStart(2, '0')}`
const nic = (last: number, bridge: string): string => `virtio=${mac(last)},bridge=${bridge}`

/** A machine of Ludus' own, which moves with the ranges. */
export const NEXUS = 303

/** Machines that are nobody's of the move: on its bridges, in no pool, another or a range's, and one of Ludus' own. */
const OTHERS: BridgeInstallation['others'] = [
  { name: 'web', vmid: 301, running: true, memory_mib: 512, nics: [`${nic(1, 'vmbr1001')},tag=10`] },
  { name: 'office', vmid: 302, pool: 'office', running: false, memory_mib: 512, nics: [nic(2, 'vmbr0')] },
  { name: 'nexus', vmid: NEXUS, pool: 'ADMIN', running: true, memory_mib: 512, nics: [nic(3, 'vmbr1000')] },
  {
    name: 'ct',
    kind: 'lxc',
    vmid: 304,
    pool: 'AB',
    running: true,
    memory_mib: 512,
    nics: [`name=eth0,bridge=vmbr1001,hwaddr=${mac(4)},tag=10,type=veth`],
  },
  {
    name: 'loose',
    kind: 'lxc',
    vmid: 305,
    running: false,
    memory_mib: 512,
    nics: [`name=eth0,bridge=vmbr1000,hwaddr=${mac(5)},type=veth`],
  },
]

/** An installation on bridges, and what is the matter with it. */
export interface Installation {
  readonly zone: 'simple' | 'vxlan'
  readonly ranges: readonly RangeOnBridges[]
  readonly others: BridgeInstallation['others']
  /** The VM, by its place among all, that a backup holds locked; beyond them none. */
  readonly locked: { readonly vm: number; readonly until: 'the end' | 'the second run' }
  /** A node that is off: only of a cluster. */
  readonly off: { readonly node: 'none' | 'pve2' | 'pve3'; readonly until: 'the end' | 'the second run' }
  /** The VM that has a snapshot, by its place among all. */
  readonly snapshot: number
}

const anyRange = (id: string, number: number): fc.Arbitrary<RangeOnBridges> =>
  fc.record({
    id: fc.constant(id),
    number: fc.constant(number),
    vms: fc.integer({ min: 0, max: 2 }),
    running: fc.boolean(),
    options: fc.constantFrom('', '', ',firewall=1', ',rate=3', ',queues=2'),
    nodes: fc.constantFrom(['pve1'], ['pve1', 'pve2'], ['pve2', 'pve3'], ['pve3', 'pve1', 'pve2']),
  })

const UNTIL = fc.constantFrom('the end' as const, 'the second run' as const)

export const anyInstallation: fc.Arbitrary<Installation> = fc.record({
  zone: fc.constantFrom('simple' as const, 'vxlan' as const),
  ranges: fc
    .tuple(anyRange('AB', 1), anyRange('CD', 2), anyRange('EF', 3))
    .chain((all) => fc.subarray(all, { minLength: 1 })),
  others: fc.subarray([...OTHERS]),
  locked: fc.record({ vm: fc.integer({ min: 0, max: 14 }), until: UNTIL }),
  off: fc.record({ node: fc.constantFrom('none', 'none', 'pve2', 'pve3'), until: UNTIL }),
  snapshot: fc.integer({ min: 0, max: 6 }),
})

/** The VMIDs of all ranges' VMs. */
export const machinesOf = ({ ranges }: Pick<Installation, 'ranges'>): readonly number[] => ranges.flatMap(vmidsOf)

export const lockedIn = (its: Installation): number | undefined => machinesOf(its)[its.locked.vm]

/** A single node has no other that could be off. */
export const offIn = ({ zone, off }: Installation): string | undefined =>
  zone === 'simple' || off.node === 'none' ? undefined : off.node

/** The cluster, but for a node that is off. */
export function worldOf(its: Installation): World {
  const { zone, others } = its
  // A single node has all machines.
  const ranges = its.ranges.map((range) => (zone === 'simple' ? { ...range, nodes: ['pve1'] } : range))
  const world = bridgeInstallation({ zone, ranges, others })
  const locked = lockedIn(its)
  if (locked !== undefined) world.guests.get(locked)?.config.set('lock', 'backup')
  const kept = world.guests.get(machinesOf(its)[its.snapshot] ?? 0)
  kept?.snapshots.set('before', new Map(kept.config))
  return world
}

const MOVED: Readonly<Record<string, string>> = { vmbr1000: 'ludusnat', vmbr1001: 'r1', vmbr1002: 'r2', vmbr1003: 'r3' }

/** A machine with each of its NICs where a move puts it, and all else as it was. */
export const movedConfig = (config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      /^net\d/.test(key)
        ? String(value).replace(/bridge=(\w+)/, (_, bridge: string) => `bridge=${MOVED[bridge] ?? bridge}`)
        : value,
    ]),
  )
