import { expect } from 'chai'
import { plugsBack } from '../../../controllers/host-migration/put-back.ts'
import type { DeviceSeen, PortVlan } from '../../../model/host-seen.ts'

const port = (name: string, master: string | undefined, vlans: readonly PortVlan[] = []): DeviceSeen => ({
  name,
  isUp: true,
  addresses: [],
  master,
  vlans,
})

describe('plugsBack', () => {
  it('plugs in what is plugged into nothing now, and leaves what was moved or is gone', () => {
    const ports = ['tap1', 'tap2', 'tap3'].map((name) => port(name, 'vmbr1000'))
    const now = [port('tap1', undefined), port('tap2', 'ludusnat')]
    expect(plugsBack(ports, 'vmbr1000', now)).to.deep.equal([['ip', 'link', 'set', 'tap1', 'master', 'vmbr1000']])
  })

  it('brings up again what was up', () => {
    const now = { ...port('tap1', undefined), isUp: false }
    expect(plugsBack([port('tap1', 'vmbr1000')], 'vmbr1000', [now])).to.deep.equal([
      ['ip', 'link', 'set', 'tap1', 'master', 'vmbr1000'],
      ['ip', 'link', 'set', 'tap1', 'up'],
    ])
  })

  it('gives a port of a VLAN-aware bridge the VLANs that it had', () => {
    const vlans = [
      { vid: 10, isPvid: true, isUntagged: true },
      { vid: 11, isPvid: false, isUntagged: false },
    ]
    const commands = plugsBack([port('tap1', 'vmbr1000', vlans)], 'vmbr1000', [port('tap1', undefined)])
    expect(commands.map((words) => words.join(' '))).to.deep.equal([
      'ip link set tap1 master vmbr1000',
      'bridge vlan del dev tap1 vid 1',
      'bridge vlan add dev tap1 vid 10 pvid untagged',
      'bridge vlan add dev tap1 vid 11',
    ])
  })

  it('leaves the VLAN that each port has by itself', () => {
    const vlans = [{ vid: 1, isPvid: true, isUntagged: true }]
    const commands = plugsBack([port('tap1', 'vmbr1000', vlans)], 'vmbr1000', [port('tap1', undefined)])
    expect(commands).to.have.lengthOf(1)
  })
})
