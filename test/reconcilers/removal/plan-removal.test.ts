import { expect } from 'chai'
import type { NetworkMode } from '../../../model/network-mode.ts'
import type { PlanSettings } from '../../../model/plan-settings.ts'
import type { RemovalScope } from '../../../model/removal.ts'
import type { ClusterSnapshot, GuestSeen, InterfaceSeen } from '../../../model/snapshot.ts'
import { planRemoval } from '../../../reconcilers/removal/plan-removal.ts'
import {
  cluster,
  deleted,
  guest,
  natBridge,
  natVnet,
  netInterface,
  node,
  nodeNetwork,
  rangeBridge,
  rangeGuest,
  rangeVnet,
  singleNode,
  stagedDeletionOf,
} from '../../builders/cluster.ts'
import type { Unseen, UnseenKind } from '../../../model/unseen.ts'
import { settings } from '../../builders/range.ts'

const JD = rangeBridge(1, 'JD')
const on = (name: string, ...interfaces: readonly InterfaceSeen[]) =>
  nodeNetwork(node(name), { interfaces: [natBridge(), ...interfaces] })
/** Three nodes, and what they have besides their NAT bridges. */
const three = (networks: ClusterSnapshot['nodeNetworks'], traits: Partial<ClusterSnapshot> = {}): ClusterSnapshot =>
  cluster({ nodeNetworks: networks, ...traits, nodes: ['pve1', 'pve2', 'pve3'] })
const staged = (...bridges: readonly InterfaceSeen[]) => singleNode([], {}, { staged: stagedDeletionOf(...bridges) })

const NAMED: RemovalScope = { kind: 'named', names: ['JD-DC01', 'JD-WS01'] }
const DC = rangeGuest(1_010_011, 'JD', 'JD-DC01')
const inPool = (traits: Partial<GuestSeen>, vmid = 100): GuestSeen => rangeGuest(vmid, 'JD', 'JD-DC01', traits)
const withVms = (...guests: readonly GuestSeen[]) => cluster({ vnets: [rangeVnet(1, 'JD')], guests, pools: ['JD'] })

const hidden = (what: UnseenKind, path: string): Unseen => ({ what, path, right: 'X.Audit', remedy: 'grant it' })

interface Row {
  readonly situation: string
  readonly mode: NetworkMode
  readonly seen: ClusterSnapshot
  readonly own?: Partial<PlanSettings>
  /** Default: a file that names JD-DC01 and JD-WS01. */
  readonly scope?: RemovalScope
  /** `gone`, what goes, or the reason of a finding with its part. */
  readonly becomes: string
  readonly says?: RegExp
}

const lacking = (what: 'sdn' | 'bridges'): Pick<ClusterSnapshot, 'unseen'> => ({
  unseen: [{ what, path: '/sdn/zones', right: 'SDN.Audit', remedy: 'pveum role modify' }],
})

const rows: readonly Row[] = [
  {
    situation: 'is gone from an empty cluster',
    mode: 'vnets',
    seen: cluster({ vnets: [natVnet()] }),
    becomes: 'gone',
  },
  {
    situation: "is gone where the NAT VNet, which is everybody's, carries its mark",
    mode: 'vnets',
    seen: cluster({ vnets: [natVnet({ alias: 'lanista range JD' })] }),
    becomes: 'gone',
  },
  { situation: 'is gone from an empty single node', mode: 'bridges', seen: singleNode(), becomes: 'gone' },
  {
    situation: 'keeps its VMs, too, while a VNet of it may be hidden',
    mode: 'vnets',
    seen: { ...withVms(DC), ...lacking('sdn') },
    becomes: 'machines NotVisible',
    says: /SDN\.Audit on \/sdn\/zones\), so nothing of it is removed; pveum role modify/,
  },
  {
    situation: 'keeps its VMs, too, while a bridge of it may be hidden',
    mode: 'bridges',
    seen: { ...singleNode([JD], { guests: [DC], pools: ['JD'] }), ...lacking('bridges') },
    becomes: 'machines NotVisible',
  },
  {
    situation: 'loses its VMs first on a cluster',
    mode: 'vnets',
    seen: withVms(DC, rangeGuest(100, 'JD', 'JD-WS01', { status: 'stopped' }), guest(101, { pool: 'KL' })),
    becomes: 'VMs JD-DC01 JD-WS01',
  },
  {
    situation: 'loses its VMs first on a single node',
    mode: 'bridges',
    seen: singleNode([JD], { guests: [DC] }),
    becomes: 'VMs JD-DC01',
  },
  {
    situation: 'loses none while one is in its pool that its file names no more, as that was not told to go',
    mode: 'vnets',
    seen: withVms(DC, rangeGuest(1_010_012, 'JD', 'JD-OLD')),
    becomes: 'machines RemovalWaits',
    says: /vm JD-OLD \(VMID 1010012\) is not named in the file of the range; if it is to go, name it there/,
  },
  {
    situation: 'loses none while a copy that somebody made of one is in its pool, tags and all',
    mode: 'vnets',
    seen: withVms(DC, rangeGuest(100, 'JD', 'my-copy')),
    becomes: 'machines RemovalWaits',
    says: /none of its VMs is touched, because vm my-copy \(VMID 100\) is not named in the file .* or take it out of the pool \(pvesh set \/pools\/JD --vms 100 --delete 1\)$/,
  },
  {
    situation: 'loses none while one lacks its tags',
    mode: 'vnets',
    seen: withVms(inPool({ tags: ['lanista'] })),
    becomes: 'machines RemovalWaits',
    says: /vm JD-DC01 \(VMID 100\) lacks the tags lanista and jd, .* \(qm set 100 --tags 'lanista;jd'\)/,
  },
  {
    situation: 'loses none while a template is among them',
    mode: 'vnets',
    seen: withVms(inPool({ template: true })),
    becomes: 'machines RemovalWaits',
    says: /template JD-DC01 \(VMID 100\) is not Lanista's to delete/,
  },
  {
    situation: 'loses none while a container is in its pool',
    mode: 'bridges',
    seen: singleNode([JD], { guests: [DC, guest(100, { pool: 'JD', kind: 'lxc' })] }),
    becomes: 'machines RemovalWaits',
    says: /container .*\(VMID 100\) is not Lanista's to delete/,
  },
  {
    situation: 'loses none while the node of one is offline',
    mode: 'vnets',
    seen: {
      ...withVms(DC, inPool({ node: 'pve2' })),
      nodes: [node('pve1'), node('pve2', { online: false })],
    },
    becomes: 'machines RemovalWaits',
    says: /vm JD-DC01 \(VMID 100\) is on node pve2, which is offline; bring the node back$/,
  },
  {
    situation: 'names five reasons and counts the others',
    mode: 'vnets',
    seen: withVms(...[1, 2, 3, 4, 5, 6, 7].map((vmid) => inPool({ tags: [] }, vmid))),
    becomes: 'machines RemovalWaits',
    says: /\(VMID 5\)((?!VMID 6).)*; and 2 more$/,
  },
  {
    situation: 'waits for one that is still being cloned',
    mode: 'vnets',
    seen: withVms(DC, inPool({ lock: 'clone', name: undefined, tags: [] })),
    becomes: 'progressing',
    says: /VM 100 is still being cloned; it goes on by itself/,
  },
  {
    situation: 'waits for a clone at its very end, in no pool yet and locked no more',
    mode: 'vnets',
    seen: {
      ...cluster({ vnets: [rangeVnet(1, 'JD')], guests: [guest(1_010_012, { name: 'JD-WS01', pool: undefined })] }),
      runningTasks: [{ upid: 'UPID:1', node: 'pve1', type: 'qmclone', id: '9000' }],
    },
    becomes: 'progressing',
    says: /VM 1010012 is still being cloned/,
  },
  {
    situation: 'waits until Proxmox tells the name of one',
    mode: 'vnets',
    seen: withVms(inPool({ name: undefined })),
    becomes: 'progressing',
  },
  {
    situation: 'is not known to have no VM where none is shown',
    mode: 'vnets',
    seen: { ...cluster({ pools: ['JD'] }), unseen: [hidden('guests', '/vms')] },
    becomes: 'machines NotVisible',
  },
  {
    situation: 'is not known to have no VM where pools are hidden',
    mode: 'vnets',
    seen: { ...cluster({ guests: [guest(105)] }), unseen: [hidden('pools', '/pool')] },
    becomes: 'machines NotVisible',
  },
  {
    situation: 'loses none while its pool has one that is hidden',
    mode: 'vnets',
    seen: { ...withVms(DC), unseen: [hidden('guests', '/vms/105')], hiddenMembers: new Map([['JD', [105]]]) },
    becomes: 'machines NotVisible',
    says: /VM 105/,
  },
  {
    situation: 'keeps its networks where some VNets are hidden, though its own are shown',
    mode: 'vnets',
    seen: { ...cluster({ vnets: [rangeVnet(1, 'JD')] }), unseen: [hidden('sdn', '/sdn/zones/theirs')] },
    becomes: 'network NotVisible',
  },
  {
    situation: 'is not known to have no bridge where bridges are hidden',
    mode: 'bridges',
    seen: { ...singleNode(), unseen: [hidden('bridges', '/sdn/zones/localnetwork')] },
    becomes: 'network NotVisible',
  },
  {
    situation: 'is not known to have no bridge where it is hidden what is hidden',
    mode: 'bridges',
    seen: { ...singleNode(), pools: ['JD'], unseen: [hidden('rights', '/access')] },
    becomes: 'network NotVisible',
  },
  {
    situation: 'loses exactly the VMs that a person has seen',
    mode: 'vnets',
    seen: withVms(DC),
    scope: { kind: 'listed', vms: [{ vmid: 1_010_011, name: 'JD-DC01' }] },
    becomes: 'VMs JD-DC01',
  },
  {
    situation: 'loses none while one has come that the person has not seen',
    mode: 'vnets',
    seen: withVms(DC, rangeGuest(1_010_012, 'JD', 'JD-WS01')),
    scope: { kind: 'listed', vms: [{ vmid: 1_010_011, name: 'JD-DC01' }] },
    becomes: 'machines RemovalWaits',
    says: /vm JD-WS01 \(VMID 1010012\) was not there when its removal was allowed/,
  },
  {
    situation: 'loses none while one is called otherwise than the person has seen it',
    mode: 'vnets',
    seen: withVms(DC),
    scope: { kind: 'listed', vms: [{ vmid: 1_010_011, name: 'JD-DC02' }] },
    becomes: 'machines RemovalWaits',
  },
  {
    situation: 'waits for quorum before any VM',
    mode: 'vnets',
    seen: { ...withVms(DC), quorate: false },
    becomes: 'machines NoQuorum',
  },
  {
    situation: 'loses its pool last',
    mode: 'vnets',
    seen: cluster({ vnets: [natVnet()], pools: ['JD'] }),
    becomes: 'pool',
  },
  {
    situation: 'keeps its pool while its network is there',
    mode: 'vnets',
    seen: withVms(),
    becomes: 'vnets r1 (number 1)',
  },
  {
    situation: 'loses its VNet',
    mode: 'vnets',
    seen: cluster({ vnets: [natVnet(), rangeVnet(1, 'JD'), rangeVnet(2, 'KL')] }),
    becomes: 'vnets r1 (number 1)',
  },
  {
    situation: 'loses its VNet whose deletion is pending',
    mode: 'vnets',
    seen: cluster({ vnets: [deleted(rangeVnet(1, 'JD'))] }),
    becomes: 'vnets r1 (number 1)',
  },
  {
    situation: 'loses its bridge',
    mode: 'bridges',
    seen: singleNode([JD, rangeBridge(2, 'KL')]),
    becomes: 'bridges of pve1 vmbr1001 (number 1)',
  },
  {
    situation: 'loses every bridge that carries its mark',
    mode: 'bridges',
    seen: singleNode([JD, rangeBridge(7, 'JD')]),
    becomes: 'bridges of pve1 vmbr1001 vmbr1007 (number 1)',
  },
  {
    situation: 'loses its bridge whose deletion is staged',
    mode: 'bridges',
    seen: staged(JD),
    becomes: 'bridges of pve1 vmbr1001 (number 1)',
  },
  {
    situation: "is not concerned by another's staged deletion",
    mode: 'bridges',
    seen: staged(rangeBridge(1, 'KL')),
    becomes: 'gone',
  },
  {
    situation: 'is gone when only bridges without its mark are left',
    mode: 'bridges',
    seen: singleNode([
      rangeBridge(1, 'JD', { comment: undefined }),
      rangeBridge(2, 'JD', { comment: 'lanista range JD ?' }),
    ]),
    becomes: 'gone',
  },
  {
    situation: 'loses its bridge on proxmox_node of several nodes',
    mode: 'bridges',
    seen: three([on('pve1'), on('pve2', JD), on('pve3')]),
    own: { clusterMode: false, defaultNode: 'pve2' },
    becomes: 'bridges of pve2 vmbr1001 (number 1)',
  },
  {
    situation: 'is not gone while another node has a bridge of it',
    mode: 'bridges',
    seen: three([on('pve1', JD), on('pve2'), on('pve3')]),
    own: { clusterMode: false, defaultNode: 'pve2' },
    becomes: 'network NetworkLeft',
    says: /vmbr1001 on node pve1 \(pvesh delete \/nodes\/pve1\/network\/vmbr1001 && pvesh set \/nodes\/pve1\/network\)/,
  },
  {
    situation: 'is not gone while a bridge of it has ports',
    mode: 'bridges',
    seen: singleNode([rangeBridge(1, 'JD', { ports: ['eth1'] })]),
    becomes: 'network NetworkLeft',
    says: /vmbr1001 on node pve1, which has eth1 attached \(detach that\)/,
  },
  {
    situation: 'leaves the NAT bridge, whatever its comment says',
    mode: 'bridges',
    seen: singleNode([JD]),
    own: { natBridge: 'vmbr1001' },
    becomes: 'network NetworkLeft',
    says: /vmbr1001 on node pve1, which is the bridge of the NAT network .* \(give it another comment\)/,
  },
  {
    situation: 'is not concerned by a staged deletion of the NAT bridge',
    mode: 'bridges',
    seen: staged(JD),
    own: { natBridge: 'vmbr1001' },
    becomes: 'gone',
  },
  {
    situation: 'leaves an interface of a kind that Lanista makes none of',
    mode: 'bridges',
    seen: singleNode([netInterface('bond0', { type: 'bond', comment: 'lanista range JD' })]),
    becomes: 'network NetworkLeft',
  },
  {
    situation: 'loses its own bridge first when something else is left as well',
    mode: 'bridges',
    seen: singleNode([JD, rangeBridge(7, 'JD', { ports: ['eth1'] })]),
    becomes: 'bridges of pve1 vmbr1001 (number 1)',
  },
  {
    situation: 'is not gone while a VNet is left from when there was a cluster',
    mode: 'bridges',
    seen: singleNode([], { vnets: [rangeVnet(1, 'JD')] }),
    becomes: 'network NetworkLeft',
    says: /vnet r1 \(pvesh delete \/cluster\/sdn\/vnets\/r1 && pvesh set \/cluster\/sdn\)/,
  },
  {
    situation: 'is not gone while a bridge is left from when there was a single node',
    mode: 'vnets',
    seen: three([on('pve1'), on('pve2', JD), on('pve3')], { vnets: [natVnet()] }),
    becomes: 'network NetworkLeft',
    says: /^range JD: it is to go, .* by itself .*: vmbr1001 on node pve2 \(pvesh delete .*\); look first that no guest has a NIC on it/,
  },
  {
    situation: 'is not gone while the deletion of such a bridge is only staged',
    mode: 'vnets',
    seen: three([{ ...on('pve1'), staged: stagedDeletionOf(JD) }]),
    becomes: 'network NetworkLeft',
    says: /whose deletion is staged \(pvesh set \/nodes\/pve1\/network\)/,
  },
  {
    situation: 'loses its VNet first when a bridge is left as well',
    mode: 'vnets',
    seen: three([on('pve1', JD)], { vnets: [rangeVnet(1, 'JD')] }),
    becomes: 'vnets r1 (number 1)',
  },
  {
    situation: 'is not called gone by a node that does not tell its network',
    mode: 'bridges',
    seen: singleNode([], { nodeNetworks: [] }),
    becomes: 'NodeNetworkUnknown',
  },
  {
    situation: 'waits for the only node while that is offline',
    mode: 'bridges',
    seen: singleNode([], { nodes: [node('pve1', { online: false })] }),
    becomes: 'NodeOffline',
  },
  {
    situation: 'waits for quorum',
    mode: 'vnets',
    seen: cluster({ vnets: [rangeVnet(1, 'JD')], quorate: false }),
    becomes: 'NoQuorum',
  },
]

function becomes({ seen, mode, own, scope = NAMED }: Row): readonly [what: string, message: string] {
  const order = { rangeId: 'JD', why: 'its file says so', scope }
  const plan = planRemoval(order, seen, mode, settings(own))
  switch (plan.kind) {
    case 'gone':
    case 'pool':
      return [plan.kind, '']
    case 'machines':
      return [`VMs ${plan.guests.map(({ name }) => name).join(' ')}`, '']
    case 'progressing':
      return [`progressing`, plan.finding.message]
    case 'waits':
      return [`${plan.part} ${plan.finding.reason}`, plan.finding.message]
    case 'refused':
      return [`${plan.machines ? 'machines ' : ''}${plan.finding.reason}`, plan.finding.message]
    case 'networks': {
      const { wants, number } = plan
      const what = wants.kind === 'vnets' ? wants.vnets : wants.bridges
      expect(what, 'wanted besides').to.deep.equal([])
      const where = wants.kind === 'vnets' ? '' : ` of ${wants.node}`
      return [`${wants.kind}${where} ${wants.removals.map(({ name }) => name).join(' ')} (number ${number})`, '']
    }
  }
}

describe('a range that is to go', () => {
  for (const row of rows) {
    it(row.situation, () => {
      const [what, message] = becomes(row)
      expect(what).to.equal(row.becomes)
      expect(message).to.match(row.says ?? /^/)
    })
  }

  it('has all its VMs told of as soon as one must not go, so that none is found only later', () => {
    const strange = inPool({ name: 'web' })
    const order = { rangeId: 'JD', why: 'its file says state: absent', scope: NAMED }
    const plan = planRemoval(order, withVms(DC, strange), 'vnets', settings())
    const judged = plan.kind === 'waits' ? plan.judged : undefined
    expect(judged?.map(({ guest: { vmid }, why }) => [vmid, why === undefined])).to.deep.equal([
      [DC.vmid, true],
      [strange.vmid, false],
    ])
  })
})
