import { expect } from 'chai'
import fc from 'fast-check'
import { NAT_MARK, NAT_VNET, ownerMark, rangeNumberOfBridge, rangeNumberOfVnet } from '../../model/identity.ts'
import type { VnetRemoval, VnetWant } from '../../model/plan/network-plan.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { VnetSeen } from '../../model/snapshot.ts'
import { markedRanges } from '../../reconcilers/removal/range-left.ts'
import { planRemoval } from '../../reconcilers/removal/plan-removal.ts'
import { findGuest, guestsOfRange, indexGuests } from '../../reconcilers/vm/find-guest.ts'
import { planVnets } from '../../reconcilers/vnet/plan-vnets.ts'
import { vnetWantsOf } from '../../reconcilers/vnet/vnet-wants.ts'
import { changed, cluster, deleted, guest, netInterface, singleNode, unapplied, vnet } from '../builders/cluster.ts'
import { settings } from '../builders/range.ts'
import { runs } from '../runner/long-runs.ts'

const MARK = ownerMark('JD')
/** The mark of JD as it is, as others copy or mistype it, and marks of others. */
const anyMark = fc.constantFrom(
  MARK,
  MARK,
  ownerMark('KL'),
  NAT_MARK,
  ownerMark('jd'),
  `${MARK} `,
  ` ${MARK}`,
  `${MARK}\n`,
  MARK.toUpperCase(),
  `${MARK} (copy)`,
  ownerMark('SHARED'),
  'lanista range ',
  undefined,
)
const anyVnet = fc
  .record({
    name: fc.constantFrom('r1', 'r2', 'r77', 'r154', 'r01', 'R1', 'annlab', 'ludusnat'),
    tag: fc.constantFrom(1, 2, 77, 4711, NAT_VNET.tag),
    alias: anyMark,
    zone: fc.constantFrom('ludus', 'ludus', 'other'),
    vlanAware: fc.boolean(),
    state: fc.constantFrom('applied', 'new', 'changed', 'deleted'),
  })
  .map(({ name, tag, alias, zone, vlanAware, state }): VnetSeen => {
    const seen = vnet(name, tag, alias, { zone, vlanAware })
    if (state === 'new') return unapplied(seen)
    if (state === 'deleted') return deleted(seen)
    return state === 'changed' ? changed(seen, { tag: tag + 1 }) : seen
  })
const anyVnets = fc.uniqueArray(anyVnet, { selector: ({ name }) => name, maxLength: 5 })
const anyGuest = fc
  .record({
    vmid: fc.constantFrom(105, 106, 1_010_011, 1_010_012, 2_010_011),
    name: fc.constantFrom('JD-DC01', 'JD-dc01', 'JD-DC01 ', 'Copy-of-VM-JD-DC01', 'KL-DC01', undefined),
    pool: fc.constantFrom('JD', 'JD', 'jd', 'JD/a', 'KL', undefined),
    tags: fc.subarray(['lanista', 'jd', 'kl']),
    kind: fc.constantFrom('qemu' as const, 'qemu' as const, 'lxc' as const),
    template: fc.constantFrom(false, false, true),
  })
  .map(({ vmid, name, pool, tags, kind, template }) => guest(vmid, { name, pool, tags, kind, template }))
const anyGuests = fc.uniqueArray(anyGuest, { selector: ({ vmid }) => vmid, maxLength: 4 })

const ORDER: RemovalOrder = { rangeId: 'JD', why: 'its file says so', scope: { kind: 'named', names: ['JD-DC01'] } }

/** Whether Lanista made it as it is, or could have: nobody else gives a VNet that name, zone, tag and kind. */
function isAsMade({ name, configured }: VnetSeen): boolean {
  if (configured === undefined) return false
  const { alias, zone, tag, vlanAware } = configured
  if (alias === NAT_MARK) return name === NAT_VNET.name && zone === 'ludus' && tag === NAT_VNET.tag
  return /^lanista range \S+$/.test(alias ?? '') && zone === 'ludus' && vlanAware && tag === rangeNumberOfVnet(name)
}

describe("whatever carries a range's mark, or the like of it", () => {
  it('no apply brings a VNet into force that Lanista did not make', () => {
    const anyWants = fc.constantFrom<readonly VnetWant[]>(
      vnetWantsOf('KL', 2, false, { ...settings(), tagged: true }),
      vnetWantsOf('JD', 1, true, { ...settings(), tagged: true }),
    )
    const removal: VnetRemoval = { name: 'r1', alias: MARK, reason: 'it is to go' }
    fc.assert(
      fc.property(anyVnets, anyWants, fc.boolean(), (vnets, wants, goes) => {
        const removals = goes ? [removal] : []
        const { actions } = planVnets({ wants, removals }, cluster({ vnets }), { applyForeign: false })
        if (actions.length === 0) return
        for (const seen of vnets) {
          if (seen.pending === 'unchanged' || wants.some(({ name }) => name === seen.name && name !== 'ludusnat'))
            continue
          if (seen.pending === 'deleted') expect([seen.name, seen.running?.alias]).to.deep.equal(['r1', MARK])
          else expect(isAsMade(seen), JSON.stringify(seen)).to.equal(true)
        }
      }),
      { numRuns: runs(2000) },
    )
  })

  it('no VNet or bridge goes with the range that has no name of a range network and exactly its mark', () => {
    const anyBridge = fc.record({
      name: fc.constantFrom('vmbr1001', 'vmbr1077', 'vmbr1', 'vmbr1154', 'annbr', 'vmbr1000'),
      comment: anyMark,
      type: fc.constantFrom('bridge', 'bond'),
    })
    const anyBridges = fc.uniqueArray(anyBridge, { selector: ({ name }) => name, maxLength: 4 })
    fc.assert(
      fc.property(anyVnets, anyBridges, fc.boolean(), (vnets, bridges, single) => {
        const seen = single
          ? singleNode(bridges.map(({ name, comment, type }) => netInterface(name, { comment, type })))
          : cluster({ vnets })
        const plan = planRemoval(ORDER, seen, single ? 'bridges' : 'vnets', settings())
        if (plan.kind !== 'networks') return
        for (const { name } of plan.wants.removals) {
          const number = single ? rangeNumberOfBridge(name) : rangeNumberOfVnet(name)
          expect(number, name).not.to.equal(undefined)
          const { configured, running } = vnets.find((each) => each.name === name) ?? {}
          expect(
            single ? bridges.find((each) => each.name === name)?.comment : (configured ?? running)?.alias,
          ).to.equal(MARK)
        }
      }),
      { numRuns: runs(1000) },
    )
  })

  it('no guest goes with the range, or is taken for its VM, that is not in its pool, by its name, with its tags', () => {
    fc.assert(
      fc.property(anyGuests, (guests) => {
        const plan = planRemoval(ORDER, cluster({ guests, pools: ['JD'] }), 'vnets', settings())
        if (plan.kind === 'machines')
          for (const { name, pool, kind, template, tags } of plan.guests) {
            expect({ name, pool, kind, template }).to.deep.equal({
              name: 'JD-DC01',
              pool: 'JD',
              kind: 'qemu',
              template: false,
            })
            expect(tags).to.include.members(['lanista', 'jd'])
          }
        const found = findGuest(
          { name: 'JD-DC01', otherNames: [] },
          1_010_011,
          guestsOfRange('JD', new Set([1_010_011]), indexGuests({ guests })),
        )
        if (found.kind !== 'guest') return
        expect(found.guest).to.include({ pool: 'JD', kind: 'qemu', template: false })
        expect(['JD-DC01', undefined]).to.include(found.guest.name)
        if (found.guest.name === undefined) expect(found.guest.vmid).to.equal(1_010_011)
      }),
      { numRuns: runs(1000) },
    )
  })

  it('a range is told of only by its exact mark, or a VM with both tags in its pool', () => {
    fc.assert(
      fc.property(anyVnets, anyGuests, (vnets, guests) => {
        const marked = markedRanges({ ...cluster({ vnets, guests }), poolComments: new Map() })
        const byVnet = vnets.flatMap(({ name, configured, running }) =>
          name === 'ludusnat' ? [] : [(configured ?? running)?.alias],
        )
        const byGuest = guests
          .filter(
            ({ kind, template, pool, tags }) => kind === 'qemu' && !template && pool === 'JD' && tags.includes('jd'),
          )
          .filter(({ tags }) => tags.includes('lanista'))
        expect(marked.has('JD')).to.equal(byVnet.includes(MARK) || byGuest.length > 0)
      }),
      { numRuns: runs(500) },
    )
  })
})
