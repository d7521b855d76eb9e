import { expect } from 'chai'
import type { MachineRead } from '../../../model/machine-ports.ts'
import { configPatchOf } from '../../../reconcilers/vm/config-patch.ts'
import { router, vm } from '../../builders/range.ts'

const read = (config: Readonly<Record<string, string>> = {}, tags: readonly string[] = []): MachineRead => ({
  vmid: 3_010_011,
  node: 'pve1',
  name: 'JD-DC01',
  running: false,
  uptimeSeconds: 0,
  paused: false,
  template: false,
  lock: undefined,
  tags,
  config: { net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1', ...config },
  digest: 'abc',
})
const NETWORKS = { rangeId: 'JD', names: { nat: 'ludusnat', range: 'r3' }, vlans: [10, 20] }

describe('configPatchOf', () => {
  it('writes what the file asks for, in Proxmox units', () => {
    const { set, digest } = configPatchOf(
      vm('JD-DC01', { cpus: 4, memoryMiB: 8192, balloonMiB: 1024 }),
      NETWORKS,
      read(),
    )
    expect(set).to.include({ cores: 4, vcpus: 4, memory: 8192, balloon: 1024 })
    expect(digest).to.equal('abc')
  })

  it("puts net0 on the range's VNet with the VLAN, and keeps the MAC of the clone", () => {
    const { set } = configPatchOf(vm('JD-DC01'), NETWORKS, read())
    expect(set['net0']).to.equal('virtio=BC:24:11:00:00:01,bridge=r3,tag=10')
    expect(set).not.to.have.property('net1')
  })

  it('keeps the MAC when the model changes, as for antisandbox templates', () => {
    const hidden = vm('JD-DC01', { template: 'win10-antisandbox-template' })
    expect(configPatchOf(hidden, NETWORKS, read()).set['net0']).to.match(/^e1000=BC:24:11:00:00:01,/)
  })

  it('lets Proxmox choose a MAC for a NIC that the clone lacks', () => {
    const bare = configPatchOf(vm('JD-DC01'), NETWORKS, { ...read(), config: {} })
    expect(bare.set['net0']).to.equal('virtio,bridge=r3,tag=10')
  })

  it('gives the router the NAT network, then a NIC for each VLAN in ascending order', () => {
    const { set } = configPatchOf(router('JD'), NETWORKS, read({ net1: 'virtio=BC:24:11:00:00:02,bridge=vmbr0' }))
    expect([set['net0'], set['net1'], set['net2'], set['net3']]).to.deep.equal([
      'virtio=BC:24:11:00:00:01,bridge=ludusnat',
      'virtio=BC:24:11:00:00:02,bridge=r3,tag=10',
      'virtio,bridge=r3,tag=20',
      undefined,
    ])
  })

  it('switches the tablet on for Windows and macOS only', () => {
    const tabletOf = (os: 'windows' | 'linux' | 'macos') =>
      configPatchOf(vm('x', { os }), NETWORKS, read()).set['tablet']
    expect((['windows', 'macos', 'linux'] as const).map(tabletOf)).to.deep.equal([1, 1, 0])
  })

  it("removes the install CD and keeps disks and cloud-init's drive", () => {
    const drives = {
      ide0: 'local:vm-9000-cloudinit,media=cdrom',
      ide2: 'local:iso/win.iso,media=cdrom,size=5G',
      sata3: 'none,media=cdrom',
      scsi0: 'shared:base-9000-disk-0,size=32G',
      boot: 'order=scsi0;ide2',
      description: 'ide2: media=cdrom',
    }
    expect(configPatchOf(vm('x'), NETWORKS, read(drives)).delete).to.deep.equal(['ide2', 'sata3'])
    expect(configPatchOf(vm('x'), NETWORKS, read()).delete).to.deep.equal([])
  })

  it("adds its tags to the template's, in Proxmox' order and lower case", () => {
    const { set } = configPatchOf(vm('x'), NETWORKS, read({}, ['windows', 'lanista']))
    expect(set['tags']).to.equal('jd;lanista;windows')
  })

  it('says in the notes that it is configured, and leaves those that a person wrote', () => {
    const notesAfter = (description?: string): unknown =>
      configPatchOf(vm('x', { os: 'linux' }), NETWORKS, read(description === undefined ? {} : { description })).set[
        'description'
      ]
    const ours = '{"groups":["JD","JD_linux_endpoints"],"lanista":{"range":"JD","vmid":3010011,"configured":true}}'
    expect(notesAfter()).to.equal(ours)
    expect(notesAfter(ours.replace('true', 'false'))).to.equal(ours)
    expect(notesAfter('{"groups":["JD"]}\n'), 'as an earlier Lanista wrote them').to.equal(ours)
    expect(notesAfter('of Ann, keep')).to.equal(undefined)
  })

  it('writes the same again over what it wrote', () => {
    const first = configPatchOf(vm('x'), NETWORKS, read())
    const written = { net0: String(first.set['net0']), description: String(first.set['description']) }
    const after = read(written, String(first.set['tags']).split(';'))
    expect(configPatchOf(vm('x'), NETWORKS, after)).to.deep.equal(first)
  })
})
