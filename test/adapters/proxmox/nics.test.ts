import { expect } from 'chai'
import { connected, type Connected } from './connected.ts'
import { failing } from './failing.ts'
import { refusal } from './fake-api.ts'

const guest = (vmid: number, kind: 'qemu' | 'lxc' = 'qemu') =>
  ({ kind, vmid, node: 'pve1', name: `vm${vmid}` }) as const

describe('the NICs on a network', () => {
  let at: Connected
  afterEach(() => at.close())

  it('are those that are there and those that come with the next start, of machines and containers', async () => {
    at = await connected({
      'GET /nodes/pve1/qemu/101/pending': {
        data: [
          { key: 'net0', value: 'virtio=BC:24:11:00:00:01,bridge=r3,tag=10' },
          { key: 'net1', value: 'virtio=BC:24:11:00:00:02,bridge=r31' },
          { key: 'description', value: 'bridge=r3' },
        ],
      },
      'GET /nodes/pve1/qemu/102/pending': {
        data: [{ key: 'net0', value: 'virtio=X,bridge=vmbr0', pending: 'virtio=X,bridge=r3' }],
      },
      'GET /nodes/pve1/qemu/103/pending': {
        data: [{ key: 'net0', value: 'virtio=X,bridge=r3', pending: 'virtio=X,bridge=vmbr0' }],
      },
      'GET /nodes/pve1/qemu/104/pending': { data: [{ key: 'net0', value: 'virtio=X,bridge=vmbr0' }] },
      'GET /nodes/pve1/lxc/105/pending': {
        data: [
          { key: 'net0', value: 'name=eth0,bridge=r3,ip=dhcp', pending: 'name=eth0,bridge=r4,ip=dhcp' },
          { key: 'hostname', value: 'ct' },
        ],
      },
    })
    const guests = [guest(105, 'lxc'), guest(104), guest(103), guest(102), guest(101)]
    const nics = await at.proxmox.nics.on('r3', guests, at.signal)
    expect(nics.map(({ vmid, nic }) => `${vmid} ${nic}`)).to.deep.equal([
      '101 net0',
      '102 net0',
      '103 net0',
      '105 net0',
    ])
    expect(nics[0]?.name).to.equal('vm101')
  })

  const TAKEN = {
    status: 400,
    reason: 'Parameter verification failed.',
    body: { data: null, errors: { vmid: 'VM 101 already exists' }, message: 'Parameter verification failed.\n' },
  }
  const NOT_HERE = refusal(500, "Configuration file 'nodes/pve1/qemu-server/101.conf' does not exist")

  it('are not known when one guest can not be read, but for one that is gone from the cluster', async () => {
    at = await connected({
      'GET /nodes/pve1/qemu/101/pending': NOT_HERE,
      'GET /nodes/pve1/qemu/102/pending': refusal(595, 'No route to host'),
      'GET /cluster/resources': { data: [] },
      'GET /cluster/nextid': [{ data: '101' }, { data: '101' }, TAKEN],
    })
    expect(await at.proxmox.nics.on('r3', [guest(101)], at.signal)).to.deep.equal([])
    expect((await failing(at.proxmox.nics.on('r3', [guest(101), guest(102)], at.signal))).kind).to.equal(
      'node-unreachable',
    )
    // No list shows it, and its VMID is not free: it is hidden.
    expect((await failing(at.proxmox.nics.on('r3', [guest(101)], at.signal))).kind).to.equal('not-found')
  })

  it('are looked for where a guest was migrated to since it was seen', async () => {
    at = await connected({
      'GET /nodes/pve1/qemu/101/pending': NOT_HERE,
      'GET /cluster/resources': { data: [{ type: 'qemu', vmid: 101, node: 'pve2' }] },
      'GET /nodes/pve2/qemu/101/pending': { data: [{ key: 'net0', value: 'virtio=X,bridge=r3' }] },
    })
    expect(await at.proxmox.nics.on('r3', [guest(101)], at.signal)).to.deep.equal([
      { vmid: 101, name: 'vm101', nic: 'net0' },
    ])
  })

  it('are not known of a guest that its node says is not there and the cluster says is', async () => {
    at = await connected({
      'GET /nodes/pve1/qemu/101/pending': NOT_HERE,
      'GET /cluster/resources': { data: [{ type: 'qemu', vmid: 101, node: 'pve1' }] },
    })
    expect((await failing(at.proxmox.nics.on('r3', [guest(101)], at.signal))).kind).to.equal('not-found')
  })
})
