import { expect } from 'chai'
import { z } from 'zod'
import { guestBench, type Bench } from './bench.ts'

const recordOf = (data: unknown) => z.record(z.string(), z.unknown()).parse(data)
const rowsOf = (data: unknown) => z.array(z.record(z.string(), z.unknown())).parse(data)

const path = '/nodes/pve1/lxc/105'
const CARD = 'name=eth0,bridge=vmbr1001,hwaddr=02:00:00:00:00:01,ip=dhcp,tag=10,type=veth'
const MOVED = CARD.replace('vmbr1001', 'r1')

const noVlans = 'vm vlans are not allowed on vnet plain at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 246.'

/** Containers beside VMs (from the sources of pve-container 6.1). */
describe("the simulator's containers", () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench({
      nodes: [{ name: 'pve1' }, { name: 'pve2' }],
      vnets: [
        { name: 'r1', tag: 1, vlan_aware: true },
        { name: 'plain', tag: 2 },
      ],
      templates: [{ name: 'debian', vmid: 9000 }],
      guests: [
        {
          kind: 'lxc',
          name: 'ct',
          vmid: 105,
          node: 'pve1',
          pool: 'SHARED',
          tags: ['old'],
          running: true,
          nics: [CARD],
          snapshots: [{ name: 's1', nics: ['name=eth0,bridge=vmbr1000'] }],
        },
        { name: 'vm', vmid: 106, node: 'pve1', pool: 'SHARED' },
      ],
    })
    bench.addBridge('pve1', 'vmbr1001', true)
  })
  afterEach(() => bench.close())

  const get = async (at: string, params = {}) => (await bench.ask('GET', at, params)).data
  const put = (params: Record<string, string | number>, as?: string) => bench.ask('PUT', `${path}/config`, params, as)
  const nic = (key = 'net0') => bench.guest(105).config.get(key)
  const loose = () => [...(bench.guest(105).running?.loose ?? [])]
  const ports = async (bridge: string) => {
    const bridges = rowsOf(await get('/nodes/pve1/sdn/zones/ludus/bridges'))
    return bridges.find(({ name }) => name === bridge)?.['ports']
  }

  it('are listed beside VMs, each kind in its own place', async () => {
    await bench.clock.advance(10_000)
    const kinds = (rows: unknown) => rowsOf(rows).map(({ id, type, name, status }) => [id, type, name, status])
    const ct = ['lxc/105', 'lxc', 'ct', 'running']
    const vm = ['qemu/106', 'qemu', 'vm', 'stopped']
    expect(kinds(await get('/cluster/resources', { type: 'vm' }))).to.deep.include.members([ct, vm])
    const members = async (params = {}) => kinds(recordOf(await get('/pools/SHARED', params))['members'])
    expect(await members()).to.deep.equal([ct, vm])
    expect(await members({ type: 'lxc' })).to.deep.equal([ct])
    expect(await members({ type: 'qemu' })).to.deep.equal([vm])
    const [row, ...more] = rowsOf(await get('/nodes/pve1/lxc'))
    expect(row).to.include({ vmid: 105, type: 'lxc', name: 'ct', status: 'running', tags: 'old', maxswap: 536_870_912 })
    expect(more).to.deep.equal([])
    expect(rowsOf(await get('/nodes/pve1/qemu')).map(({ vmid }) => vmid)).not.to.include(105)
    expect(await get(`${path}/status/current`)).to.deep.include({ vmid: 105, ha: { managed: 0 } })
  })

  it('tell their configuration, with numbers as numbers, and that of their snapshots', async () => {
    const config = recordOf(await get(`${path}/config`))
    expect(config).to.include({ hostname: 'ct', memory: 2048, net0: CARD, tags: 'old', parent: 's1' })
    expect(config['digest']).to.match(/^[0-9a-f]{40}$/)
    const old = CARD.replace('vmbr1001', 'vmbr1000').replace('ip=dhcp,tag=10,', '')
    expect(await get(`${path}/snapshot/s1/config`)).to.include({ net0: old })
    expect(await get(`${path}/config`, { snapshot: 's1' })).to.include({ net0: old })
    expect(rowsOf(await get(`${path}/snapshot`)).map(({ name, parent }) => [name, parent])).to.deep.equal([
      ['s1', undefined],
      ['current', 's1'],
    ])
    expect((await bench.ask('GET', `${path}/snapshot/s2/config`)).reason).to.equal(`snapshot 's2' does not exist`)
  })

  it('share the space of VMIDs with VMs, and are none', async () => {
    expect(await get('/cluster/nextid')).to.equal('100')
    expect((await bench.ask('GET', '/cluster/nextid', { vmid: 105 })).status).to.equal(400)
    const noFile = (kind: string, vmid: number) => `Configuration file 'nodes/pve1/${kind}/${vmid}.conf' does not exist`
    expect((await bench.ask('GET', '/nodes/pve1/qemu/105/config')).reason).to.equal(noFile('qemu-server', 105))
    expect((await bench.ask('GET', '/nodes/pve1/lxc/106/config')).reason).to.equal(noFile('lxc', 106))
    expect((await bench.run('POST', '/nodes/pve1/qemu/105/status/stop')).end?.status).to.equal(
      noFile('qemu-server', 105),
    )
    expect((await bench.run('POST', '/nodes/pve1/qemu/9000/clone', { newid: 105 })).end?.status).to.match(
      /^close \(rename\) atomic file '.*' failed: File exists$/,
    )
    expect((await bench.ask('POST', '/nodes/pve2/qemu', { vmid: 105 })).reason).to.equal(
      `unable to create VM 105 - CT 105 already exists on node 'pve1'`,
    )
    expect(bench.guest(105).kind).to.equal('lxc')
  })

  it('change the bridge of a NIC while they run, and only that', async () => {
    const { digest } = recordOf(await get(`${path}/config`))
    expect((await put({ net0: MOVED, digest: String(digest) })).status).to.equal(200)
    expect(nic()).to.equal(MOVED)
    expect(await ports('r1')).to.deep.include({
      name: 'veth105i0',
      vmid: '105',
      index: 'net0',
      primary_vlan: 10,
      vlans: [],
    })
    expect((await put({ net0: CARD, digest: String(digest) })).reason).to.equal(
      'detected modified configuration - file changed by other user? Try again.',
    )
  })

  for (const [what, card, text] of [
    ['a bridge that is not there', 'bridge=nosuch', 'interface nosuch does not exist'],
    ['VLANs where there are none', 'bridge=plain', noVlans],
  ] as const)
    it(`are put back on their bridge when told to use ${what}, and nothing waits`, async () => {
      const { errors } = await put({ net0: CARD.replace('bridge=vmbr1001', card), memory: 1024 })
      expect(errors).to.deep.equal({ net0: `unable to hotplug net0: ${text}\n\n` })
      expect([nic(), loose(), bench.guest(105).pending.size]).to.deep.equal([CARD, [], 0])
      expect(bench.guest(105).config.get('memory')).to.equal(2048)
    })

  it('are on no bridge when the old one is gone as well', async () => {
    const node = bench.world.nodes.get('pve1')!
    node.bridges = new Map([...node.bridges].filter(([name]) => name !== 'vmbr1001'))
    expect((await put({ net0: CARD.replace('vmbr1001', 'nosuch') })).status).to.equal(400)
    expect([nic(), loose()]).to.deep.equal([CARD, ['net0']])
  })

  it('get a new MAC when none is given, and lose the NIC when its bridge is not there', async () => {
    await put({ net0: 'name=eth0,bridge=r1' })
    expect(nic()).to.match(/^name=eth0,bridge=r1,hwaddr=BC:24:11:.*,type=veth$/)
    const { errors } = await put({ net0: 'name=eth0,bridge=nosuch' })
    expect(errors).to.deep.equal({ net0: "unable to hotplug net0: bridge 'nosuch' does not exist\n" })
    expect(nic()).to.equal(undefined)
    expect(await get(`${path}/config`)).to.include({ net0: 'name=eth0,bridge=nosuch' })
    expect(await get(`${path}/config`, { current: 1 })).not.to.have.property('net0')
  })

  it('take anything while they are off, but no MTU above the bridge', async () => {
    bench.guest(105).running = undefined
    expect((await put({ net0: CARD.replace('vmbr1001', 'nosuch'), net1: 'name=eth1' })).status).to.equal(200)
    expect(nic()).to.equal(CARD.replace('vmbr1001', 'nosuch'))
    expect((await put({ net0: `${MOVED},mtu=1500` })).reason).to.equal(
      "net0: MTU size '1500' is bigger than bridge MTU '1450'",
    )
    expect((await put({ net0: `${CARD.replace('vmbr1001', 'nosuch')},mtu=1400` })).reason).to.equal(
      "bridge 'nosuch' does not exist",
    )
  })

  it('refuse what they do not know, what is missing, and anything while they are locked', async () => {
    expect((await put({ net0: 'bridge=r1' })).errors['net0']).to.include('net0.name: property is missing')
    expect((await put({ net0: 'name=eth0,model=virtio' })).errors['net0']).to.include('invalid key')
    expect((await put({})).reason).to.equal('no options specified')
    expect((await put({ delete: 'memory' })).reason).to.equal(`unable to delete required option 'memory'`)
    bench.guest(105).config.set('lock', 'backup')
    expect((await put({ net0: MOVED })).reason).to.equal('CT is locked (backup)')
  })

  it('let a NIC be moved only by who may use both bridges', async () => {
    const path = '/vms/105'
    const may = (name: string, bridges: Record<string, string>) =>
      bench.tokenWith(name, { [path]: 'VM.Config.Network VM.Audit', ...bridges })
    const [old, vnet] = ['/sdn/zones/localnetwork/vmbr1001/10', '/sdn/zones/ludus/r1']
    const reason = async (token: string) => (await put({ net0: MOVED }, token)).reason
    expect(await reason(may('new', { [vnet]: 'SDN.Use' }))).to.equal(`Permission check failed (${old}, SDN.Use)`)
    expect(await reason(may('old', { [old]: 'SDN.Use' }))).to.equal(`Permission check failed (${vnet}/10, SDN.Use)`)
    const both = may('both', { [old]: 'SDN.Use', [vnet]: 'SDN.Use' })
    expect((await put({ net0: MOVED, memory: 512 }, both)).reason).to.equal(
      'Permission check failed (/vms/105, VM.Config.Memory)',
    )
    expect(await reason(both)).to.equal('OK')
    const blind = bench.tokenWith('blind', { '/vms/106': 'VM.Audit' })
    expect((await bench.ask('GET', '/nodes/pve1/lxc', {}, blind)).data).to.deep.equal([])
  })

  it('lose what hung on a bridge that was deleted and made again', async () => {
    await put({ net0: MOVED })
    const node = bench.world.nodes.get('pve1')!
    node.bridges = new Map([...node.bridges].filter(([name]) => name !== 'r1'))
    await bench.run('PUT', '/cluster/sdn')
    await bench.clock.advance(60_000)
    expect(await ports('r1')).to.deep.equal([{ name: 'vxlan_r1', primary_vlan: 1, vlans: ['2-4094'] }])
    await put({ net0: MOVED.replace('tag=10', 'tag=11') })
    expect(await ports('r1')).to.deep.include({
      name: 'veth105i0',
      vmid: '105',
      index: 'net0',
      primary_vlan: 11,
      vlans: [],
    })
  })
})
