import { expect } from 'chai'
import { compareSets, waitingSetOf } from '../../../reconcilers/prune/waiting-set.ts'
import { guest } from '../../builders/cluster.ts'
import { removal } from '../../builders/file-removal.ts'

const dc = guest(1_010_011, { pool: 'JD', name: 'JD-DC01', node: 'pve1' })
const router = guest(1_001_254, { pool: 'JD', name: 'JD-router', node: 'pve2' })
const web = guest(2_010_011, { pool: 'KT', name: 'KT-web', node: 'pve1' })
const setOf = (ids: readonly string[], ...guests: readonly (typeof dc)[]) => waitingSetOf(ids, ['why'], { guests })

describe('the set that waits for approval', () => {
  it('has the ranges with the VMs in their pools, in order, and nothing of anybody else', () => {
    const template = { ...dc, vmid: 9, template: true }
    const container = { ...dc, vmid: 8, kind: 'lxc' } as const
    const stranger = { ...dc, vmid: 7, pool: undefined }
    expect(setOf(['KT', 'JD', 'MN'], dc, web, router, template, container, stranger)).to.deep.equal({
      why: ['why'],
      ranges: [
        {
          id: 'JD',
          vms: [
            { vmid: 1_001_254, name: 'JD-router', node: 'pve2' },
            { vmid: 1_010_011, name: 'JD-DC01', node: 'pve1' },
          ],
        },
        { id: 'KT', vms: [{ vmid: 2_010_011, name: 'KT-web', node: 'pve1' }] },
        { id: 'MN', vms: [] },
      ],
    })
  })

  it('is not known while a VM has no name', () => {
    expect(setOf(['JD', 'KT'], dc, { ...web, name: undefined })).to.equal(undefined)
  })

  it('is the same on other nodes and for other causes, and another with any other range, VMID or name', () => {
    const set = setOf(['JD', 'KT'], dc, web)!
    expect(compareSets(set, { ...setOf(['KT', 'JD'], web, { ...dc, node: 'pve3' })!, why: [] })).to.equal('same')
    for (const other of [
      setOf(['JD'], dc, web),
      setOf(['JD', 'KT', 'MN'], dc, web),
      setOf(['JD', 'KT'], dc, web, router),
      setOf(['JD', 'KT'], { ...dc, vmid: 5 }, web),
      setOf(['JD', 'KT'], { ...dc, name: 'JD-DC02' }, web),
      setOf(['JD', 'KT'], { ...dc, pool: 'KT' }, web),
    ])
      expect(compareSets(set, other!)).to.equal('ranges')
  })

  it('is another where other commits removed the files, or that was not known', () => {
    const of = (...commits: readonly string[]) =>
      waitingSetOf(
        ['JD', 'KT'],
        ['why'],
        { guests: [dc, web] },
        new Map(commits.map((id, at) => [['JD', 'KT'][at] ?? '', removal(id)])),
      )!
    expect(of('a', 'b').ranges.map((range) => range.removal?.by?.id)).to.deep.equal(['a', 'b'])
    expect(compareSets(of('a', 'b'), of('a', 'b'))).to.equal('same')
    for (const other of [of('a', 'c'), of('a'), of()]) expect(compareSets(other, of('a', 'b'))).to.equal('removals')
  })
})
