import { expect } from 'chai'
import { isWithin } from '../../model/ip-address.ts'

describe('an address within networks', () => {
  for (const [address, prefix, is] of [
    ['10.0.0.7', '10.0.0.1/24', true],
    ['10.0.1.7', '10.0.0.1/24', false],
    ['10.0.0.127', '10.0.0.1/25', true],
    ['10.0.0.128', '10.0.0.1/25', false],
    ['10.9.9.9', '10.0.0.1/0', true],
    ['10.0.0.1', '10.0.0.1/32', true],
    ['10.0.0.2', '10.0.0.1/32', false],
    ['fd00::9', 'fd00::1/64', true],
    ['fd00:0:0:1::9', 'fd00::1/64', false],
    ['::ffff', '::1/112', true],
    ['10.0.0.7', 'fd00::1/0', false],
    ['10.0.0.7', '10.0.0.1', false],
    ['10.0.0.7', 'nonsense/8', false],
    ['pve1', '10.0.0.1/0', false],
    ['10.0.0.777', '10.0.0.1/0', false],
  ] as const)
    it(`${address} ${is ? 'is' : 'is not'} in ${prefix}`, () => expect(isWithin(address, ['bad', prefix])).to.equal(is))
})
