import { expect } from 'chai'
import type { GuestNics } from '../../../model/guest-nics.ts'
import type { JournalNic } from '../../../model/migration-journal.ts'
import type { ClusterSnapshot, GuestSeen } from '../../../model/snapshot.ts'
import { type WaySeen, wayBack, whysOfStaying } from '../../../reconcilers/migration/way-back.ts'
import { cluster, guest, netInterface, node, nodeNetwork, unseen } from '../../builders/cluster.ts'

const PVE1 = node('pve1')
const card = (bridge: string, more = ''): string => `virtio=BC:24:11:00:00:01,bridge=${bridge}${more}`
const NIC: JournalNic = {
  pool: 'AB',
  vmid: 100,
  name: 'AB-a',
  key: 'net0',
  before: card('vmbr1001'),
  after: card('r1'),
  writtenAt: 1,
  proven: true,
}
const network = (bridges: readonly string[], staged?: string) =>
  nodeNetwork(PVE1, { interfaces: bridges.map((name) => netInterface(name)), staged })
const on = (net0: string, traits: Partial<GuestNics> = {}, its: Partial<GuestSeen> = {}): GuestNics => ({
  guest: guest(100, its),
  nics: { net0 },
  waiting: [],
  snapshots: {},
  ...traits,
})
const judge = (
  found: GuestNics | undefined,
  traits: Partial<ClusterSnapshot> = {},
  more: Partial<WaySeen> & Partial<Parameters<typeof wayBack>[1]> = {},
) => {
  const { going, removed, ...seen } = more
  const snapshot = cluster({ nodes: [PVE1], nodeNetworks: [network(['vmbr1001'])], ...traits })
  const all = { snapshot, guests: found === undefined ? [] : [found], unread: [], ...seen }
  return wayBack([NIC], { going, removed }, all)[0]!
}
const why = (...args: Parameters<typeof judge>): string => {
  const way = judge(...args)
  return 'why' in way ? `${way.kind}: ${way.why}` : way.kind
}

describe('the way back of a NIC', () => {
  it('is open from its VNet, from its bridge, from between two plugs, and where it is gone', () => {
    for (const is of [card('r1'), card('vmbr1001'), card('r1', ',firewall=1,link_down=1')])
      expect(why(on(is)), is).to.equal('goes')
    expect(why(undefined)).to.equal('goes')
    expect(why(on(card('r1'), { nics: {} }))).to.equal('goes')
    const unwritten = { ...NIC, writtenAt: undefined }
    expect(wayBack([unwritten], {}, { snapshot: cluster(), guests: [], unread: [] })).to.deep.equal([])
  })

  it('is closed where its VM is hidden, can not be read, or is locked', () => {
    expect(why(undefined, { unseen: [unseen('guests', '/vms', 'VM.Audit')] })).to.match(
      /^stays: vm AB-a: it is not seen/,
    )
    const unread = [{ guest: guest(100), why: 'its node pve1 is off' }]
    expect(why(undefined, {}, { unread })).to.match(/^stays: vm AB-a: it can't be read: its node pve1 is off/)
    expect(why(on(card('r1'), {}, { lock: 'backup' }))).to.match(/holds it locked \(backup\)/)
  })

  it('is closed for what somebody has changed, and done where that is on the old bridge', () => {
    expect(why(on(card('r1', ',tag=9')))).to.match(
      /^stays: .*changed its net0.*qm set 100 --net0 '\S+bridge=vmbr1001,tag=9'/,
    )
    expect(why(on(card('vmbr0')))).to.match(/^stays: /)
    expect(why(on(card('vmbr1001', ',tag=9')))).to.match(/^is back: /)
    expect(why(on(card('r1'), { waiting: ['net0'] }))).to.match(/^stays: .*another change of its net0 waits/)
    expect(why(on(card('r1'), { waiting: ['net0'], coming: { net0: card('r1', ',tag=9') } }))).to.match(/^stays: /)
    // What its own move or way back has left waiting is no other change.
    expect(why(on(card('vmbr1001'), { waiting: ['net0'], coming: { net0: card('r1') } }))).to.equal('goes')
  })

  it('is closed where its old bridge is not there, and says why that is', () => {
    expect(why(on(card('r1')), { nodeNetworks: [] })).to.match(/node pve1 does not tell whether it has vmbr1001/)
    const none = { nodeNetworks: [network([])] }
    expect(why(on(card('r1')), none)).to.match(/which its node pve1 does not have; make it again \(pvesh create/)
    const removed = [{ node: 'pve1', bridge: 'vmbr1001' }]
    expect(why(on(card('r1')), none, { removed })).to.match(/which lanista migrate finish has removed from node pve1/)
    const going = [{ node: 'pve1', bridges: ['vmbr1001'], before: {} }]
    const staged = { nodeNetworks: [network([], 'diff')] }
    expect(why(on(card('r1')), staged, { going })).to.match(
      /is staged by lanista migrate finish; take back .*pvesh delete/,
    )
    expect(why(on(card('vmbr1001')), none), 'cut off, though it is named').to.match(/does not have; make it again/)
    expect(why(on(card('vmbr1001')), staged, { going })).to.match(/is staged by lanista migrate finish/)
  })

  it('is told once for all that lack the same bridge, with the route that goes with it', () => {
    const removed = [{ node: 'pve1', bridge: 'vmbr1001' }]
    const nics = { net0: card('r1'), net1: card('r1'), net2: card('r1') }
    const lacks = Object.keys(nics).map((key) => ({ ...NIC, key }))
    const snapshot = cluster({ nodes: [PVE1], nodeNetworks: [network([])] })
    const ways = wayBack(lacks, { removed }, { snapshot, guests: [on('', { nics })], unread: [] })
    const [said = '', ...more] = whysOfStaying(ways)
    expect(more).to.deep.equal([])
    expect(said).to.match(
      /AB-a: its net0 was on vmbr1001, .* ip route replace 10\.1\.0\.0\/16 via 192\.0\.2\.101 \(on pve1\)/,
    )
    expect(said).to.match(/\(the same holds for 2 more of its NICs\)$/)
  })
})
