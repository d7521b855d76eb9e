import { expect } from 'chai'
import { lostAddresses } from '../../../reconcilers/migration/lost-addresses.ts'

const MAC = 'bc:24:11:00:00:01'
const NIC = { key: 'net0', after: `virtio=${MAC.toUpperCase()},bridge=r1,tag=10` }
const eth0 = (addresses: readonly string[], mac = MAC, name = 'eth0') => ({ name, mac, addresses })

describe('addresses that are lost with a move', () => {
  const names = (...args: Parameters<typeof lostAddresses>) => lostAddresses(...args).map(({ name }) => name)

  it('are those of interfaces of its NICs that had some, and have none', () => {
    const before = [eth0(['10.1.10.11'])]
    expect(lostAddresses([NIC], before, [eth0([])])).to.deep.equal([{ key: 'net0', name: 'eth0', had: ['10.1.10.11'] }])
    expect(names([NIC], before, []), 'it is gone').to.deep.equal(['eth0'])
    expect(names([NIC], before, [eth0(['10.1.10.12'])]), 'another').to.deep.equal([])
    expect(names([NIC], [eth0([])], [eth0([])]), 'none before').to.deep.equal([])
    expect(names([NIC], [eth0(['10.9.9.9'], 'bc:24:11:00:00:02')], []), 'of another NIC').to.deep.equal([])
  })

  it('are none where a bond or bridge inside has them, with the same MAC', () => {
    const bridged = [eth0([]), eth0(['10.1.10.11'], MAC, 'br0')]
    expect(names([NIC], bridged, bridged)).to.deep.equal([])
    expect(names([NIC], bridged, [eth0([]), eth0([], MAC, 'br0')])).to.deep.equal(['br0'])
  })
})
