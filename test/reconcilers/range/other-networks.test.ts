import { expect } from 'chai'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { NO_PROMISES } from '../../../reconcilers/range/promises.ts'
import {
  cluster,
  natBridge,
  natVnet,
  netInterface,
  node,
  nodeNetwork,
  rangeBridge,
  rangeGuest,
  rangeVnet,
  simpleZone,
} from '../../builders/cluster.ts'
import { planRange } from '../../builders/plan-range.ts'
import { range, settings } from '../../builders/range.ts'
import { networkModeOf } from '../../../reconcilers/network-mode.ts'

const PVE1 = node('pve1')
const DC = rangeGuest(1_010_011, 'JD', 'JD-DC01')
/** A single node with the NAT bridge and these bridges beside. */
const one = (bridges: readonly ReturnType<typeof netInterface>[], traits: Partial<ClusterSnapshot>): ClusterSnapshot =>
  cluster({
    nodes: [PVE1],
    zones: [],
    nodeNetworks: [nodeNetwork(PVE1, { interfaces: [netInterface('vmbr0'), natBridge(), ...bridges] })],
    pools: ['JD'],
    ...traits,
  })
const plan = (seen: ClusterSnapshot, number?: number) =>
  planRange(range('JD', { number }), seen, NO_PROMISES, settings(), networkModeOf(seen, settings()))
const found = (...args: Parameters<typeof plan>): string => {
  const result = plan(...args)
  return result.kind === 'refused' ? result.finding.reason : 'planned'
}
const SIMPLE = { zones: [simpleZone()] }
const UNTAGGED = { tag: undefined }

describe('a range on the other kind of network', () => {
  it('is left alone where its VMs were made on a bridge and the node has a zone now', () => {
    const result = plan(one([rangeBridge(1, 'JD')], { ...SIMPLE, guests: [DC] }))
    expect(result).to.have.property('kind', 'refused')
    expect(result).to.have.nested.property('finding.reason', 'RangeOnBridges')
    expect(result)
      .to.have.nested.property('finding.message')
      .that.matches(
        /^range JD: it has a VM and a bridge \(vmbr1001 of node pve1\), .* zone ludus now; .*cluster_mode: false/,
      )
  })

  it('is left alone on a bridge of Ludus, which has no mark, where its file says the number', () => {
    const bare = netInterface('vmbr1001', { vlanAware: true })
    const guests = [rangeGuest(104, 'JD', 'JD-DC01', { tags: [] })]
    expect(found(one([bare], { ...SIMPLE, guests }), 1)).to.equal('RangeOnBridges')
  })

  it('is not taken for one because of a bridge of its number on a node without its VMs, or of something else of that name', () => {
    const nodes = [PVE1, node('pve2')]
    const on = (at: string, type: string) =>
      nodes.map((each) =>
        nodeNetwork(each, {
          interfaces: [netInterface('vmbr0'), ...(each.name === at ? [rangeBridge(1, 'JD', { type })] : [])],
        }),
      )
    const seen = (at: string, type: string) =>
      cluster({ nodes, guests: [DC], pools: ['JD'], vnets: [natVnet()], nodeNetworks: on(at, type) })
    expect(found(seen('pve1', 'bridge'))).to.equal('RangeOnBridges')
    expect(found(seen('pve2', 'bridge'))).to.equal('planned')
    expect(found(seen('pve1', 'eth'))).to.equal('planned')
  })

  it('is left alone on a VNet of Ludus, which has no mark, where its file says the number', () => {
    const guests = [rangeGuest(104, 'JD', 'JD-DC01', { tags: [] })]
    expect(found(one([], { guests, vnets: [rangeVnet(1, 'JD', { ...UNTAGGED, alias: undefined })] }), 1)).to.equal(
      'RangeOnVnets',
    )
    expect(found(one([], { guests, vnets: [rangeVnet(1, 'JD', { ...UNTAGGED, alias: 'of Ann' })] }), 1)).to.equal(
      'planned',
    )
  })

  it('is told to its NICs by the names of both kinds, and by all zones that they are in', () => {
    const nat = natVnet({ zone: 'nat', vlanAware: false })
    const result = plan(cluster({ vnets: [nat] }))
    expect(result)
      .to.have.nested.property('plan.network.names')
      .that.deep.equals({
        nat: 'ludusnat',
        range: 'r1',
        zones: ['ludus', 'nat'],
        former: ['vmbr1000', 'vmbr1001'],
        natRefusesVlans: true,
      })
  })

  it('gets VNets where it has no VMs, whatever bridge is left of it', () => {
    expect(found(one([rangeBridge(1, 'JD')], SIMPLE))).to.equal('planned')
  })

  it('goes on with VNets once it has its own, whatever bridge is left of it', () => {
    const vnets = [natVnet(UNTAGGED), rangeVnet(1, 'JD', UNTAGGED)]
    expect(found(one([rangeBridge(1, 'JD')], { ...SIMPLE, guests: [DC], vnets }))).to.equal('planned')
  })

  it("is not taken for one because of a bridge of its number that is somebody's, by its comment", () => {
    const vnets = [natVnet(UNTAGGED)]
    for (const comment of ['storage of Ann', 'lanista range KL'])
      expect(found(one([rangeBridge(1, 'KL', { comment })], { ...SIMPLE, guests: [DC], vnets })), comment).to.equal(
        'planned',
      )
  })

  it("is not taken for one because of another range's bridge", () => {
    expect(found(one([rangeBridge(2, 'KL')], { ...SIMPLE, guests: [DC] }))).to.equal('planned')
  })

  it('is left alone where its VMs were made on a VNet and the zone is gone', () => {
    const vnets = [natVnet(UNTAGGED), rangeVnet(1, 'JD', UNTAGGED)]
    const result = plan(one([], { guests: [DC], vnets }))
    expect(result).to.have.nested.property('finding.reason', 'RangeOnVnets')
    expect(result)
      .to.have.nested.property('finding.message')
      .that.matches(/^range JD: it has a VM and a VNet \(r1 in zone ludus\), .*cluster_mode: true/)
  })

  it('gets bridges where it has no VMs, or has its bridge, whatever VNet is left of it', () => {
    const vnets = [rangeVnet(1, 'JD', UNTAGGED)]
    expect(found(one([], { vnets }))).to.equal('planned')
    expect(found(one([rangeBridge(1, 'JD')], { guests: [DC], vnets }))).to.equal('planned')
    expect(found(one([], { guests: [DC], vnets: [rangeVnet(2, 'KL')] }))).to.equal('planned')
  })
})

describe('the number of a new range', () => {
  const KL = range('KL')
  const numberOf = (seen: ClusterSnapshot, number?: number) => {
    const spec = { ...KL, number }
    const result = planRange(spec, seen, NO_PROMISES, settings(), networkModeOf(seen, settings()))
    return result.kind === 'planned' ? result.plan.number : result.finding.reason
  }
  const LUDUS_BRIDGE = netInterface('vmbr1001', { vlanAware: true })

  it('is none that a range on the other kind of network has, since both would have the same addresses', () => {
    expect(numberOf(one([LUDUS_BRIDGE], SIMPLE))).to.equal(2)
    expect(numberOf(one([], { vnets: [rangeVnet(1, 'JD', UNTAGGED)] }))).to.equal(2)
    expect(numberOf(one([rangeBridge(1, 'JD')], SIMPLE), 1)).to.equal('NumberTaken')
  })

  it('is the one that its file says where nobody has marked that bridge', () => {
    expect(numberOf(one([LUDUS_BRIDGE], SIMPLE), 1)).to.equal(1)
  })

  it('stays that of its own network where one of the other kind has another', () => {
    const seen = one([rangeBridge(3, 'KL')], { ...SIMPLE, vnets: [natVnet(UNTAGGED), rangeVnet(2, 'KL', UNTAGGED)] })
    expect(numberOf(seen)).to.equal(2)
    expect(numberOf(one([rangeBridge(3, 'KL')], SIMPLE))).to.equal(3)
  })

  it('is told with a zone that is nearly the configured one, of which ranges get no VNets', () => {
    const notesOf = (zones: ClusterSnapshot['zones']) => {
      const result = plan(one([], { zones }))
      return result.kind === 'planned' ? result.plan.notes : []
    }
    expect(notesOf([simpleZone({ name: 'Ludus' })]).join()).to.match(/zone Ludus is there and differs .* capital/)
    expect(notesOf([simpleZone({ type: 'evpn' })]).join()).to.match(/zone ludus is there and is of type evpn/)
    expect(notesOf([])).to.deep.equal([])
  })

  it('comes before what a zone lacks that somebody has just made beside bridges', () => {
    const seen = one([rangeBridge(1, 'JD')], { zones: [simpleZone({ pending: 'new' })], guests: [DC] })
    expect(found(seen)).to.equal('RangeOnBridges')
  })
})
