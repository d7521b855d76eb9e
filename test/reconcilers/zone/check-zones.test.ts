import { expect } from 'chai'
import type { ClusterSnapshot, ZoneSeen } from '../../../model/snapshot.ts'
import { checkZones } from '../../../reconcilers/zone/check-zones.ts'
import { cluster, natVnet, node, simpleZone, unapplied, zone } from '../../builders/cluster.ts'

const NODES = ['pve1', 'pve2', 'pve3'].map((name) => node(name))
/** A cluster whose NAT VNet is in a zone of its own. */
const withNatIn = (traits: Partial<ZoneSeen>, seen: Partial<ClusterSnapshot> = {}): ClusterSnapshot =>
  cluster({
    zones: [zone(NODES), zone(NODES, { name: 'nat', ...traits })],
    vnets: [natVnet({ zone: 'nat', alias: undefined, tag: 100_000, vlanAware: false })],
    ...seen,
  })
const said = ({ findings }: ReturnType<typeof checkZones>) => findings.map(({ message }) => message)
const reasonsOf = ({ findings }: ReturnType<typeof checkZones>) =>
  findings.map(({ severity, reason }) => `${severity} ${reason}`)

describe('checkZones', () => {
  it('says that VNets have tags but in a simple zone', () => {
    expect(checkZones(cluster(), 'ludus').tagged).to.equal(true)
    expect(checkZones(cluster({ nodes: ['pve1'], zones: [simpleZone()] }), 'ludus').tagged).to.equal(false)
  })

  it('has nothing to say of a NAT VNet in another zone that reaches every node, of whatever type', () => {
    for (const traits of [{}, { type: 'vlan', peers: undefined }, { type: 'evpn', peers: undefined }]) {
      const { findings, withoutNat } = checkZones(withNatIn(traits), 'ludus')
      expect([findings, [...withoutNat]], JSON.stringify(traits)).to.deep.equal([[], []])
    }
  })

  it('keeps routers from nodes that the zone of the NAT VNet leaves out, and no other VMs', () => {
    const check = checkZones(withNatIn({ type: 'vlan', peers: undefined, nodes: ['pve1', 'pve2'] }), 'ludus')
    expect([...check.unreached]).to.deep.equal([])
    expect([...check.withoutNat]).to.deep.equal([
      ['pve3', "lacks vnet ludusnat, as it is not among zone nat's nodes (pve1, pve2)"],
    ])
    expect(said(check)).to.have.length(1)
    expect(said(check)[0]).to.match(
      /^vnet ludusnat, in zone nat: it is limited to the nodes pve1 and pve2 and leaves out pve3; no router is placed there; in the web interface: .*: pvesh set \/cluster\/sdn\/zones\/nat --delete nodes && pvesh set \/cluster\/sdn$/,
    )
  })

  it('names a node once that neither zone reaches', () => {
    const limit = { nodes: ['pve1', 'pve2'] }
    const check = checkZones(
      withNatIn({}, { zones: [zone(NODES, limit), zone(NODES, { name: 'nat', ...limit })] }),
      'ludus',
    )
    expect([[...check.unreached.keys()], [...check.withoutNat.keys()]]).to.deep.equal([['pve3'], []])
  })

  it('finds a NAT VNet whose zone reports an error, has no peers, or is about to be deleted', () => {
    const rows: readonly [Partial<ZoneSeen>, readonly string[]][] = [
      [{ statusByNode: { pve1: 'available', pve2: 'error', pve3: 'available' } }, ['degraded ZoneErrorOnNode']],
      [{ peers: undefined }, ['unusable ZoneHasNoPeers']],
      [{ pending: 'deleted' }, ['unusable ZoneDeletionPending']],
      [{ type: 'vlan', peers: undefined, pending: 'deleted' }, ['unusable ZoneDeletionPending']],
    ]
    for (const [traits, reasons] of rows)
      expect(reasonsOf(checkZones(withNatIn(traits), 'ludus')), JSON.stringify(traits)).to.deep.equal(reasons)
  })

  it('finds a NAT VNet in a simple zone of several nodes, from which routers would not reach out', () => {
    const simple = { type: 'simple', peers: undefined }
    const check = checkZones(withNatIn(simple), 'ludus')
    expect(reasonsOf(check)).to.deep.equal(['unusable NatSpansNoNodes'])
    expect(said(check)[0]).to.match(/^vnet ludusnat, in zone nat: .* don't span nodes, .*; put ludusnat into a zone/)
  })

  it('places routers on the one node of a simple zone', () => {
    const check = checkZones(withNatIn({ type: 'simple', peers: undefined, nodes: ['pve2'] }), 'ludus')
    expect([...check.withoutNat.keys()]).to.deep.equal(['pve1', 'pve3'])
    expect(reasonsOf(check)).to.deep.equal(['degraded ZoneLeavesOutNode'])
  })

  it('goes by where the NAT VNet is in force, and by where it is to be while it is in force nowhere', () => {
    const limited = { nodes: ['pve1'] }
    const nat = natVnet({ zone: 'nat' })
    const moved = { ...natVnet(), pending: 'changed', configured: nat.configured } as const
    expect([...checkZones(withNatIn(limited, { vnets: [moved] }), 'ludus').withoutNat]).to.deep.equal([])
    const fresh = checkZones(withNatIn(limited, { vnets: [unapplied(nat)] }), 'ludus')
    expect([...fresh.withoutNat.keys()]).to.deep.equal(['pve2', 'pve3'])
  })

  it('claims nothing of a zone of the NAT VNet that the token is not shown', () => {
    const check = checkZones(withNatIn({}, { zones: [zone(NODES)] }), 'ludus')
    expect([check.findings, [...check.withoutNat]]).to.deep.equal([[], []])
  })
})
