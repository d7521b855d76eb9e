import { expect } from 'chai'
import { machinesOf, vlansOf } from '../../model/range-spec.ts'
import { range, vm } from '../builders/range.ts'

const at = (name: string, vlan: number, lastOctet: number) => vm(name, { address: { vlan, lastOctet } })

describe('range spec', () => {
  it('places the router first, then the VMs as the file has them', () => {
    const spec = range('JD', { vms: [at('b', 20, 1), at('a', 10, 1)] })
    expect(machinesOf(spec).map(({ name }) => name)).to.deep.equal(['JD-router-debian11-x64', 'b', 'a'])
  })

  it("lists each VLAN once, by number, and not the router's own", () => {
    expect(vlansOf(range('JD', { vms: [at('c', 100, 1), at('b', 20, 1), at('a', 20, 2)] }))).to.deep.equal([20, 100])
    expect(vlansOf(range('JD', { vms: [] }))).to.deep.equal([])
  })
})
