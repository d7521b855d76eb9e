import type { ClusterSnapshot, InterfaceSeen, NodeNetworkSeen, NodeSeen, ZoneSeen } from '../../model/snapshot.ts'
import { cluster, netInterface, node, nodeNetwork, simpleZone, unapplied, vnet, zone } from './cluster.ts'

/** What a check of the zone `ludus` should say of a cluster. */
export interface BrokenZone {
  readonly situation: string
  readonly snapshot: ClusterSnapshot
  /** `unusable ZoneMissing: pvesh ...`, one of each finding, in order. */
  readonly says: readonly string[]
  /** What the first finding's message must also say. */
  readonly message: RegExp
  readonly unreached?: readonly string[]
  /** The zone to look at once the first remedy was followed, where that makes another one. */
  readonly instead?: string
  /** Why a simulated cluster can't be in this state. */
  readonly unreal?: string
}

const NODES = ['pve1', 'pve2', 'pve3'].map((name) => node(name))
const TWO = ['10.0.0.1', '10.0.0.2']
const ALL = '10.0.0.1,10.0.0.2,10.0.0.3'
const APPLY = 'pvesh set /cluster/sdn'
const LOOK = 'the line only looks: what a node does not list a person must know'
const SET = 'pvesh set /cluster/sdn/zones/ludus'
const CREATE = 'pvesh create /cluster/sdn/zones --type vxlan --zone'

const off = (...names: readonly string[]): readonly NodeSeen[] =>
  NODES.map((each) => (names.includes(each.name) ? { ...each, online: false } : each))

/** Nodes that are off tell nothing about their network, nor does a zone have a word of them. */
function withZone(traits: Partial<ZoneSeen>, more: Partial<ClusterSnapshot> & { nodes?: readonly NodeSeen[] } = {}) {
  const { nodes = NODES, ...rest } = more
  const online = nodes.filter((each) => each.online)
  const limit = ('running' in traits ? traits.running : traits)?.nodes
  const there = traits.pending === 'new' ? [] : online.filter(({ name }) => limit?.includes(name) ?? true)
  const statusByNode = Object.fromEntries(there.map(({ name }) => [name, 'available']))
  const zones = [zone(nodes, { statusByNode, ...traits })]
  return cluster({ nodes, zones, nodeNetworks: online.map((each) => nodeNetwork(each)), ...rest })
}

const running = (traits: Partial<ZoneSeen> = {}): ZoneSeen['running'] => ({
  peers: ALL.split(','),
  fabric: undefined,
  nodes: undefined,
  mtu: undefined,
  ...traits,
})

const eth0 = (mtu?: number): InterfaceSeen => netInterface('eth0', { type: 'eth', mtu, autostart: false })
const bridge = (address: string, mtu?: number): InterfaceSeen =>
  netInterface('vmbr0', { addresses: [address], ports: ['eth0'], mtu })
const network = (name: string, ...interfaces: readonly InterfaceSeen[]): NodeNetworkSeen => ({
  node: name,
  interfaces,
  staged: undefined,
})
/** The nodes' networks with these MTUs of their bridges; undefined: not set. */
const mtus = (...values: readonly (number | undefined)[]): readonly NodeNetworkSeen[] =>
  values.map((mtu, index) => network(`pve${index + 1}`, bridge(`10.0.0.${index + 1}`, mtu), eth0()))

/** Nodes whose VXLAN goes over a network of its own, 10.1.0.0/24. */
const storageNetworks = NODES.map(({ name, address = '' }, index) =>
  network(name, bridge(address), eth0(), netInterface('vmbr1', { addresses: [`10.1.0.${index + 1}`] })),
)

const V6 = NODES.map((each, index) => ({ ...each, address: `fd00::${index + 1}` }))
const v6Networks = (mtu?: number): readonly NodeNetworkSeen[] =>
  V6.map(({ name, address }) => network(name, bridge(address, mtu), eth0()))

const otherTypes = ['simple', 'vlan', 'qinq', 'evpn', 'faucet'].map((type): BrokenZone => ({
  situation: `is of type ${type}`,
  snapshot: withZone({ type, peers: undefined }),
  says: [`unusable ZoneNotVxlan: ${CREATE} ludusvx --peers ${ALL} && ${APPLY}`],
  message: new RegExp(`of type ${type}.*can't be changed.*set sdn_zone: ludusvx.*Add > VXLAN: ID ludusvx`),
  instead: 'ludusvx',
}))

const ALONE = [node('pve1')]
/** A single node, with a simple zone as it is in force, or as somebody has changed it. */
const alone = (traits: Partial<ZoneSeen>, others: Partial<ClusterSnapshot> = {}): ClusterSnapshot =>
  cluster({ nodes: ALONE, zones: [simpleZone(traits)], ...others })

/** Simple zones of a single node as people break them. */
const brokenSimpleZones: readonly BrokenZone[] = [
  {
    situation: 'is simple and about to be deleted, on a single node',
    snapshot: alone({ pending: 'deleted' }),
    says: ['unusable ZoneDeletionPending: pvesh create /cluster/sdn/rollback'],
    message: /deleted by the next apply, whosever.*Add > Simple: ID ludus; then/,
  },
  {
    situation: 'is simple and about to be deleted with something else, on a single node',
    snapshot: alone({ pending: 'deleted' }, { vnets: [unapplied(vnet('lab', undefined, undefined))] }),
    says: [`unusable ZoneDeletionPending: pvesh create /cluster/sdn/zones --type simple --zone ludus && ${APPLY}`],
    message: /beware, to apply also commits vnet lab/,
  },
  {
    situation: 'is simple and was never applied, on a single node',
    snapshot: alone({ pending: 'new' }),
    says: [`unusable ZoneNotApplied: ${APPLY}`],
    message: /made and never applied/,
  },
  {
    situation: 'is simple and leaves out the only node',
    snapshot: alone({ nodes: ['pve9'], statusByNode: {} }),
    says: [
      `unusable ZoneReachesNoNode: pvesh set /cluster/sdn/zones/ludus --delete nodes && ${APPLY}`,
      `degraded ZoneLeavesOutNode: pvesh set /cluster/sdn/zones/ludus --delete nodes && ${APPLY}`,
      `degraded ZoneUnknownNode: pvesh set /cluster/sdn/zones/ludus --delete nodes && ${APPLY}`,
    ],
    message: /no node can use it: pve1 is not among the zone's nodes \(pve9\)/,
    unreached: ['pve1'],
  },
  {
    situation: 'is simple and in error on the only node',
    snapshot: alone({ statusByNode: { pve1: 'error' } }),
    says: [`unusable ZoneReachesNoNode: ${APPLY}`, `degraded ZoneErrorOnNode: ${APPLY}`],
    message: /pve1 reports an error in the zone/,
    unreached: ['pve1'],
  },
]

/** Zones as people break them. */
export const brokenZones: readonly BrokenZone[] = [
  {
    situation: 'is not there',
    snapshot: cluster({ zones: [] }),
    says: [`unusable ZoneMissing: ${CREATE} ludus --peers ${ALL} && ${APPLY}`],
    message:
      /^zone ludus: there is no such SDN zone; create it; in the web interface: Datacenter > SDN > Zones > Add > VXLAN: ID ludus, Peer Address List 10\.0\.0\.1,10\.0\.0\.2,10\.0\.0\.3; then Datacenter > SDN > Apply; in a node's shell: pvesh create/,
  },
  {
    situation: 'is not there, but one of nearly the same name',
    snapshot: withZone({ name: 'ludos' }),
    says: [`unusable ZoneMissing: ${CREATE} ludus --peers ${ALL} && ${APPLY}`],
    message: /there is ludos of type vxlan; set sdn_zone: ludos if that is meant/,
  },
  {
    situation: 'is there with another case',
    snapshot: withZone({ name: 'Ludus' }),
    says: [`unusable ZoneMissing: ${CREATE} ludus --peers ${ALL} && ${APPLY}`],
    message: /there is Ludus of type vxlan \(capital and small letters are not the same\)/,
  },
  {
    situation: 'is not there, and the address of one node is not known',
    snapshot: cluster({
      nodes: [NODES[0]!, node('pve2', { address: undefined })],
      zones: [],
    }),
    says: [`unusable ZoneMissing: ${CREATE} ludus --peers '10.0.0.1,<address of pve2>' && ${APPLY}`],
    message: /Peer Address List 10\.0\.0\.1,<address of pve2>/,
    unreal: 'the line has a gap for a person to fill in',
  },
  ...otherTypes,
  ...brokenSimpleZones,
  {
    situation: 'is of type simple, while another VXLAN zone is ready',
    snapshot: cluster({ zones: [zone(NODES, { type: 'simple', peers: undefined }), zone(NODES, { name: 'lab' })] }),
    says: [`unusable ZoneNotVxlan: ${CREATE} ludusvx --peers ${ALL} && ${APPLY}`],
    message: /set sdn_zone: lab, which is of type vxlan, or make/,
    instead: 'ludusvx',
  },
  {
    situation: 'is of type simple, and so is the one that would take its place',
    snapshot: cluster({
      zones: ['ludus', 'ludusvx'].map((name) => zone(NODES, { name, type: 'simple', peers: undefined })),
    }),
    says: [`unusable ZoneNotVxlan: ${CREATE} ludusvx1 --peers ${ALL} && ${APPLY}`],
    message: /set sdn_zone: ludusvx1/,
    instead: 'ludusvx1',
  },
  {
    situation: 'is about to be deleted',
    snapshot: withZone({ pending: 'deleted' }),
    says: ['unusable ZoneDeletionPending: pvesh create /cluster/sdn/rollback'],
    message: /deleted by the next apply, whosever.*Add > VXLAN: ID ludus, Peer Address List 10/,
  },
  {
    situation: "is about to be deleted, and somebody's other work is pending",
    snapshot: withZone({ pending: 'deleted', mtu: 1400 }, { vnets: [unapplied(vnet('lab', 7, undefined))] }),
    says: [`unusable ZoneDeletionPending: ${CREATE} ludus --peers ${ALL} --mtu 1400 && ${APPLY}`],
    message: /beware, to apply also commits vnet lab;/,
  },
  {
    situation: 'is about to be deleted on Proxmox VE 8, which has no rollback',
    snapshot: withZone({ pending: 'deleted', nodes: ['pve1', 'pve2', 'pve3'] }, { release: 8 }),
    says: [`unusable ZoneDeletionPending: ${CREATE} ludus --peers ${ALL} --nodes pve1,pve2,pve3 && ${APPLY}`],
    message: /Nodes pve1,pve2,pve3/,
  },
  {
    situation: 'is put on other nodes altogether by a change that is not applied, so that nothing runs on either',
    snapshot: withZone(
      { pending: 'changed', peers: TWO, nodes: ['pve2'], running: running({ peers: TWO, nodes: ['pve1'] }) },
      { nodes: NODES.slice(0, 2) },
    ),
    says: [
      `unusable ZoneReachesNoNode: ${SET} --delete nodes && ${APPLY}`,
      `degraded ZoneChangePending: ${APPLY}`,
      `degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`,
      `degraded ZoneNotApplied: ${APPLY}`,
    ],
    message: /pve2 is not among the zone's nodes \(pve1\) before an apply/,
    unreached: ['pve1', 'pve2'],
  },
  {
    situation: 'was never applied',
    snapshot: withZone({ pending: 'new' }),
    says: [`unusable ZoneNotApplied: ${APPLY}`],
    message: /made and never applied; in the web interface: Datacenter > SDN > Apply; in a node's shell/,
  },
  {
    situation: 'was never applied and lacks a peer',
    snapshot: withZone({ pending: 'new', peers: ['10.0.0.1', '10.0.0.3'] }),
    says: [
      `unusable ZoneNotApplied: ${APPLY}`,
      `degraded ZoneLacksPeer: ${SET} --peers 10.0.0.1,10.0.0.3,10.0.0.2 && ${APPLY}`,
    ],
    message: /never applied/,
    unreached: ['pve2'],
  },
  {
    situation: 'has neither peers nor a fabric',
    snapshot: withZone({ peers: undefined }),
    says: [`unusable ZoneHasNoPeers: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /neither peers nor a fabric.*Zones > ludus > Edit: set Peer Address List to 10\.0\.0\.1,10/,
  },
  {
    situation: 'has peers and a fabric',
    snapshot: withZone({ fabric: 'under' }),
    says: [`degraded ZonePeersAndFabric: ${SET} --delete fabric && ${APPLY}`],
    message: /Edit: empty Fabric; then/,
  },
  {
    situation: 'lacks one node among its peers',
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.3'] }),
    says: [`degraded ZoneLacksPeer: ${SET} --peers 10.0.0.1,10.0.0.3,10.0.0.2 && ${APPLY}`],
    message:
      /^zone ludus: pve2 \(10\.0\.0\.2\) is not among its peers, so packets .* lost; no VM of a range is placed there; .*set Peer Address List to 10\.0\.0\.1,10\.0\.0\.3,10\.0\.0\.2; then/,
    unreached: ['pve2'],
  },
  {
    situation: 'lacks several nodes among its peers',
    snapshot: withZone({ peers: ['10.0.0.3'] }),
    says: [`degraded ZoneLacksPeer: ${SET} --peers 10.0.0.3,10.0.0.1,10.0.0.2 && ${APPLY}`],
    message: /pve1 \(10\.0\.0\.1\) and pve2 \(10\.0\.0\.2\) are not among/,
    unreached: ['pve1', 'pve2'],
  },
  {
    situation: 'has none of the nodes among its peers',
    snapshot: withZone({ peers: ['10.9.9.9'] }),
    says: [
      `unusable ZoneReachesNoNode: ${SET} --peers ${ALL} && ${APPLY}`,
      `degraded ZoneLacksPeer: ${SET} --peers ${ALL} && ${APPLY}`,
      `degraded ZoneUnknownPeer: ${SET} --peers ${ALL} && ${APPLY}`,
    ],
    message: /no node can use it: pve1 has address 10\.0\.0\.1, which is not.*; pve2 .*; pve3/,
    unreached: ['pve1', 'pve2', 'pve3'],
  },
  {
    situation: 'has peers on interfaces that no node lists, such as WireGuard',
    snapshot: withZone({ peers: ['10.9.9.1', '10.9.9.2', '10.9.9.3'] }),
    says: [
      'degraded ZonePeerNotKnown: pvesh get /nodes/pve1/network && pvesh get /nodes/pve2/network && pvesh get /nodes/pve3/network',
    ],
    message: /is known to be pve1, pve2 and pve3, of which Proxmox does not tell all addresses/,
    unreal: LOOK,
  },
  {
    situation: 'has the peer of one node on an interface that it does not list',
    snapshot: withZone({ peers: ['10.0.0.1', '10.9.9.2', '10.0.0.3'] }),
    says: ['degraded ZonePeerNotKnown: pvesh get /nodes/pve2/network'],
    message: /is known to be pve2/,
    unreal: LOOK,
  },
  {
    situation: 'has peers on bridges that the token is not shown',
    snapshot: withZone(
      { peers: ['10.0.0.1', '10.0.0.22', '10.0.0.3'] },
      { unseen: [{ what: 'bridges', path: '/sdn/zones/localnetwork', right: 'SDN.Audit', remedy: 'pveum' }] },
    ),
    says: ['degraded ZonePeerNotKnown: pvesh get /nodes/pve2/network'],
    message: /is known to be pve2/,
    unreal: LOOK,
  },
  {
    situation: 'has peers on bridges that may be hidden, as the token may not read what is',
    snapshot: withZone(
      { peers: ['10.0.0.1', '10.0.0.22', '10.0.0.3'] },
      { unseen: [{ what: 'rights', path: '/access', right: 'Sys.Audit', remedy: 'pveum' }] },
    ),
    says: ['degraded ZonePeerNotKnown: pvesh get /nodes/pve2/network'],
    message: /is known to be pve2/,
    unreal: LOOK,
  },
  {
    situation: 'lacks a node that is off',
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.2'] }, { nodes: off('pve3') }),
    says: [`degraded ZoneLacksPeer: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /pve3/,
    unreached: ['pve3'],
  },
  {
    situation: 'has a peer that no node is',
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.9', '10.0.0.2', '10.0.0.3'] }),
    says: [`degraded ZoneUnknownPeer: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /no node has the peer address 10\.0\.0\.9, so what is sent there is lost/,
  },
  {
    situation: 'has the old address of a node that got a new one',
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.22', '10.0.0.3'] }),
    says: [
      `degraded ZoneLacksPeer: ${SET} --peers 10.0.0.1,10.0.0.3,10.0.0.2 && ${APPLY}`,
      `degraded ZoneUnknownPeer: ${SET} --peers 10.0.0.1,10.0.0.3,10.0.0.2 && ${APPLY}`,
    ],
    message: /pve2 \(10\.0\.0\.2\)/,
    unreached: ['pve2'],
  },
  {
    situation: 'lacks a node of a network of its own for VXLAN',
    snapshot: withZone({ peers: ['10.1.0.1', '10.1.0.2'] }, { nodeNetworks: storageNetworks }),
    says: [`degraded ZoneLacksPeer: ${SET} --peers 10.1.0.1,10.1.0.2,10.1.0.3 && ${APPLY}`],
    message: /pve3 \(10\.0\.0\.3, 10\.1\.0\.3\)/,
    unreached: ['pve3'],
  },
  {
    situation: 'lists a peer twice',
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.2'] }),
    says: [`degraded ZoneRepeatsPeer: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /more than once \(10\.0\.0\.2\)/,
  },
  {
    situation: 'lists one node under two of its addresses',
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.1.0.1'] }, { nodeNetworks: storageNetworks }),
    says: [`degraded ZoneRepeatsPeer: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /more than once \(10\.1\.0\.1\)/,
  },
  {
    situation: 'lists an IPv6 peer twice in different forms',
    snapshot: withZone(
      { peers: ['fd00::1', 'fd00::2', 'fd00::3', 'fd00:0::2'], mtu: 1430 },
      { nodes: V6, nodeNetworks: v6Networks() },
    ),
    says: [`degraded ZoneRepeatsPeer: ${SET} --peers fd00::1,fd00::2,fd00::3 && ${APPLY}`],
    message: /fd00:0::2/,
  },
  {
    situation: 'lacks an IPv6 peer',
    snapshot: withZone({ peers: ['fd00::1', 'fd00::2'], mtu: 1430 }, { nodes: V6, nodeNetworks: v6Networks() }),
    says: [`degraded ZoneLacksPeer: ${SET} --peers fd00::1,fd00::2,fd00::3 && ${APPLY}`],
    message: /pve3 \(fd00::3\)/,
    unreached: ['pve3'],
  },
  {
    situation: 'has peers while Proxmox tells no address of a node',
    snapshot: withZone(
      { peers: ['10.0.0.1', '10.0.0.2', '10.7.7.7'] },
      { nodes: [...NODES.slice(0, 2), node('pve3', { address: undefined })] },
    ),
    says: ['degraded ZonePeerNotKnown: pvesh get /nodes/pve3/network'],
    message: /none of its peers \(10\.0\.0\.1, 10\.0\.0\.2, 10\.7\.7\.7\) is known to be pve3, of which/,
    unreal: 'simulated nodes have an address',
  },
  {
    situation: 'has other peers than a node that is silent about its network',
    snapshot: withZone(
      { peers: ['10.1.0.1', '10.1.0.2', '10.1.0.3'] },
      { nodeNetworks: storageNetworks.filter((each) => each.node !== 'pve3') },
    ),
    says: ['degraded ZonePeerNotKnown: pvesh get /nodes/pve3/network'],
    message: /none of its peers \(10\.1\.0\.1, .*\) is known to be pve3/,
    unreached: ['pve3'],
    unreal: 'simulated nodes that are on tell their network',
  },
  {
    situation: 'leaves out a node',
    snapshot: withZone({ nodes: ['pve2', 'pve3'] }),
    says: [`degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`],
    message: /limited to the nodes pve2 and pve3 and leaves out pve1.*Edit: empty Nodes; then/,
    unreached: ['pve1'],
  },
  {
    situation: 'leaves out a node that is off',
    snapshot: withZone({ nodes: ['pve1', 'pve2'] }, { nodes: off('pve3') }),
    says: [`degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`],
    message: /leaves out pve3/,
    unreached: ['pve3'],
  },
  {
    situation: 'leaves out a node that is no peer either',
    snapshot: withZone({ nodes: ['pve2', 'pve3'], peers: ['10.0.0.2', '10.0.0.3'] }),
    says: [`degraded ZoneLeavesOutNode: ${SET} --peers 10.0.0.2,10.0.0.3,10.0.0.1 --delete nodes && ${APPLY}`],
    message: /set Peer Address List to 10\.0\.0\.2,10\.0\.0\.3,10\.0\.0\.1, empty Nodes; then/,
    unreached: ['pve1'],
  },
  {
    situation: 'is limited to a node that is off',
    snapshot: withZone({ nodes: ['pve2'] }, { nodes: off('pve2') }),
    says: [
      `unusable ZoneReachesNoNode: ${SET} --delete nodes && ${APPLY}`,
      `degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`,
    ],
    message: /pve1 is not among the zone's nodes \(pve2\); pve2 is offline; pve3 is not/,
    unreached: ['pve1', 'pve3'],
  },
  {
    situation: 'is limited to a node that is no peer',
    snapshot: withZone({ nodes: ['pve2'], peers: ['10.0.0.3'] }),
    says: [
      `unusable ZoneReachesNoNode: ${SET} --peers 10.0.0.3,10.0.0.1,10.0.0.2 --delete nodes && ${APPLY}`,
      `degraded ZoneLeavesOutNode: ${SET} --peers 10.0.0.3,10.0.0.1,10.0.0.2 --delete nodes && ${APPLY}`,
      `degraded ZoneLacksPeer: ${SET} --peers 10.0.0.3,10.0.0.2 && ${APPLY}`,
    ],
    message: /pve1 is not among the zone's nodes \(pve2\); pve2 has address 10\.0\.0\.2, which is not/,
    unreached: ['pve1', 'pve2', 'pve3'],
  },
  {
    situation: 'is limited to nodes among which one is none',
    snapshot: withZone({ nodes: ['pve1', 'pve2', 'pve3', 'pve9'] }),
    says: [`degraded ZoneUnknownNode: ${SET} --delete nodes && ${APPLY}`],
    message: /among which pve9 is none of this cluster/,
  },
  {
    situation: 'is limited to a node that is none',
    snapshot: withZone({ nodes: ['pve9'] }),
    says: [
      `unusable ZoneReachesNoNode: ${SET} --delete nodes && ${APPLY}`,
      `degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`,
      `degraded ZoneUnknownNode: ${SET} --delete nodes && ${APPLY}`,
    ],
    message: /no node can use it/,
    unreached: ['pve1', 'pve2', 'pve3'],
  },
  {
    situation: 'is limited to two nodes, one of them misspelt',
    snapshot: withZone({ nodes: ['pev1', 'pve2'] }),
    says: [
      `degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`,
      `degraded ZoneUnknownNode: ${SET} --nodes pve2 && ${APPLY}`,
    ],
    message: /leaves out pve1 and pve3/,
    unreached: ['pve1', 'pve3'],
  },
  {
    situation: 'reports an error on a node',
    snapshot: withZone({ statusByNode: { pve1: 'available', pve2: 'available', pve3: 'error' } }),
    says: [`degraded ZoneErrorOnNode: ${APPLY}`],
    message: /pve3 reports an error in it.*srvreload/,
    unreached: ['pve3'],
  },
  {
    situation: 'is pending on a node, as after a reboot',
    snapshot: withZone({ statusByNode: { pve1: 'available', pve2: 'pending', pve3: 'available' } }),
    says: [`degraded ZoneNotAvailable: ${APPLY}`],
    message: /pve2 reports pending\); applying again brings them up/,
  },
  {
    situation: 'is pending on a node while only a node that is off is said to reload',
    snapshot: withZone(
      { statusByNode: { pve1: 'available', pve2: 'pending' } },
      {
        nodes: [node('pve1'), node('pve2'), node('pve3', { online: false })],
        runningTasks: [{ upid: 'u', node: 'pve3', type: 'srvreload', id: 'networking' }],
      },
    ),
    says: [`degraded ZoneNotAvailable: ${APPLY}`],
    message: /pve2 reports pending\); applying again brings them up/,
  },
  {
    situation: 'is not reported by a node that is up for long',
    snapshot: withZone({ statusByNode: { pve1: 'available', pve3: 'available' } }),
    says: [`degraded ZoneNotReported: ${APPLY}`],
    message: /pve2 does not report on it/,
  },
  {
    situation: 'has an MTU that no interface carries',
    snapshot: withZone({ mtu: 1500 }, { nodeNetworks: mtus(1500, 1500, 1500) }),
    says: [`degraded ZoneMtuTooLarge: ${SET} --mtu 1450 && ${APPLY}`],
    message: /its MTU 1500 is more.*\(1450 on pve1, 1450 on pve2 and 1450 on pve3\).*set MTU to 1450; then/,
  },
  {
    situation: 'has an MTU that one interface does not carry',
    snapshot: withZone({ mtu: 8950 }, { nodeNetworks: mtus(9000, undefined, 9000) }),
    says: [`degraded ZoneMtuTooLarge: ${SET} --mtu 1450 && ${APPLY}`],
    message: /its MTU 8950 is more than the peers' interfaces carry \(1450 on pve2\)/,
  },
  {
    situation: 'sets no MTU where one interface is larger than the others',
    snapshot: withZone({}, { nodeNetworks: mtus(9000, undefined, 1500) }),
    says: [`degraded ZoneMtuDiffers: ${SET} --mtu 1450 && ${APPLY}`],
    message: /sets no MTU, .*\(8950 on pve1, 1450 on pve2 and 1450 on pve3\)/,
  },
  {
    situation: 'sets no MTU over IPv6, which takes 20 bytes more than Proxmox reckons with',
    snapshot: withZone({ peers: ['fd00::1', 'fd00::2', 'fd00::3'] }, { nodes: V6, nodeNetworks: v6Networks() }),
    says: [`degraded ZoneMtuTooLarge: ${SET} --mtu 1430 && ${APPLY}`],
    message: /its MTU 1450 \(Proxmox' default\) is more/,
  },
  {
    situation: 'has an MTU too small for IPv6',
    snapshot: withZone({ mtu: 1000 }, { nodeNetworks: mtus(undefined, undefined, undefined) }),
    says: [`degraded ZoneMtuTooSmall: ${SET} --mtu 1450 && ${APPLY}`],
    message: /its MTU 1000 is below 1280/,
  },
  {
    situation: 'has a hopeless MTU over a fabric',
    snapshot: withZone({ peers: undefined, fabric: 'under', mtu: 68 }),
    says: [`degraded ZoneMtuTooSmall: ${SET} --delete mtu && ${APPLY}`],
    message: /Edit: empty MTU/,
  },
  {
    situation: 'has a harmless change that is not applied',
    snapshot: withZone({ pending: 'changed', mtu: 1400, running: running() }),
    says: [`degraded ZoneChangePending: ${APPLY}`],
    message: /a change of it is not applied: mtu unset -> 1400; in the web interface: Datacenter > SDN > Apply;/,
  },
  {
    situation: 'has a change of something unseen that is not applied',
    snapshot: withZone({ pending: 'changed' }),
    says: [`degraded ZoneChangePending: ${APPLY}`],
    message: /not applied: another setting/,
    unreal: 'a snapshot does not tell what to change',
  },
  {
    situation: 'lacks a peer until a change is applied',
    snapshot: withZone({ pending: 'changed', running: running({ peers: ['10.0.0.1', '10.0.0.2'] }) }),
    says: [`degraded ZoneChangePending: ${APPLY}`, `degraded ZoneLacksPeer: ${APPLY}`],
    message: /peers 10\.0\.0\.1,10\.0\.0\.2 -> 10\.0\.0\.1,10\.0\.0\.2,10\.0\.0\.3/,
    unreached: ['pve3'],
  },
  {
    situation: 'lacks two peers, and the change that is pending brings one',
    snapshot: withZone({
      pending: 'changed',
      peers: ['10.0.0.1', '10.0.0.2'],
      running: running({ peers: ['10.0.0.1'] }),
    }),
    says: [`degraded ZoneChangePending: ${APPLY}`, `degraded ZoneLacksPeer: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /peers 10\.0\.0\.1 -> 10\.0\.0\.1,10\.0\.0\.2/,
    unreached: ['pve2', 'pve3'],
  },
  {
    situation: 'lacks two peers, and a change that is pending puts one first',
    snapshot: withZone({
      pending: 'changed',
      peers: ['10.0.0.3', '10.0.0.1'],
      running: running({ peers: ['10.0.0.1'] }),
    }),
    says: [
      `degraded ZoneChangePending: ${APPLY}`,
      `degraded ZoneLacksPeer: ${SET} --peers 10.0.0.3,10.0.0.1,10.0.0.2 && ${APPLY}`,
    ],
    message: /peers 10\.0\.0\.1 -> 10\.0\.0\.3,10\.0\.0\.1/,
    unreached: ['pve2', 'pve3'],
  },
  {
    situation: 'is about to leave out a node, where Proxmox plugs nothing in from then on',
    snapshot: withZone({
      pending: 'changed',
      nodes: ['pve1', 'pve2'],
      running: running(),
      statusByNode: { pve1: 'available', pve2: 'available', pve3: 'available' },
    }),
    says: [`degraded ZoneChangePending: ${APPLY}`, `degraded ZoneLeavesOutNode: ${SET} --delete nodes && ${APPLY}`],
    message: /a change of it is not applied: nodes unset -> pve1,pve2;/,
    unreached: ['pve3'],
  },
  {
    situation: 'is about to lose a peer and get an MTU that is too large',
    snapshot: withZone(
      { pending: 'changed', peers: ['10.0.0.1', '10.0.0.2'], mtu: 1500, running: running() },
      { nodeNetworks: mtus(1500, 1500, 1500) },
    ),
    says: [`degraded ZoneChangePending: ${SET} --peers ${ALL} --mtu 1450 && ${APPLY}`],
    message: /once applied, pve3 \(10\.0\.0\.3\) is not among its peers.*its MTU 1500 is more/,
  },
  {
    situation: "lacks a peer while somebody's other work is pending",
    snapshot: withZone({ peers: ['10.0.0.1', '10.0.0.2'] }, { vnets: [unapplied(vnet('lab', 7, undefined))] }),
    says: [`degraded ZoneLacksPeer: ${SET} --peers ${ALL} && ${APPLY}`],
    message: /beware, to apply also commits vnet lab; in the web interface/,
    unreached: ['pve3'],
  },
]

/** Zones that there is nothing to say about. */
export const soundZones: readonly (readonly [string, ClusterSnapshot])[] = [
  ['has every node among its peers', withZone({})],
  ['is simple, on a single node', alone({})],
  ['is simple and limited to the single node', alone({ nodes: ['pve1'] })],
  ['goes over a fabric, which has no peers', withZone({ peers: undefined, fabric: 'under' })],
  [
    'lists other addresses of the nodes',
    withZone({ peers: ['10.1.0.3', '10.0.0.2', '10.1.0.1'] }, { nodeNetworks: storageNetworks }),
  ],
  ['is limited to all nodes', withZone({ nodes: ['pve3', 'pve2', 'pve1'] })],
  [
    'lists other addresses, one of them of a node that is off',
    withZone(
      { peers: ['10.1.0.1', '10.1.0.2', '10.1.0.3'] },
      { nodes: off('pve3'), nodeNetworks: storageNetworks.slice(0, 2) },
    ),
  ],
  [
    'lists IPv6 addresses in long form',
    withZone({ peers: ['FD00:0:0::1', 'fd00::2', 'fd00::3'], mtu: 1400 }, { nodes: V6, nodeNetworks: v6Networks() }),
  ],
  [
    'has an old error of a node that is off',
    withZone({ statusByNode: { pve1: 'available', pve2: 'available', pve3: 'error' } }, { nodes: off('pve3') }),
  ],
  [
    'is pending on a node while networks are being reloaded',
    withZone(
      { statusByNode: { pve1: 'available', pve2: 'pending' } },
      { runningTasks: [{ upid: 'u', node: 'pve1', type: 'reloadnetworkall', id: '' }] },
    ),
  ],
  [
    'is pending on a node whose reload has just ended',
    withZone(
      { statusByNode: { pve1: 'available', pve2: 'pending', pve3: 'available' } },
      { takenAt: 100_000, reloads: [{ upid: 'u', node: 'pve2', endedAt: 90_000, failure: undefined }] },
    ),
  ],
  [
    'is not reported by a node that has just booted',
    withZone(
      { statusByNode: { pve1: 'available', pve2: 'available' } },
      { nodes: [...NODES.slice(0, 2), node('pve3', { uptimeSeconds: 12 })] },
    ),
  ],
  [
    'sets an MTU below what the interfaces carry',
    withZone({ mtu: 1400 }, { nodeNetworks: mtus(9000, 1500, undefined) }),
  ],
  [
    'has an MTU of which no interface is known to be smaller',
    withZone(
      { mtu: 8950 },
      {
        nodeNetworks: NODES.map(({ name, address = '' }) =>
          network(name, netInterface('bond0.5', { type: 'vlan', addresses: [address] })),
        ),
      },
    ),
  ],
  [
    'takes its MTU from the ports of bridges',
    withZone(
      { mtu: 8950 },
      {
        nodeNetworks: NODES.map(({ name, address = '' }) => network(name, bridge(address), eth0(9000))),
      },
    ),
  ],
]
