import { expect } from 'chai'
import { askedBy } from '../../../controllers/range/range-facts.ts'
import { range, router } from '../../builders/range.ts'

describe('what a file asks for of its VMs, where nothing is planned', () => {
  it('goes on with what was told of a router under another of its names', () => {
    const before = {
      name: 'JD-router-debian12-x64',
      role: 'router',
      vmid: 105,
      node: 'pve2',
      address: undefined,
      phase: 'running',
      why: '',
      trouble: undefined,
      remark: undefined,
    } as const
    const left = router('JD', { otherNames: [before.name], unsaid: ['name'] })
    const { vms } = askedBy(range('JD', { router: left }), [before])
    expect(vms.map(({ name, vmid }) => [name, vmid])).to.deep.equal([
      [before.name, 105],
      ['JD-DC01', undefined],
    ])
  })
})
