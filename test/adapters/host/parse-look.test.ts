import { expect } from 'chai'
import {
  parseDevices,
  parseMasquerades,
  parseSockets,
  parseTable,
  parseUnits,
  parseVlans,
} from '../../../adapters/host/parse-look.ts'
import { HostError } from '../../../model/host-ports.ts'

describe("what iproute2, iptables, ss and systemctl tell of a host's network", () => {
  it('is read of devices, with the VLANs of ports', () => {
    const vlans = parseVlans(
      JSON.stringify([
        {
          ifname: 'tap1',
          vlans: [
            { vlan: 1, flags: ['PVID', 'Egress Untagged'] },
            { vlan: 2, vlanEnd: 4 },
          ],
        },
        { ifname: 'vmbr1000' },
      ]),
    )
    const told = JSON.stringify([
      {},
      {
        ifname: 'vmbr1000',
        flags: ['BROADCAST', 'UP'],
        addr_info: [
          { family: 'inet', local: '192.0.2.254', prefixlen: 24 },
          { family: 'inet6', local: 'fe80::1', prefixlen: 64 },
        ],
      },
      { ifname: 'tap1', flags: [], master: 'vmbr1000', addr_info: [] },
    ])
    const tagged = (vid: number) => ({ vid, isPvid: false, isUntagged: false })
    expect(parseDevices(told, vlans)).to.deep.equal([
      { name: 'vmbr1000', isUp: true, addresses: ['192.0.2.254/24'], master: undefined, vlans: [] },
      {
        name: 'tap1',
        isUp: false,
        addresses: [],
        master: 'vmbr1000',
        vlans: [{ vid: 1, isPvid: true, isUntagged: true }, tagged(2), tagged(3), tagged(4)],
      },
    ])
  })

  it('is read of routes: one of another kind leads by no device', () => {
    const told = JSON.stringify([
      { type: '1', dst: 'default', gateway: '203.0.113.1', dev: 'eno1', protocol: '3', flags: [] },
      { type: 7, dst: '10.2.0.0/16', dev: 'lo', protocol: 3, metric: 9 },
    ])
    expect(parseTable(told)).to.deep.equal([
      { destination: 'default', via: '203.0.113.1', dev: 'eno1', protocol: 3, metric: 0 },
      { destination: '10.2.0.0/16', via: undefined, dev: undefined, protocol: 3, metric: 9 },
    ])
  })

  it('is read of rules: one with a further condition masquerades less than the network', () => {
    const told = [
      '-P POSTROUTING ACCEPT',
      '-A POSTROUTING -s 192.0.2.0/24 -o eno1 -j MASQUERADE',
      '-A POSTROUTING -s 192.0.2.0/24 -o eno1 -p tcp -j MASQUERADE',
      '-A POSTROUTING -o wg0 -j MASQUERADE',
      '',
    ].join('\n')
    expect(parseMasquerades(told)).to.deep.equal([
      { source: '192.0.2.0/24', out: 'eno1' },
      { source: undefined, out: 'wg0' },
    ])
  })

  it('is read of sockets and services', () => {
    const told =
      'UNCONN 0 0 192.0.2.254:53 0.0.0.0:*\nUNCONN 0 0 0.0.0.0%ludusnat:67 0.0.0.0:*\nUNCONN 0 0 [fe80::1]%eno1:53 [::]:*\n'
    expect(parseSockets(told)).to.deep.equal([
      { address: '192.0.2.254', device: undefined, port: 53 },
      { address: '0.0.0.0', device: 'ludusnat', port: 67 },
      { address: '[fe80::1]', device: 'eno1', port: 53 },
    ])
    const units =
      'Id=ludus.service\nLoadState=loaded\nActiveState=active\n\nId=dnsmasq.service\nLoadState=not-found\nActiveState=inactive\n'
    expect(parseUnits(units)).to.deep.equal([
      { name: 'ludus', isLoaded: true, isActive: true },
      { name: 'dnsmasq', isLoaded: false, isActive: false },
    ])
  })

  it('is refused when it is something else', () => {
    expect(() => parseTable('Usage: ip')).to.throw(HostError, 'no JSON')
    expect(() => parseTable('[{"dst":1}]')).to.throw(HostError, 'something unexpected (0.dst')
    expect(parseTable('')).to.deep.equal([])
  })
})
