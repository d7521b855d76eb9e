import { expect } from 'chai'
import type { RangeSpec } from '../../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../../model/snapshot.ts'
import type { Unseen, UnseenKind } from '../../../model/unseen.ts'
import { ansibleListOf, inventoryOf } from '../../../reconcilers/range/inventory.ts'
import {
  cluster,
  guest,
  rangeBridge,
  rangeGuest,
  rangeVnet,
  simpleZone,
  singleNode,
  vnet,
} from '../../builders/cluster.ts'
import { range, settings, vm } from '../../builders/range.ts'

const ROUTER = 'JD-router-debian11-x64'
const router = rangeGuest(3_001_254, 'JD', ROUTER)
const controller = rangeGuest(3_010_011, 'JD', 'JD-DC01', { node: 'pve2' })

const look = (specs: readonly RangeSpec[], seen: ClusterSnapshot, traits = {}) =>
  inventoryOf(specs, seen, settings(traits))
const names = (specs: readonly RangeSpec[], seen: ClusterSnapshot): readonly string[] => [
  ...look(specs, seen).hosts.keys(),
]

describe('the Ansible inventory', () => {
  it('keeps a range that Ludus made on the network that it was adopted with, when the node has got a zone, or lost it', () => {
    const made = [guest(104, { name: 'JD-DC01', pool: 'JD' })]
    const bridged = singleNode([rangeBridge(3, 'JD')], { zones: [simpleZone()], guests: made })
    expect(look([range('JD')], bridged).hosts.get('JD-DC01')).to.include({ range_second_octet: 3 })
    const vnets = [rangeVnet(3, 'JD', { tag: undefined })]
    const left = singleNode([], { vnets, guests: made })
    expect(look([range('JD')], left).hosts.get('JD-DC01')).to.include({ range_second_octet: 3 })
  })

  it("has the groups, addresses and variables of Ludus' own", () => {
    const vms = [
      vm('JD-DC01', { domainController: true }),
      vm('JD-kali', { os: 'linux', address: { vlan: 20, lastOctet: 5 }, ansibleGroups: ['attackers', 'JD-red'] }),
    ]
    const kali = rangeGuest(3_020_005, 'JD', 'JD-kali', { status: 'stopped' })
    const seen = cluster({ vnets: [rangeVnet(3, 'JD')], guests: [kali, controller, router] })
    const inventory = look([range('JD', { vms })], seen)
    expect(inventory.warnings).to.deep.equal([])
    expect(ansibleListOf(inventory)).to.deep.equal({
      all: { hosts: [ROUTER, 'JD-DC01', 'JD-kali'] },
      JD: { hosts: [ROUTER, 'JD-DC01', 'JD-kali'] },
      JD_router: { hosts: [ROUTER] },
      JD_test_range_network: { hosts: ['JD-DC01'] },
      JD_test_range_dc: { hosts: ['JD-DC01'] },
      JD_linux_endpoints: { hosts: ['JD-kali'] },
      attackers: { hosts: ['JD-kali'] },
      'JD-red': { hosts: ['JD-kali'] },
      linux: { hosts: [ROUTER, 'JD-kali'] },
      windows: { hosts: ['JD-DC01'] },
      running: { hosts: [ROUTER, 'JD-DC01'] },
      _meta: {
        hostvars: {
          [ROUTER]: {
            ansible_host: '192.0.2.103',
            proxmox_name: ROUTER,
            proxmox_vmid: 3_001_254,
            proxmox_node: 'pve1',
            proxmox_status: 'running',
            proxmox_type: 'qemu',
            proxmox_os_id: 'linux',
            range_id: 'JD',
            range_second_octet: 3,
            lanista_vlan: 1,
          },
          'JD-DC01': {
            ansible_host: '10.3.10.11',
            proxmox_name: 'JD-DC01',
            proxmox_vmid: 3_010_011,
            proxmox_node: 'pve2',
            proxmox_status: 'running',
            proxmox_type: 'qemu',
            proxmox_os_id: 'windows',
            range_id: 'JD',
            range_second_octet: 3,
            lanista_vlan: 10,
          },
          'JD-kali': {
            ansible_host: '10.3.20.5',
            proxmox_name: 'JD-kali',
            proxmox_vmid: 3_020_005,
            proxmox_node: 'pve1',
            proxmox_status: 'stopped',
            proxmox_type: 'qemu',
            proxmox_os_id: 'linux',
            range_id: 'JD',
            range_second_octet: 3,
            lanista_vlan: 20,
          },
        },
      },
    })
  })

  it('has VMs that Ludus made, on whatever VMID, once the file says the number', () => {
    const guests = [guest(104, { name: 'JD-DC01', pool: 'JD', status: 'running' })]
    const seen = cluster({ vnets: [vnet('r3', 3, undefined)], guests })
    const vars = look([range('JD', { number: 3 })], seen).hosts.get('JD-DC01')
    expect(vars).to.include({ proxmox_vmid: 104, ansible_host: '10.3.10.11' })
  })

  it('finds the number of a range on the bridges of a single node', () => {
    const seen = singleNode([rangeBridge(7, 'JD')], { guests: [rangeGuest(7_010_011, 'JD', 'JD-DC01')] })
    expect(look([range('JD')], seen).hosts.get('JD-DC01')?.ansible_host).to.equal('10.7.10.11')
  })

  it('still has the VMs of ranges whose zone is broken or whose cluster has no quorum', () => {
    const seen = cluster({ zones: [], quorate: false, vnets: [rangeVnet(3, 'JD')], guests: [router, controller] })
    expect(names([range('JD')], seen)).to.deep.equal([ROUTER, 'JD-DC01'])
  })

  it('leaves out VMs that do not exist yet, are being cloned, or have no name yet', () => {
    const vms = [vm('JD-a'), vm('JD-b', { address: { vlan: 10, lastOctet: 12 } })]
    const guests = [
      rangeGuest(3_010_011, 'JD', 'JD-a', { lock: 'clone', status: 'stopped' }),
      guest(3_010_012, { name: undefined, pool: 'JD', status: 'unknown' }),
    ]
    const seen = cluster({ vnets: [rangeVnet(3, 'JD')], guests })
    expect(look([range('JD', { vms })], seen)).to.deep.include({ hosts: new Map(), warnings: [] })
  })

  it('leaves out strangers of the same name, and says so', () => {
    const stranger = guest(500, { name: 'JD-DC01', pool: 'lab' })
    const { hosts, warnings } = look(
      [range('JD')],
      cluster({ vnets: [rangeVnet(3, 'JD')], guests: [router, stranger] }),
    )
    expect([...hosts.keys()]).to.deep.equal([ROUTER])
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.match(/^range JD: vm JD-DC01: VM 500 on pve1 has that name and is in pool lab/)
  })

  it('leaves out a range without a number, and one whose number is in doubt, and says so', () => {
    const twice = [rangeVnet(3, 'KT'), rangeVnet(4, 'KT')]
    const { hosts, warnings } = look([range('JD'), range('KT')], cluster({ vnets: twice }))
    expect([...hosts.keys()]).to.deep.equal([])
    expect(warnings).to.have.length(2)
    expect(warnings[0]).to.match(/^range JD: it has no number yet, so it is left out; /)
    expect(warnings[1]).to.match(/^range KT: networks or VMs of the numbers 3 and 4 carry its mark; /)
  })

  it('keeps the first of two VMs of one name in different ranges, and says so', () => {
    const guests = [rangeGuest(3_010_011, 'JD', 'x'), rangeGuest(4_010_011, 'KT', 'x')]
    const seen = cluster({ vnets: [rangeVnet(3, 'JD'), rangeVnet(4, 'KT')], guests })
    const { hosts, warnings } = look([range('KT', { vms: [vm('x')] }), range('JD', { vms: [vm('x')] })], seen)
    expect(hosts.get('x')?.ansible_host).to.equal('10.3.10.11')
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.match(/^range KT: its vm x is left out, since range JD has one of that name/)
  })

  it('leaves out names that can be no group, such as _meta, and keeps __proto__ a mere name', () => {
    const vms = [vm('JD-DC01', { ansibleGroups: ['_meta', '', 'a\nb', '__proto__', 'all'] })]
    const inventory = look([range('JD', { vms })], cluster({ vnets: [rangeVnet(3, 'JD')], guests: [controller] }))
    const list: unknown = JSON.parse(JSON.stringify(ansibleListOf(inventory)))
    expect(list).to.have.all.keys('all', 'JD', 'JD_windows_endpoints', 'windows', 'running', '_meta', '__proto__')
    expect(inventory.groups.get('all')).to.deep.equal(['JD-DC01'])
    expect(inventory.warnings).to.deep.equal(
      ['_meta', '', 'a\\nb'].map(
        (name) =>
          `ansible_groups: "${name}" can't be the name of a group and is left out; use letters, digits and underscores`,
      ),
    )
  })

  it('warns of VMs that may be missing, and of a range whose number is not shown', () => {
    const lacks = (what: UnseenKind, right: string, path: string): Unseen => ({ what, right, path, remedy: 'grant it' })
    const blind = { ...cluster({ vnets: [rangeVnet(3, 'JD')] }), unseen: [lacks('guests', 'VM.Audit', '/vms')] }
    expect(look([range('JD')], blind).warnings.join()).to.match(
      /^VMs may be missing here: range JD: .*VM\.Audit on \/vms/,
    )
    const shown = { ...cluster({ vnets: [rangeVnet(3, 'JD')], guests: [controller, router] }), unseen: blind.unseen }
    expect(look([range('JD', { vms: [vm('JD-DC01')] })], shown).warnings).to.deep.equal([])
    const numberless = { ...cluster({}), unseen: [lacks('sdn', 'SDN.Audit', '/sdn/zones')] }
    expect(look([range('JD')], numberless).warnings.join()).to.match(/^it is left out: range JD: .*SDN\.Audit on \/sdn/)
  })
})
