import { expect } from 'chai'
import fc from 'fast-check'
import { NAT_MARK, NAT_VNET, ownerMark } from '../../model/identity.ts'
import type { NetworkAction } from '../../model/plan/actions.ts'
import type { ClusterSnapshot, VnetSeen } from '../../model/snapshot.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import { groundOf } from '../../reconcilers/range/ground.ts'
import { planNetworks } from '../../reconcilers/range/plan-networks.ts'
import { planTurn } from '../../reconcilers/range/plan-turn.ts'
import { NO_PROMISES } from '../../reconcilers/range/promises.ts'
import { planRemoval } from '../../reconcilers/removal/plan-removal.ts'
import { changed, cluster, deleted, node, rangeVnet, unapplied, vnet, zone } from '../builders/cluster.ts'
import { range, settings } from '../builders/range.ts'

const NODES = ['pve1', 'pve2', 'pve3'].map((name) => node(name))
const ZONES = ['ludus', 'nat', 'gone']

const anyConfig = fc.record({
  tag: fc.constantFrom(undefined, 1, 2, 100_000, NAT_VNET.tag),
  alias: fc.constantFrom(undefined, NAT_MARK, ownerMark('JD'), ownerMark('KL'), 'office'),
  zone: fc.constantFrom(...ZONES),
  vlanAware: fc.boolean(),
})
/** Whatever a person or a Ludus made of the NAT VNet, applied or not. */
const anyNat: fc.Arbitrary<VnetSeen> = fc
  .record({ config: anyConfig, change: anyConfig, state: fc.constantFrom('applied', 'new', 'changed', 'deleted') })
  .map(({ config: { tag, alias, ...traits }, change, state }) => {
    const seen = vnet(NAT_VNET.name, tag, alias, traits)
    return { applied: seen, new: unapplied(seen), changed: changed(seen, change), deleted: deleted(seen) }[state]
  })
const anyZone = fc.record({
  type: fc.constantFrom('vxlan', 'vxlan', 'simple', 'vlan', 'evpn'),
  nodes: fc.constantFrom(undefined, undefined, ['pve1'], ['pve2', 'pve3']),
  pending: fc.constantFrom('unchanged', 'unchanged', 'unchanged', 'new', 'changed', 'deleted'),
} as const)
/** A cluster of one to three nodes with that NAT VNet, in zones of any kind, and a range of each state. */
const anySeen: fc.Arbitrary<ClusterSnapshot> = fc
  .record({
    nat: anyNat,
    count: fc.integer({ min: 1, max: 3 }),
    zones: fc.tuple(anyZone, anyZone),
    own: fc.option(anyConfig, { nil: undefined }),
  })
  .map(({ nat, count, zones, own }) => {
    const nodes = NODES.slice(0, count)
    return cluster({
      nodes,
      zones: zones.map((traits, index) =>
        zone(nodes, { name: ZONES[index] ?? '', ...traits, ...(traits.type === 'vxlan' ? {} : { peers: undefined }) }),
      ),
      vnets: [nat, ...(own === undefined ? [] : [rangeVnet(1, 'JD', own)])],
    })
  })

/** All that would be written to networks, for two ranges that stay and two that go. */
function networkActions(seen: ClusterSnapshot, own: Parameters<typeof settings>[0]): readonly NetworkAction[] {
  const asked = settings(own)
  const mode = networkModeOf(seen, asked)
  const turn = planTurn([range('JD', { number: 1 }), range('KL')], groundOf(seen, asked, mode), NO_PROMISES)
  const wanted = [...turn.results.values()].flatMap((result) =>
    result.kind === 'planned' ? [result.plan.network.wants] : [],
  )
  const going = ['JD', 'KL'].flatMap((rangeId) => {
    const plan = planRemoval({ rangeId, why: 'state: absent', scope: { kind: 'named', names: [] } }, seen, mode, asked)
    return plan.kind === 'networks' ? [plan.wants] : []
  })
  return [wanted, going, [...wanted, ...going]].flatMap((wants) => planNetworks(wants, seen, asked).actions)
}

describe('the NAT VNet', () => {
  it('is never written once it exists, whatever a person or a Ludus made of it', () => {
    let applies = 0
    fc.assert(
      fc.property(anySeen, fc.boolean(), fc.constantFrom(undefined, true), (seen, applyForeign, clusterMode) => {
        const actions = networkActions(seen, { applyForeign, clusterMode })
        applies += actions.filter(({ kind }) => kind === 'apply-sdn').length
        const written = actions.flatMap((action) => ('vnet' in action ? [action.vnet] : []))
        expect(written).not.to.include(NAT_VNET.name)
      }),
    )
    expect(applies, 'ranges beside it get networks all the same').to.be.greaterThan(0)
  })

  it('is made where there is none, with what the zone takes', () => {
    const madeIn = (type: string, own = {}) => {
      const nodes = type === 'simple' ? NODES.slice(0, 1) : NODES
      const zones = [zone(nodes, { type, ...(type === 'simple' ? { peers: undefined } : {}) })]
      const [made] = networkActions(cluster({ nodes, zones }), own)
      return made?.kind === 'create-vnet' ? [made.vnet, made.config] : made
    }
    const config = { zone: 'ludus', tag: NAT_VNET.tag, alias: NAT_MARK, vlanAware: true }
    expect(madeIn('vxlan')).to.deep.equal([NAT_VNET.name, config])
    expect(madeIn('simple')).to.deep.equal([NAT_VNET.name, { ...config, tag: undefined }])
  })
})
