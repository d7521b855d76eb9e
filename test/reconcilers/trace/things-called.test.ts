import { expect } from 'chai'
import fc from 'fast-check'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { type TracedWorld, thingsCalled } from '../../../reconcilers/trace/things-called.ts'
import { cluster, guest, nodeNetwork, node, rangeBridge, rangeVnet } from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'
import { runs } from '../../runner/long-runs.ts'

const ours = (rangeId: string) => ({ pool: rangeId, tags: ['lanista', rangeId.toLowerCase()] })
const JD = range('JD', {
  vms: [vm('JD-DC01', { hostname: 'DC01' }), vm('JD-web', { address: { vlan: 20, lastOctet: 21 } })],
})
const KT = range('KT', { vms: [vm('KT-DC01', { hostname: 'DC01' })] })

const seen = (traits: Partial<ClusterSnapshot> = {}): ClusterSnapshot =>
  cluster({
    vnets: [rangeVnet(7, 'JD'), rangeVnet(8, 'KT'), rangeVnet(9, 'OLD')],
    pools: ['JD', 'KT', 'OLD', 'web'],
    guests: [
      guest(7_010_011, { name: 'JD-DC01', node: 'pve2', ...ours('JD') }),
      guest(7_001_254, { name: 'JD-router-debian11-x64', node: 'pve1', ...ours('JD') }),
      guest(7_010_012, { name: 'JD-gone', node: 'pve2', ...ours('JD') }),
      guest(9_010_011, { name: 'OLD-DC01', node: 'pve2', ...ours('OLD') }),
      guest(300, { name: 'by-hand', node: 'pve1', pool: 'JD' }),
      guest(105, { name: 'web01', node: 'pve1', pool: 'web', tags: ['prod'] }),
      guest(106, { name: 'copy', node: 'pve1', tags: ['lanista', 'jd'] }),
    ],
    ...traits,
  })

const world = (snapshot: ClusterSnapshot = seen()): TracedWorld => ({
  specs: [JD, KT],
  others: new Set(['OLD']),
  snapshot,
  settings: settings(),
})

const told = (asked: string, about: TracedWorld = world()): readonly string[] =>
  thingsCalled(asked, about).things.map(({ kind, name, rangeId, owner, path }) =>
    `${kind} ${name} of ${rangeId} (${owner}) ${path?.join('.') ?? ''}`.trim(),
  )

describe('things that are traced', () => {
  it('are VMs by name, host name, range and name, VMID and address', () => {
    const dc = ['vm JD-DC01 of JD (file) ludus.0']
    for (const asked of ['JD-DC01', 'jd-dc01', 'JD/JD-DC01', 'JD/dc01', '7010011', '10.7.10.11'])
      expect(told(asked), asked).to.deep.equal(dc)
    expect(told('JD-web')).to.deep.equal(['vm JD-web of JD (file) ludus.1'])
    expect(told('7020021')).to.deep.equal(['vm JD-web of JD (file) ludus.1'])
    expect(thingsCalled('JD-web', world()).things[0]?.remark).to.match(/^it is not there/)
  })

  it('are routers by their address on the NAT network and in each VLAN', () => {
    for (const asked of ['192.0.2.107', '10.7.1.254', '10.7.10.254', '10.7.20.254', 'JD-router-debian11-x64'])
      expect(told(asked), asked).to.deep.equal(['vm JD-router-debian11-x64 of JD (file) router'])
    expect(told('10.7.30.254')).to.deep.equal(['address 10.7.30.254 of JD (file)'])
    expect(told('192.0.2.254')).to.deep.equal(['address 192.0.2.254 of undefined (shared)'])
  })

  it('are ranges, VNets and bridges, and addresses that no VM has', () => {
    expect(told('JD')).to.deep.equal(['range JD of JD (file)'])
    expect(told('r7')).to.deep.equal(['network r7 of JD (file)'])
    expect(told('OLD')).to.deep.equal(['range OLD of OLD (fileless)'])
    expect(told('r9')).to.deep.equal(['network r9 of OLD (fileless)'])
    expect(told('10.7.10.99')).to.deep.equal(['address 10.7.10.99 of JD (file)'])
    const bridges = [rangeBridge(7, 'JD')]
    const single = seen({
      vnets: [],
      zones: [],
      nodes: [node('pve1')],
      nodeNetworks: [nodeNetwork(node('pve1'), { interfaces: bridges })],
    })
    expect(told('vmbr1007', world(single))).to.deep.equal(['network vmbr1007 of JD (file)'])
  })

  it('are all told where a name stands for several', () => {
    expect(told('DC01')).to.deep.equal(['vm JD-DC01 of JD (file) ludus.0', 'vm KT-DC01 of KT (file) ludus.0'])
    const named = { ...world(), specs: [JD, range('r7')] }
    expect(told('r7', named)).to.deep.equal(['range r7 of r7 (file)', 'network r7 of JD (file)'])
  })

  it('of a range without a file, or that a file does not name any more, are of it by their marks alone', () => {
    expect(told('JD-gone')).to.deep.equal(['vm JD-gone of JD (unnamed)'])
    expect(told('OLD-DC01')).to.deep.equal(['vm OLD-DC01 of OLD (fileless)'])
  })

  it("that Lanista did not make are nobody's, whatever they look like, and told by pool and tags", () => {
    for (const asked of ['by-hand', '300', 'web01', '105', 'copy', '106', 'vmbr0'])
      expect(told(asked)[0], asked).to.match(/of undefined \(foreign\)$/)
    const remark = (asked: string) => thingsCalled(asked, world()).things[0]?.remark
    expect(remark('web01')).to.equal('in pool web, with the tags prod')
    expect(remark('by-hand')).to.match(
      /^in pool JD, without tags; range JD has that pool, and its file does not name it/,
    )
    expect(remark('copy')).to.match(/^in no pool, with the tags lanista, jd; the tag lanista alone comes with a copy/)
  })

  it('that there are none of are told with the nearest names', () => {
    expect(thingsCalled('JD-DC02', world())).to.deep.include({ things: [], near: ['JD-DC01'] })
    expect(thingsCalled('KX/KT-DC01', world()).near).to.deep.equal(['KT/KT-DC01'])
    for (const asked of ['999', '10.9.9.9.9', '172.16.0.1', '192.0.2.1', '300.1.1.1', '', '/', 'a/b/c'])
      expect(told(asked), asked).to.deep.equal([])
  })

  it('are blamed on a range only by its file or by its marks', () => {
    const pool = fc.constantFrom(undefined, 'JD', 'KT', 'OLD', 'web')
    const tags = fc.subarray(['lanista', 'jd', 'kt', 'old', 'prod'])
    const vmid = fc.constantFrom(105, 7_010_011, 7_010_012, 7_020_021, 8_010_011, 9_010_011, 1_010_011)
    const name = fc.constantFrom('JD-DC01', 'JD-web', 'KT-DC01', 'DC01', 'x')
    fc.assert(
      fc.property(pool, tags, vmid, name, fc.boolean(), (itsPool, itsTags, itsVmid, itsName, template) => {
        const stranger = guest(itsVmid, { name: itsName, node: 'pve1', pool: itsPool, tags: itsTags, template })
        const about = world(seen({ guests: [stranger] }))
        const own = thingsCalled(String(itsVmid), about).things.filter(({ node: on }) => on !== undefined)
        expect(own).to.have.lengthOf(1)
        const rangeId = own[0]?.rangeId
        if (rangeId !== undefined) expect(rangeId).to.equal(itsPool)
        if (template) expect(rangeId).to.equal(undefined)
        if (own[0]?.owner === 'unnamed' || own[0]?.owner === 'fileless')
          expect(itsTags).to.include.members(['lanista', rangeId?.toLowerCase()])
      }),
      { numRuns: runs(1000) },
    )
  })
})
