import { expect } from 'chai'
import type { GuestNics } from '../../../model/guest-nics.ts'
import type { ClusterSnapshot, GuestSeen } from '../../../model/snapshot.ts'
import type { MigrationSeen } from '../../../reconcilers/migration/migration-seen.ts'
import { planMigration } from '../../../reconcilers/migration/plan-migration.ts'
import type { MigrationScope } from '../../../reconcilers/migration/pools-to-move.ts'
import {
  cluster,
  guest,
  natBridge,
  natVnet,
  netInterface,
  node,
  nodeNetwork,
  rangeVnet,
  simpleZone,
  unseen,
  vnet,
} from '../../builders/cluster.ts'
import { settings } from '../../builders/range.ts'

const PVE1 = node('pve1')
const ALL: MigrationScope = { ranges: [], pools: [] }
/** A single node with the bridges of Ludus 2, and a simple zone. */
const installation = (traits: Partial<ClusterSnapshot> = {}): ClusterSnapshot =>
  cluster({
    nodes: [PVE1],
    zones: [simpleZone({ mtu: 1400 })],
    nodeNetworks: [
      nodeNetwork(PVE1, {
        interfaces: [netInterface('vmbr0'), natBridge(), netInterface('vmbr1001', { vlanAware: true })],
      }),
    ],
    ...traits,
  })

const card = (bridge: string, more = ''): string => `virtio=BC:24:11:00:00:01,bridge=${bridge}${more}`
const machine = (
  vmid: number,
  pool: string | undefined,
  nics: Readonly<Record<string, string>>,
  traits: Partial<GuestSeen> = {},
): GuestNics => ({ guest: guest(vmid, { pool, status: 'running', ...traits }), nics, waiting: [], snapshots: {} })
const ROUTER = machine(100, 'AB', { net0: card('vmbr1000', ',tag=1'), net1: card('vmbr1001', ',tag=10') })
const VM = machine(101, 'AB', { net0: card('vmbr1001', ',firewall=1,tag=10') })
const plan = (guests: readonly GuestNics[], traits: Partial<MigrationSeen> = {}, scope = ALL) =>
  planMigration(
    { snapshot: installation(), unread: [], files: new Map([['AB', 1]]), guests, ...traits },
    scope,
    settings(),
  )
const inTheWay = (...args: Parameters<typeof plan>): string =>
  plan(...args)
    .pools.flatMap(({ obstacles }) => obstacles)
    .map(({ message }) => message)
    .join(' | ')

describe('planMigration', () => {
  it('moves machines first and routers last, and changes nothing of a NIC but its bridge', () => {
    const { pools, networks, obstacles } = plan([ROUTER, VM])
    expect(obstacles).to.deep.equal([])
    expect(networks.map((action) => ('vnet' in action ? action.vnet : action.kind))).to.deep.equal([
      'ludusnat',
      'r1',
      'apply-sdn',
    ])
    const moves = pools.map(({ pool, number, vms }) => [pool, number, vms.map(({ vmid, router }) => [vmid, router])])
    expect(moves).to.deep.equal([
      [
        'AB',
        1,
        [
          [101, false],
          [100, true],
        ],
      ],
    ])
    expect(pools[0]?.vms[0]?.nics).to.deep.equal([
      {
        key: 'net0',
        from: 'vmbr1001',
        to: 'r1',
        before: 'virtio=BC:24:11:00:00:01,bridge=vmbr1001,firewall=1,tag=10',
        after: 'virtio=BC:24:11:00:00:01,bridge=r1,firewall=1,tag=10',
      },
    ])
  })

  it('tells which VMs keep the old MTU: those that run with a card that is told it at its start', () => {
    const rebootOf = (nic: string, traits: Partial<GuestSeen> = {}) =>
      plan([machine(101, 'AB', { net0: nic }, traits)]).pools[0]?.vms[0]?.reboot
    expect(rebootOf(card('vmbr1001'))).to.equal(true)
    expect(rebootOf(card('vmbr1001', ',mtu=1'))).to.equal(true)
    expect(rebootOf(card('vmbr1001', ',mtu=1300'))).to.equal(false)
    expect(rebootOf('e1000=BC:24:11:00:00:01,bridge=vmbr1001')).to.equal(false)
    expect(rebootOf(card('vmbr1001'), { status: 'stopped' })).to.equal(false)
    const same = { snapshot: installation({ zones: [simpleZone()] }) }
    expect(plan([VM], same).pools[0]?.vms[0]?.reboot).to.equal(false)
  })

  const two = machine(101, 'AB', { net0: card('vmbr1001'), net1: card('vmbr1002') })
  const rows: readonly [string, readonly GuestNics[], Partial<MigrationSeen>, RegExp][] = [
    [
      'a locked VM',
      [{ ...VM, guest: { ...VM.guest, lock: 'backup' } }],
      {},
      /vm vm101: Proxmox holds it locked \(backup/,
    ],
    [
      'a VM whose memory is kept on a disk, which unlocking would throw away',
      [{ ...VM, guest: { ...VM.guest, status: 'stopped', lock: 'suspended' } }],
      {},
      /locked \(suspended\); its memory is kept on a disk: resume it \(qm start 101 on pve1\)/,
    ],
    ['a NIC with trunks', [machine(101, 'AB', { net0: card('vmbr1001', ',trunks=2;3') })], {}, /net0 has trunks/],
    [
      'an MTU above the zone',
      [machine(101, 'AB', { net0: card('vmbr1001', ',mtu=1500') })],
      {},
      /1500, above the 1400/,
    ],
    ['a change that waits for a boot', [{ ...VM, waiting: ['net0'] }], {}, /another change of its net0 waits/],
    [
      'a NIC that is to be on a range bridge after its next boot',
      [VM, { ...machine(102, 'AB', { net0: card('vmbr0') }), waiting: ['net0'], coming: { net0: card('vmbr1001') } }],
      {},
      /vm102: another change of its net0 waits/,
    ],
    ['a NIC without a MAC', [machine(101, 'AB', { net0: 'virtio,bridge=vmbr1001' })], {}, /its net0 has no MAC/],
    ['a VM on two range bridges', [two], {}, /several range bridges \(vmbr1001, vmbr1002\)/],
    [
      'another range on its bridge',
      [VM, machine(102, 'KL', { net0: card('vmbr1001') })],
      {},
      /VMs of KL are on its bridge/,
    ],
    ['another number in its file', [VM], { files: new Map([['AB', 5]]) }, /range_number 5, .* vmbr1001; say 1 there/],
    [
      'a VM that can not be read',
      [VM],
      { unread: [{ guest: guest(103, { pool: 'AB' }), why: 'its node pve1 is offline' }] },
      /VM 103 on pve1 can't be read: its node pve1 is offline/,
    ],
    [
      'a router with a VLAN, and a NAT VNet that takes none',
      [ROUTER],
      { snapshot: installation({ vnets: [natVnet({ tag: undefined, vlanAware: false })] }) },
      /net0 has VLAN 1, and vnet ludusnat is not VLAN-aware/,
    ],
    [
      "a VNet of its number that is somebody else's",
      [VM],
      { snapshot: installation({ vnets: [vnet('r1', undefined, 'office')] }) },
      /vnet r1: it exists and its alias is "office"/,
    ],
  ]
  for (const [what, guests, traits, message] of rows)
    it(`leaves a range whole that has ${what}`, () => {
      expect(inTheWay(guests, traits)).to.match(message)
      expect(plan(guests, traits).wants.vnets.map(({ name }) => name)).not.to.include('r1')
    })

  it('moves nothing while the zone is unusable, or the SDN is hidden', () => {
    const reasons = (snapshot: ClusterSnapshot) => plan([VM], { snapshot }).obstacles.map(({ reason }) => reason)
    expect(reasons(installation({ zones: [] }))).to.deep.equal(['ZoneMissing'])
    const lack = unseen('sdn', '/sdn/zones/office', 'SDN.Audit')
    expect(reasons(installation({ unseen: [lack] }))).to.include('NotVisible')
  })

  it("moves Ludus' own pools, named pools, and only the ranges that are asked for", () => {
    const guests = [
      VM,
      machine(102, 'KL', { net0: card('vmbr1002') }),
      machine(103, 'ADMIN', { net0: card('vmbr1000') }),
      machine(104, 'office', { net0: card('vmbr1000') }),
    ]
    const poolsOf = (scope: MigrationScope) => plan(guests, {}, scope).pools.map(({ pool }) => pool)
    expect(poolsOf(ALL)).to.deep.equal(['AB', 'ADMIN', 'KL'])
    expect(poolsOf({ ranges: ['KL'], pools: ['office'] })).to.deep.equal(['KL', 'office'])
    expect(plan(guests).remarks).to.deep.equal([
      'VM 104 (vm104) on pve1 has net0 on vmbr1000 and stays there; it is in pool office, which is not moved; move its NIC yourself, or name the pool with --pool or --range',
    ])
  })

  it('tells of containers, of guests in no pool, and of snapshots that would bring a bridge back', () => {
    const container = machine(110, 'AB', { net0: 'name=eth0,bridge=vmbr1001' }, { kind: 'lxc' })
    const stranger = machine(111, undefined, { net0: card('vmbr1001') })
    const { pools, remarks } = plan([{ ...VM, snapshots: { before: VM.nics } }, container, stranger])
    expect(remarks.join(' | ')).to.match(/VM 111 .* it is in no pool.* container 110 .* pct set 110 /)
    expect(pools[0]?.remarks[0]).to.match(/^VM 101 \(vm101\) on pve1: its snapshot before has net0 on vmbr1001/)
  })

  it('gives everybody the right on a VNet who has one on its bridge, and nobody twice', () => {
    const right = { kind: 'user', role: 'PVESDNUser', propagate: true } as const
    const path = '/sdn/zones/localnetwork/vmbr1001'
    const acl = [
      { ...right, who: 'ann@pve', path },
      { ...right, who: 'bob@pve', path },
      { ...right, who: 'bob@pve', path: '/sdn/zones/ludus/r1' },
      { ...right, who: 'cy@pve', path },
      { ...right, who: 'cy@pve', path: '/', role: 'PVEAuditor' },
      { ...right, who: 'dee@pve', path, role: 'NoAccess' },
      // What is said of the bridge itself prevails, and who may only look is not let in.
      { ...right, who: 'dee@pve', path: '/sdn/zones/localnetwork' },
      { ...right, who: 'eve@pve', path, role: 'PVEAuditor' },
      { ...right, who: 'fay@pve', path, role: 'OwnRole' },
    ]
    expect(plan([VM], { snapshot: installation({ acl }) }).grants).to.deep.equal([
      { path: '/sdn/zones/ludus/r1', kind: 'user', who: 'ann@pve', role: 'PVESDNUser' },
      { path: '/sdn/zones/ludus/r1', kind: 'user', who: 'cy@pve', role: 'PVEAuditor,PVESDNUser' },
    ])
  })

  it('gives a right once for all ranges, in the zone of the NAT VNet, and also when all has moved', () => {
    const path = '/sdn/zones/localnetwork'
    const right = { kind: 'group', role: 'PVESDNUser', propagate: true, who: 'class' } as const
    const acl = ['vmbr1000', 'vmbr1001'].map((bridge) => ({ ...right, path: `${path}/${bridge}` }))
    const vnets = [natVnet({ zone: 'nat', tag: undefined }), rangeVnet(1, 'AB', { tag: undefined })]
    const wanted = ['/sdn/zones/nat/ludusnat', '/sdn/zones/ludus/r1'].map((at) => ({
      path: at,
      kind: 'group',
      who: 'class',
      role: 'PVESDNUser',
    }))
    const nexus = (bridge: string) => machine(103, 'ADMIN', { net0: card(bridge) })
    const grants = (guests: readonly GuestNics[], more: typeof acl = [], scope = ALL) =>
      plan(guests, { snapshot: installation({ acl: [...acl, ...more], vnets }) }, scope).grants
    expect(grants([ROUTER, nexus('vmbr1000')])).to.deep.equal(wanted)
    const moved = machine(100, 'AB', { net0: card('ludusnat'), net1: card('r1') })
    expect(grants([moved, nexus('ludusnat')])).to.deep.equal(wanted)
    expect(grants([moved], [], { ranges: ['CD'], pools: [] })).to.deep.equal([])
    expect(
      grants(
        [moved],
        [
          { ...right, path: '/sdn/zones/ludus' },
          { ...right, path: '/sdn/zones/nat' },
        ],
      ),
    ).to.deep.equal([])
  })

  it('is empty of an installation that has moved', () => {
    const moved = [
      machine(100, 'AB', { net0: card('ludusnat', ',tag=1'), net1: card('r1', ',tag=10') }),
      machine(101, 'AB', { net0: card('r1', ',tag=10') }),
    ]
    const vnets = [natVnet({ tag: undefined }), rangeVnet(1, 'AB', { tag: undefined })]
    const { pools, networks, obstacles } = plan(moved, { snapshot: installation({ vnets }) })
    expect([pools, networks, obstacles]).to.deep.equal([[], [], []])
  })
})
