import { expect } from 'chai'
import { unnamedVms } from '../../../reconcilers/range/unnamed-vms.ts'
import { guest, rangeGuest } from '../../builders/cluster.ts'

describe('VMs of a range that its file names no more', () => {
  const own = rangeGuest(1_010_011, 'JD', 'JD-old')
  const told = (...guests: readonly (typeof own)[]) => unnamedVms('JD', new Set([1_010_012]), { guests })

  it('are those with its tags in its pool, each with what to do', () => {
    expect(told(own)).to.deep.equal([
      "VM 1010011 (JD-old) on pve1 is the range's, and its file does not name it: it stays as it is, and state: absent waits for it; name it again, or delete it: qm destroy 1010011",
    ])
  })

  it("are none that its file names, nor somebody else's, nor a template, nor one whose name is not told yet", () => {
    const planned = rangeGuest(1_010_012, 'JD', 'JD-a')
    const untagged = guest(105, { name: 'web', pool: 'JD' })
    const others = [planned, untagged, { ...own, pool: 'KT' }, { ...own, template: true }, { ...own, name: undefined }]
    expect(told(...others)).to.deep.equal([])
  })
})
