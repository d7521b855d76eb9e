import { expect } from 'chai'
import fc from 'fast-check'
import {
  addressOf,
  isConfiguredFor,
  isNatAddress,
  NAT_HOST_ADDRESS,
  ownerMark,
  rangeIdOfMark,
  rangeNetworkOf,
  rangeNumberOfNetwork,
  rangeNumberOfVnet,
  ROUTER_ADDRESS,
  routerWanAddressOf,
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

describe('the networks of ranges', () => {
  it('number themselves as Ludus does, each behind a router of its own', () => {
    const numbers = Array.from({ length: 153 }, (_, index) => index + 1)
    expect(numbers.map((number) => rangeNumberOfNetwork(rangeNetworkOf(number)))).to.deep.equal(numbers)
    const routers = numbers.map(routerWanAddressOf)
    expect([routers[0], routers[152]]).to.deep.equal(['192.0.2.101', '192.0.2.253'])
    expect(routers.every(isNatAddress)).to.equal(true)
    expect(routers).not.to.include(NAT_HOST_ADDRESS)
    expect(['192.0.20.1', '192.0.3.1', '10.192.0.2'].some(isNatAddress)).to.equal(false)
  })

  it('are no others', () => {
    for (const network of ['10.0.0.0/16', '10.154.0.0/16', '10.03.0.0/16', '10.3.0.0/24', '10.3.1.0/16', '10.3.0.0'])
      expect(rangeNumberOfNetwork(network), network).to.equal(undefined)
    for (const network of ['110.3.0.0/16', '10.3.0.0/160', '172.16.0.0/16', 'default'])
      expect(rangeNumberOfNetwork(network), network).to.equal(undefined)
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
