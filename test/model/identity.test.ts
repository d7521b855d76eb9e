import { expect } from 'chai'
import fc from 'fast-check'
import {
  addressOf,
  isConfiguredFor,
  ownerMark,
  rangeIdOfMark,
  rangeNumberOfVnet,
  ROUTER_ADDRESS,
  vmidOf,
  vnetName,
} from '../../model/identity.ts'

describe('identity', () => {
  it('spells the address in the VMID', () => {
    expect(vmidOf(3, { vlan: 10, lastOctet: 11 })).to.equal(3_010_011)
    expect(vmidOf(3, ROUTER_ADDRESS)).to.equal(3_001_254)
    expect(vmidOf(3, { vlan: 10, lastOctet: 11 }, 500_000_000)).to.equal(503_010_011)
    expect(addressOf(3, { vlan: 10, lastOctet: 11 })).to.equal('10.3.10.11')
  })

  it('gives no two addresses the same VMID, and stays within what Proxmox takes', () => {
    const address = fc.tuple(
      fc.integer({ min: 1, max: 153 }),
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 1, max: 254 }),
    )
    fc.assert(
      fc.property(address, address, ([n1, v1, o1], [n2, v2, o2]) => {
        const [a, b] = [vmidOf(n1, { vlan: v1, lastOctet: o1 }), vmidOf(n2, { vlan: v2, lastOctet: o2 })]
        expect(a === b).to.equal(n1 === n2 && v1 === v2 && o1 === o2)
        expect(a).to.be.within(100, 999_999_999)
      }),
    )
  })

  it('reads back the range number of a VNet and the id of a mark, and nothing else', () => {
    expect(rangeNumberOfVnet(vnetName(153))).to.equal(153)
    for (const name of ['r0', 'r154', 'r01', 'R1', 'r1x', 'ludusnat'])
      expect(rangeNumberOfVnet(name), name).to.equal(undefined)
    expect(rangeIdOfMark(ownerMark('JD'))).to.equal('JD')
    for (const text of ['lanista nat', 'lanista range ', 'range JD', undefined])
      expect(rangeIdOfMark(text)).to.equal(undefined)
  })
})

describe('isConfiguredFor', () => {
  const rows: readonly [string, readonly string[], boolean][] = [
    ['a VM with both marks is', ['jd', 'lanista', 'windows'], true],
    ['a fresh clone is not', ['windows'], false],
    ['a clone of a template made from another range is not', ['kl', 'lanista'], false],
    ['a VM that Ludus tagged with the range is not', ['jd'], false],
  ]
  for (const [situation, tags, configured] of rows)
    it(situation, () => expect(isConfiguredFor('JD', tags)).to.equal(configured))
})
