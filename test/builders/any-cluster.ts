import fc from 'fast-check'
import { NAT_MARK, ownerMark } from '../../model/identity.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import type { AclSeen, ClusterSnapshot, GuestSeen, VnetSeen } from '../../model/snapshot.ts'
import { changed, cluster, deleted, GIB, guest, node, unapplied, vnet } from './cluster.ts'
import { range, vm } from './range.ts'

const RANGE_IDS = ['JD', 'KL', 'MN'] as const

/** Makes one of several choices the likely one. */
function usually<const T>(value: T): readonly T[] {
  return [value, value, value, value]
}

/** Up to three ranges of up to four VMs, some with a fixed number, some with a target node, and names that may clash. */
export const anyRanges: fc.Arbitrary<readonly RangeSpec[]> = fc.uniqueArray(
  fc.constantFrom(...usually('JD' as const), ...RANGE_IDS).chain((id) =>
    fc
      .record({
        number: fc.constantFrom(undefined, undefined, undefined, 1, 2),
        targetNode: fc.constantFrom(undefined, undefined, 'pve2'),
        power: fc.constantFrom(...usually('on' as const), 'keep', 'off'),
        vms: fc.uniqueArray(anyVmOf(id), { selector: ({ name }) => name, maxLength: 4 }),
      })
      .map((traits) => range(id, traits)),
  ),
  { selector: ({ id }) => id, minLength: 1 },
)

const anyVmOf = (id: string) =>
  fc
    .record({
      octet: fc.integer({ min: 1, max: 4 }),
      memoryMiB: fc.constantFrom(2048, 16_384, 49_152),
      cpus: fc.constantFrom(1, 8),
      targetNode: fc.constantFrom(undefined, undefined, 'pve3'),
    })
    .map(({ octet, ...traits }) =>
      vm(octet === 4 ? 'DC01' : `${id}-VM${octet}`, { ...traits, address: { vlan: 10, lastOctet: octet } }),
    )

const anyNodes = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('pve1', 'pve2', 'pve3', 'pve4'),
      online: fc.constantFrom(true, true, true, false),
      memoryUsedBytes: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths * 8 * GIB),
      cpuLoad: fc.constantFrom(0, 0.3),
    }),
    { selector: ({ name }) => name, minLength: 2 },
  )
  .map((all) => all.map((traits) => node(traits.name, traits)))

const anyVnet: fc.Arbitrary<VnetSeen> = fc
  .record({
    name: fc.constantFrom('r1', 'r2', 'r3', 'lab', 'ludusnat'),
    tag: fc.integer({ min: 1, max: 12 }),
    alias: fc.constantFrom(undefined, ...RANGE_IDS.map(ownerMark), NAT_MARK, 'lab'),
    state: fc.constantFrom(...usually('applied'), 'new', 'changed', 'deleted'),
  })
  .map(({ name, tag, alias, state }) => {
    const seen = vnet(name, tag, alias)
    const states = {
      applied: seen,
      new: unapplied(seen),
      changed: changed(seen, { tag: tag + 6 }),
      deleted: deleted(seen),
    }
    return states[state]
  })

const anyGuest: fc.Arbitrary<GuestSeen> = fc
  .record({
    number: fc.constantFrom(...usually(1), 2, 3),
    octet: fc.integer({ min: 1, max: 4 }),
    own: fc.boolean(),
    owner: fc.constantFrom(...usually('JD'), ...RANGE_IDS),
    pool: fc.constantFrom(...usually('JD'), undefined, ...RANGE_IDS),
    named: fc.constantFrom(true, true, false),
    node: fc.constantFrom('pve1', 'pve2', 'pve3', 'pve4'),
    status: fc.constantFrom('running', 'stopped', 'paused', 'unknown'),
    lock: fc.constantFrom(...usually(undefined), 'clone', 'backup'),
    tags: fc.constantFrom([], ['lanista'], ['jd', 'lanista'], ['kl', 'lanista']),
    uptimeSeconds: fc.constantFrom(0, 5, 100),
  })
  .map(({ number, octet, own, owner, named, ...traits }) =>
    guest(own ? number * 1_000_000 + 10_000 + octet : 100 + number * 10 + octet, {
      ...traits,
      name: named ? (octet === 4 ? 'DC01' : `${owner}-VM${octet}`) : undefined,
    }),
  )

const anyEntry: fc.Arbitrary<AclSeen> = fc.record({
  path: fc.constantFrom('/', '/sdn', '/sdn/zones/ludus', '/sdn/zones/ludus/r1', '/sdn/zones/other/r1', '/vms'),
  kind: fc.constantFrom('group', 'group', 'user'),
  who: fc.constantFrom('ludus_users', 'ludus_users', 'admins'),
  role: fc.constantFrom('PVESDNUser', 'PVEAuditor', 'Administrator', 'NoAccess'),
  propagate: fc.boolean(),
})

/** A cluster in any state: nodes offline, VNets of anybody and half applied, guests of anybody in any state. */
export const anyCluster: fc.Arbitrary<ClusterSnapshot> = fc
  .record({
    nodes: anyNodes,
    vnets: fc.uniqueArray(anyVnet, { selector: ({ name }) => name, maxLength: 3 }),
    guests: fc.uniqueArray(anyGuest, { selector: ({ vmid }) => vmid, maxLength: 8 }),
    pools: fc.subarray([...RANGE_IDS]),
    acl: fc.array(anyEntry, { maxLength: 4 }),
  })
  .map(cluster)

/** The same cluster with all its lists the other way round. */
export const reversed = (seen: ClusterSnapshot): ClusterSnapshot => ({
  ...seen,
  nodes: [...seen.nodes].reverse(),
  storages: [...seen.storages].reverse(),
  zones: [...seen.zones].reverse(),
  vnets: [...seen.vnets].reverse(),
  guests: [...seen.guests].reverse(),
  templates: [...seen.templates].reverse(),
  pools: [...seen.pools].reverse(),
})
