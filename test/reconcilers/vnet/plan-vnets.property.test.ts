import { expect } from 'chai'
import fc from 'fast-check'
import { NAT_MARK, ownerMark } from '../../../model/identity.ts'
import { foreignChanges, nothingForeign } from '../../../reconcilers/vnet/foreign-changes.ts'
import { planVnets as planDemand } from '../../../reconcilers/vnet/plan-vnets.ts'
import { vnetWantsOf } from '../../../reconcilers/vnet/vnet-wants.ts'
import type { VnetRemoval, VnetWant } from '../../../model/plan/network-plan.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { carryOut } from '../../builders/achieve.ts'
import { changed, cluster, deleted, nodeNetwork, unapplied, vnet, zone } from '../../builders/cluster.ts'
import { range, settings } from '../../builders/range.ts'

const anyVnet = fc
  .record({
    name: fc.constantFrom('r1', 'r2', 'r3', 'lab', 'ludusnat'),
    tag: fc.integer({ min: 1, max: 4 }),
    alias: fc.constantFrom(undefined, ownerMark('JD'), ownerMark('KL'), ownerMark('MN'), NAT_MARK, 'lab'),
    zone: fc.constantFrom('ludus', 'other'),
    vlanAware: fc.boolean(),
    state: fc.constantFrom('applied', 'new', 'changed', 'deleted'),
  })
  .map(({ name, tag, alias, zone, vlanAware, state }) => {
    const seen = vnet(name, tag, alias, { zone, vlanAware })
    const states = {
      applied: seen,
      new: unapplied(seen),
      changed: changed(seen, { tag: tag + 1 }),
      deleted: deleted(seen),
    }
    return states[state]
  })
const planVnets = (wants: readonly VnetWant[], seen: ClusterSnapshot) =>
  planDemand({ wants, removals: [] }, seen, { applyForeign: false })
const anyVnets = fc.uniqueArray(anyVnet, { selector: ({ name }) => name, maxLength: 5 })
const anyWants = fc.shuffledSubarray([
  ...vnetWantsOf('JD', 1, false, { ...settings(), tagged: true }),
  ...vnetWantsOf('KL', 2, false, { ...settings(), tagged: true }),
  ...vnetWantsOf('MN', 3, true, { ...settings(), tagged: true }),
])

const anyRemovals: fc.Arbitrary<readonly VnetRemoval[]> = fc.subarray(
  [
    ['r1', 'JD'],
    ['r2', 'KL'],
    ['r3', 'XX'],
  ].map(([name = '', id = '']) => ({ name, alias: ownerMark(id), reason: 'state: absent' })),
)
const anyNodeNetworks = fc
  .tuple(
    ...['pve1', 'pve2', 'pve3'].map((name) =>
      fc.constantFrom('quiet', 'quiet', 'quiet', 'staged', 'unknown').map((is) => ({ name, is })),
    ),
  )
  .map((nodes) =>
    nodes
      .filter(({ is }) => is !== 'unknown')
      .map(({ name, is }) =>
        nodeNetwork({ name, address: undefined }, { staged: is === 'staged' ? '+auto vmbr7\n' : undefined }),
      ),
  )

describe('planVnets, for any VNets, ours, foreign and half applied', () => {
  it("never writes a VNet with a foreign alias, and an unmarked one only by its author's word", () => {
    fc.assert(
      fc.property(anyVnets, anyWants, (vnets, wants) => {
        for (const action of planVnets(wants, cluster({ vnets })).actions) {
          if (action.kind === 'apply-sdn') continue
          const want = wants.find(({ name }) => name === action.vnet)!
          const seen = vnets.find(({ name }) => name === action.vnet)
          const alias = seen?.configured?.alias
          const ours = seen === undefined || alias === want.config.alias || (alias === undefined && want.adoptUnmarked)
          expect(ours, `${action.vnet} is "${alias}"`).to.equal(true)
        }
      }),
    )
  })

  it('applies once, last, for a reason, and never over foreign changes', () => {
    fc.assert(
      fc.property(anyVnets, anyWants, (vnets, wants) => {
        const snapshot = cluster({ vnets })
        const { actions } = planVnets(wants, snapshot)
        const applies = actions.filter(({ kind }) => kind === 'apply-sdn')
        expect(applies.length).to.equal(actions.length > 0 ? 1 : 0)
        if (applies.length === 0) return
        expect(actions.at(-1)).to.equal(applies[0])
        expect(nothingForeign(foreignChanges({ wants, removals: [] }, snapshot))).to.equal(true)
      }),
    )
  })

  it('never gives two VNets the same tag', () => {
    const zones = [zone([]), zone([], { name: 'other' })]
    fc.assert(
      fc.property(anyVnets, anyWants, (vnets, wants) => {
        const tags = new Map(
          vnets.flatMap(({ name, configured }) => (configured === undefined ? [] : [[name, configured.tag] as const])),
        )
        fc.pre(new Set(tags.values()).size === tags.size)
        for (const action of planVnets(wants, cluster({ vnets, zones })).actions) {
          if (action.kind === 'create-vnet') tags.set(action.vnet, action.config.tag)
          if (action.kind === 'update-vnet' && 'tag' in action.changes) tags.set(action.vnet, action.changes.tag)
        }
        expect(new Set(tags.values()).size).to.equal(tags.size)
      }),
    )
  })

  it('says the same whatever the order of VNets', () => {
    fc.assert(
      fc.property(anyVnets, anyWants, (vnets, wants) => {
        const plan = planVnets(wants, cluster({ vnets }))
        const back = planVnets(wants, cluster({ vnets: [...vnets].reverse() }))
        expect(back.actions).to.deep.equal(plan.actions)
        expect([...back.findings].map(([name, { reason }]) => [name, reason])).to.deep.equal(
          [...plan.findings].map(([name, { reason }]) => [name, reason]),
        )
      }),
    )
  })

  it('removes only what carries the very mark, and applies nothing over what nodes have staged or do not tell', () => {
    fc.assert(
      fc.property(anyVnets, anyWants, anyRemovals, anyNodeNetworks, (vnets, wants, removals, nodeNetworks) => {
        const seen = cluster({ vnets, nodeNetworks })
        const { actions } = planDemand({ wants, removals }, seen, { applyForeign: false })
        for (const action of actions) {
          if (action.kind !== 'delete-vnet') continue
          const { configured, running } = vnets.find(({ name }) => name === action.vnet)!
          const { alias } = removals.find(({ name }) => name === action.vnet)!
          expect(configured?.alias).to.equal(alias)
          expect([undefined, alias]).to.include(running?.alias)
          expect(wants.map(({ name }) => name)).not.to.include(action.vnet)
        }
        if (actions.length === 0) return
        expect(nodeNetworks.every(({ staged }) => staged === undefined)).to.equal(true)
        expect(nodeNetworks).to.have.length(seen.nodes.length)
        expect(nothingForeign(foreignChanges({ wants, removals }, seen))).to.equal(true)
      }),
    )
  })

  it('has nothing left to do once its plans are carried out, a freed tag taking a second one', () => {
    fc.assert(
      fc.property(anyVnets, anyWants, anyRemovals, (vnets, wants, removals) => {
        const planned = (seen: ClusterSnapshot) =>
          planDemand({ wants, removals }, seen, { applyForeign: false }).actions
        let seen = cluster({ vnets })
        for (let turn = 0; turn < 4; turn++)
          seen = planned(seen).reduce((now, action) => carryOut(action, range('JD'), now), seen)
        expect(planned(seen)).to.deep.equal([])
      }),
    )
  })
})
