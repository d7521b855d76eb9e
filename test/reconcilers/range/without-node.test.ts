import { expect } from 'chai'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import { withoutNode } from '../../../reconcilers/range/without-node.ts'
import {
  cluster,
  GIB,
  guest,
  node,
  rangeGuest,
  rangeVnet,
  storage,
  template,
  ROUTER_TEMPLATE,
} from '../../builders/cluster.ts'
import { range, settings } from '../../builders/range.ts'

const JD = range('JD')
const ROUTER = rangeGuest(1_001_254, 'JD', JD.router.name, { node: 'pve1' })
const DC = rangeGuest(1_010_011, 'JD', 'JD-DC01', { node: 'pve2' })
const deployed = (traits: Parameters<typeof cluster>[0] = {}): ClusterSnapshot =>
  cluster({ guests: [ROUTER, DC], vnets: [rangeVnet(1, 'JD')], pools: ['JD'], ...traits })
const without = (name: string, seen: ClusterSnapshot, specs = [JD]) =>
  withoutNode(name, specs, seen, settings(), 'vnets')

describe('withoutNode', () => {
  it('names the VMs that would be down, and where they could be created anew', () => {
    const { down } = without('pve2', deployed())
    expect(down.map(({ range: id, vm, vmid }) => [id, vm, vmid])).to.deep.equal([['JD', 'JD-DC01', 1_010_011]])
    expect(down[0]?.elsewhere).to.include({ kind: 'possible', node: 'pve1' })
  })

  it('tells why one could be created nowhere', () => {
    const nodes = [node('pve1', { memoryUsedBytes: 63 * GIB }), node('pve2'), node('pve3', { maintenance: true })]
    const [down] = withoutNode('pve2', [JD], deployed({ nodes }), settings({ defaultNode: 'none' }), 'vnets').down
    expect(down?.elsewhere.kind).to.equal('impossible')
    expect(down?.elsewhere.why).to.match(/pve1 has 1\.0 GiB free; pve2 is offline; pve3 is in maintenance/)
  })

  it('tells of a VM bound to that node that it could be nowhere else', () => {
    const bound = range('JD', { targetNode: 'pve2' })
    expect(without('pve2', deployed(), [bound]).down[0]?.elsewhere.why).to.match(/target_node pve2 is offline/)
  })

  it('does not count VMs that are not created yet, and finds nothing on a node without any', () => {
    for (const [name, vms] of [
      ['pve1', [JD.router.name]],
      ['pve2', ['JD-DC01']],
      ['pve3', []],
    ] as const)
      expect(
        without(name, deployed(), [JD, range('KL')]).down.map(({ vm }) => vm),
        name,
      ).to.deep.equal(vms)
  })

  it('names templates and storages that would be out of reach', () => {
    const templates = [template(9000, ROUTER_TEMPLATE), template(9002, 'kali', { node: 'pve2', storages: ['fast'] })]
    const storages = [
      ...['pve1', 'pve2', 'pve3'].map((at) => storage('shared', at)),
      storage('fast', 'pve2', { shared: false }),
    ]
    const report = without('pve2', deployed({ templates, storages }))
    expect([report.templates, report.storages]).to.deep.equal([['kali'], ['fast']])
  })

  it('counts the running guests of no range', () => {
    const web = guest(900, { node: 'pve2', status: 'running' })
    expect(without('pve2', deployed({ guests: [DC, web, guest(901, { node: 'pve2' })] })).others).to.equal(1)
  })

  it('warns when the rest would have no majority', () => {
    const losing = (...nodes: readonly string[]) => without('pve2', deployed({ nodes })).losesQuorum
    expect([losing('pve1', 'pve2'), losing('pve1', 'pve2', 'pve3')]).to.deep.equal([true, false])
  })

  it('tells why the VMs of a range that can not be planned then can be nowhere', () => {
    const { down } = without('pve2', deployed({ nodes: ['pve2', node('pve1', { online: false })] }))
    expect(down[0]?.elsewhere.why).to.match(/zone ludus: no node can use it/)
  })
})
