import { expect } from 'chai'
import type { GuestNics } from '../../../model/guest-nics.ts'
import type { JournalNic, MigrationJournal } from '../../../model/migration-journal.ts'
import type { ClusterSnapshot, InterfaceSeen, NodeNetworkSeen } from '../../../model/snapshot.ts'
import type { FinishSeen } from '../../../reconcilers/migration/finish-seen.ts'
import { planFinish } from '../../../reconcilers/migration/plan-finish.ts'
import { configsOf } from '../../../reconcilers/migration/staged-by-finish.ts'
import {
  cluster,
  guest,
  natBridge,
  netInterface,
  node,
  nodeNetwork,
  simpleZone,
  unseen,
  zone,
} from '../../builders/cluster.ts'

const PVE1 = node('pve1')
const PVE2 = node('pve2')
const card = (bridge: string, more = ''): string => `virtio=BC:24:11:00:00:01,bridge=${bridge}${more}`
const nic = (traits: Partial<JournalNic> = {}): JournalNic => ({
  pool: 'AB',
  vmid: 100,
  name: 'AB-a',
  node: 'pve1',
  key: 'net0',
  before: card('vmbr1001'),
  after: card('r1'),
  writtenAt: 1,
  proven: true,
  ...traits,
})
const JOURNAL: MigrationJournal = { begunAt: 1, zone: 'ludus', natBridge: 'vmbr1000', nics: [nic()] }
const guestOn = (net0: string, traits: Partial<GuestNics> = {}, vmid = 100): GuestNics => ({
  guest: guest(vmid, { pool: 'AB', status: 'running', name: `vm${vmid}` }),
  nics: { net0 },
  waiting: [],
  snapshots: {},
  ...traits,
})
const MOVED = guestOn(card('r1'))
const bridge = (traits: Partial<InterfaceSeen> = {}, name = 'vmbr1001'): InterfaceSeen =>
  netInterface(name, { vlanAware: true, config: name, ...traits })
const network = (interfaces: readonly InterfaceSeen[], staged?: string): NodeNetworkSeen =>
  nodeNetwork(PVE1, { interfaces: [netInterface('vmbr0'), natBridge(), ...interfaces], staged })

/** What is planned of a single node, whose range AB has moved. */
const plan = (
  traits: Partial<Omit<FinishSeen, 'snapshot'>> & { readonly snapshot?: Partial<ClusterSnapshot> } = {},
  { journal = JOURNAL, ranges = [] as readonly string[] } = {},
) => {
  const guests = traits.guests ?? [MOVED]
  const snapshot = cluster({
    nodes: [PVE1],
    zones: [simpleZone()],
    guests: guests.map((each) => each.guest),
    nodeNetworks: [network([bridge()])],
    ...traits.snapshot,
  })
  const counted = { guests: snapshot.guests, nodes: ['pve1'], unseen: [], unlisted: [] }
  const seen: FinishSeen = { unread: [], files: new Map(), counted, plugged: new Map(), ...traits, guests, snapshot }
  const { nodes, stays, remarks } = planFinish(journal, seen, ranges, { clusterMode: undefined, zone: 'ludus' })
  return { nodes, stays: stays.map(({ message }) => message).join(' | '), remarks: remarks.join(' | ') }
}
const removed = (...args: Parameters<typeof plan>) => plan(...args).nodes.flatMap(({ remove }) => remove)
/** Why nothing goes. */
const stays = (...args: Parameters<typeof plan>): string => {
  const { nodes, stays: why } = plan(...args)
  expect(nodes).to.deep.equal([])
  return why
}

describe('planFinish', () => {
  it('removes the bridge of a range that has moved, and never the NAT bridge, whatever it is called', () => {
    expect(removed()).to.deep.equal(['vmbr1001'])
    const onNat = nic({ before: card('vmbr1000'), after: card('ludusnat') })
    expect(removed({}, { journal: { ...JOURNAL, nics: [onNat] } })).to.deep.equal([])
    expect(removed({}, { journal: { ...JOURNAL, natBridge: 'vmbr1001' } })).to.deep.equal([])
    expect(removed({}, { ranges: ['CD'] })).to.deep.equal([])
  })

  it('takes nothing for a bridge of Ludus that the journal does not tell of, on that node', () => {
    const elsewhere = { journal: { ...JOURNAL, nics: [nic({ node: 'pve9' })] } }
    expect(plan({}, elsewhere).remarks).to.match(/vmbr1001 on node pve1: by the journal of the move no VM was on it/)
    expect(removed({}, elsewhere)).to.deep.equal([])
    expect(removed({ snapshot: { nodeNetworks: [network([bridge({}, 'vmbr1002')])] } })).to.deep.equal([])
    // An older journal names no node: then only one may have it.
    const old = { journal: { ...JOURNAL, nics: [nic({ node: undefined })] } }
    expect(removed({}, old)).to.deep.equal(['vmbr1001'])
    const nodeNetworks = [network([bridge()]), nodeNetwork(PVE2, { interfaces: [bridge()] })]
    const two = { snapshot: { nodes: [PVE1, PVE2], zones: [zone([PVE1, PVE2])], nodeNetworks } }
    expect(removed(two, old)).to.deep.equal([])
    expect(plan(two).nodes.map(({ node: name }) => name)).to.deep.equal(['pve1'])
  })

  it('keeps what is named by a NIC, a change that waits, a snapshot, a plug, a zone or a file', () => {
    const other = (traits: Partial<GuestNics>) => ({ guests: [MOVED, guestOn(card('vmbr0'), traits, 200)] })
    expect(stays(other({ nics: { net0: card('vmbr1001') } }))).to.match(/net0 of vm200 \(VMID 200\) is on it/)
    expect(stays(other({ coming: { net0: card('vmbr1001') } }))).to.match(/net0 of vm200 \(VMID 200\) is on it/)
    expect(stays(other({ snapshots: { s: { net3: card('vmbr1001') } } }))).to.match(/net3 in snapshot "s" of vm200/)
    const ct = { ...other({ nics: { net0: 'name=eth0,bridge=vmbr1001,ip=dhcp' } }) }
    expect(stays(ct)).to.match(/net0 of vm200/)
    const plugged = new Map([['vmbr1001', [{ vmid: 300, name: undefined, nic: 'net0' }]]])
    expect(stays({ plugged })).to.match(/net0 of a nameless guest \(VMID 300\) is on it; a hot-plug has failed/)
    const office = zone([PVE1], { name: 'office', type: 'vlan', bridge: 'vmbr1001' })
    expect(stays({ snapshot: { zones: [simpleZone(), office] } })).to.match(/SDN zone office uses it/)
    const pending = { ...office, bridge: 'vmbr0', running: { ...office, bridge: 'vmbr1001' } }
    expect(stays({ snapshot: { zones: [simpleZone(), pending] } })).to.match(/SDN zone office uses it/)
    expect(stays({ files: new Map([['EF', 1]]) })).to.match(/file of range EF asks for its number, 1/)
    expect(removed({ files: new Map([['AB', 1]]) })).to.deep.equal(['vmbr1001'])
    // A name that only begins like it is another's.
    expect(removed(other({ nics: { net0: card('vmbr10011') } }))).to.deep.equal(['vmbr1001'])
  })

  it('removes nothing while anything is hidden that may name it', () => {
    const hidden = (traits: Parameters<typeof plan>[0]) => stays(traits)
    expect(hidden({ snapshot: { unseen: [unseen('guests', '/vms/105', 'VM.Audit')] } })).to.match(
      /may have NICs on it.*run this again/,
    )
    const counted = { guests: [MOVED.guest], nodes: ['pve1'], unseen: [], unlisted: [105] }
    expect(hidden({ counted })).to.match(/VMID 105/)
    expect(hidden({ counted: 'pve2 does not answer' })).to.match(
      /guests can't be counted: pve2 does not answer; .*run this/,
    )
    expect(hidden({ counted: { ...counted, unlisted: [], guests: [MOVED.guest, guest(106)] } })).to.match(
      /VM 106 .* came/,
    )
    expect(hidden({ unread: [{ guest: guest(107), why: 'no' }] })).to.match(/VM 107 can't be read: no/)
    expect(hidden({ snapshot: { unseen: [unseen('bridges', '/sdn/zones/localnetwork', 'SDN.Use')] } })).to.match(
      /all bridges/,
    )
    expect(hidden({ snapshot: { unseen: [unseen('sdn', '/sdn/zones', 'SDN.Audit')] } })).to.match(/all of the SDN/)
    const off = { ...PVE2, online: false, inCluster: false }
    expect(hidden({ snapshot: { nodes: [PVE1, off], zones: [zone([PVE1])] } })).to.match(/node pve2: it is offline/)
    expect(hidden({ snapshot: { nodes: [PVE1, PVE2], zones: [zone([PVE1])] } })).to.match(
      /pve2: it does not tell its network/,
    )
    expect(hidden({ snapshot: { quorate: false } })).to.match(/quorum/)
    expect(hidden({ snapshot: { zones: [] } })).to.match(/ranges get bridges here still/)
  })

  it('keeps what is not as Ludus made it, or what its node rests on', () => {
    const why = (traits: Partial<InterfaceSeen>, ...more: readonly InterfaceSeen[]): string =>
      stays({ snapshot: { nodeNetworks: [network([bridge(traits), ...more])] } })
    expect(why({ type: 'OVSBridge' })).to.match(/of type OVSBridge/)
    expect(why({ ports: ['eth1'] })).to.match(/has eth1 attached/)
    expect(why({ addresses: ['10.0.0.1'] })).to.match(/has the address 10.0.0.1/)
    expect(why({ gateways: ['10.0.0.254'] })).to.match(/has the gateway/)
    expect(why({ comment: 'storage of Ann' })).to.match(/comment of somebody's: "storage of Ann"/)
    expect(why({ comment: 'lanista range ZZ' })).to.match(/comment of somebody's/)
    expect(why({ options: ['post-up true'] })).to.match(/lines that Ludus does not write/)
    expect(why({}, netInterface('vmbr1001.10', { type: 'vlan' }))).to.match(/carries vmbr1001.10/)
    expect(why({}, netInterface('vmbr1001:1', { type: 'alias' }))).to.match(/carries vmbr1001:1/)
    expect(why({}, netInterface('vlan10', { type: 'vlan', over: ['vmbr1001'] }))).to.match(/carries vlan10/)
    expect(why({}, netInterface('vmbr7', { ports: ['vmbr1001.20'] }))).to.match(/carries vmbr7/)
    expect(why({}, netInterface('eth0', { options: ['up ip link set vmbr1001 up'] }))).to.match(/carries eth0/)
    const fine = { comment: ' LUDUS NAT INTERFACE END\n LUDUS MANAGED INTERFACE FOR USER 1 BEGIN\n' }
    expect(removed({ snapshot: { nodeNetworks: [network([bridge(fine)])] } })).to.deep.equal(['vmbr1001'])
    const marked = { comment: 'lanista range AB' }
    expect(removed({ snapshot: { nodeNetworks: [network([bridge(marked)])] } })).to.deep.equal(['vmbr1001'])
  })

  it('asks that each NIC of its ranges has moved, is gone, or was changed on its VNet since', () => {
    const open = { journal: { ...JOURNAL, nics: [nic(), nic({ key: 'net1', proven: undefined })] } }
    const two = (net1: string) => ({ guests: [guestOn(card('r1'), { nics: { net0: card('r1'), net1 } })] })
    expect(stays(two(card('r1')), open)).to.match(/net1 of AB-a \(VMID 100\) of AB is not known to have moved/)
    expect(removed({}, open)).to.deep.equal(['vmbr1001'])
    expect(removed(two(card('r1', ',tag=20')), open)).to.deep.equal(['vmbr1001'])
    const away = plan(two(card('vmbr0')), open)
    expect(away.nodes).to.have.length(1)
    expect(away.remarks).to.match(/net1 of AB-a \(VMID 100\) is neither on vmbr1001 nor on r1/)
  })

  const before = network([bridge()])
  const going = [{ node: 'pve1', bridges: ['vmbr1001'], before: configsOf(before) }]
  const begun = { journal: { ...JOURNAL, going } }
  const without = (staged: string | undefined, ...more: readonly InterfaceSeen[]) => ({
    nodeNetworks: [network([...more], staged)],
  })

  it('tells of a route only where it goes with its bridge now', () => {
    const route = '10.1.0.0/16 via 192.0.2.101'
    const ludus = bridge({ options: [`post-up ip route add ${route}`, `post-down ip route del ${route}`] })
    const remarks = (staged?: string) => plan({ snapshot: { nodeNetworks: [network([ludus], staged)] } }).remarks
    expect(remarks()).to.match(
      /goes its route 10.1.*once ludusnat has the address of the Ludus host.*: ip route replace/,
    )
    expect(remarks('diff'), 'nothing goes').to.equal('')
  })

  it('leaves a node alone on which somebody has staged something, and carries on with what is its own', () => {
    expect(stays({ snapshot: { nodeNetworks: [network([bridge()], 'diff')] } })).to.match(
      /changes of somebody are staged/,
    )
    expect(stays({ snapshot: without('diff', netInterface('vmbr7')) }, begun)).to.match(
      /changes of somebody \(of vmbr7\) are staged there beside the deletion of vmbr1001/,
    )
    const own = plan({ snapshot: without('diff') }, begun)
    expect(own.nodes).to.deep.include.members([
      { node: 'pve1', remove: [], staged: ['vmbr1001'], unloaded: [], gone: [], takeBack: false },
    ])
    const used = { guests: [MOVED, guestOn(card('vmbr1001'), {}, 200)], snapshot: without('diff') }
    const back = plan(used, begun)
    expect(back.nodes.map(({ staged, takeBack }) => [staged, takeBack])).to.deep.equal([[['vmbr1001'], true]])
    expect(back.stays).to.match(/net0 of vm200/)
  })

  it('reloads again where it is not known that a reload has ended well since', () => {
    expect(plan({ snapshot: without(undefined) }, begun).nodes[0]?.unloaded).to.deep.equal(['vmbr1001'])
    const reload = (upid: string, failure?: string) => ({ upid, node: 'pve1', endedAt: 1, failure })
    const after = (...reloads: readonly ReturnType<typeof reload>[]) => ({ ...without(undefined), reloads })
    expect(plan({ snapshot: after(reload('A')) }, begun).nodes[0]?.gone).to.deep.equal(['vmbr1001'])
    expect(plan({ snapshot: after(reload('A', 'failed')) }, begun).nodes[0]?.unloaded).to.deep.equal(['vmbr1001'])
    const same = { journal: { ...JOURNAL, going: going.map((note) => ({ ...note, lastReload: 'A' })) } }
    expect(plan({ snapshot: after(reload('A')) }, same).nodes[0]?.unloaded).to.deep.equal(['vmbr1001'])
    const task = { upid: 'B', node: 'pve1', type: 'srvreload', id: 'networking' }
    expect(stays({ snapshot: { ...without(undefined), runningTasks: [task] } }, begun)).to.match(
      /is being reloaded just now/,
    )
  })
})
