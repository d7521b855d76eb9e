import { expect } from 'chai'
import { guestBench, type Bench } from './bench.ts'

const path = '/nodes/pve2/qemu/301'
const script = '/usr/libexec/qemu-server/pve-bridge'

const noVlans = (vnet: string): string =>
  `vm vlans are not allowed on vnet ${vnet} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 246.`

/** What becomes of NICs on VNets that take no VLANs or are not meant for the node (measured on a real 9.1). */
describe("the simulator's VM with a NIC on a VNet", () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench({
      nodes: [{ name: 'pve1' }, { name: 'pve2' }],
      further_zones: [{ name: 'one', nodes: ['pve1'] }],
      vnets: [
        { name: 'plain', tag: 1 },
        { name: 'aware', tag: 2, vlan_aware: true },
        { name: 'narrow', zone: 'one', tag: 3 },
      ],
      guests: [{ name: 'a', vmid: 301, node: 'pve2', running: true, nics: ['virtio=02:00:00:00:00:01,bridge=plain'] }],
    })
  })
  afterEach(() => bench.close())

  const put = async (values: Record<string, string>) => (await bench.ask('PUT', `${path}/config`, values)).errors
  const card = (rest: string) => put({ net0: `virtio=02:00:00:00:00:01,${rest}` })
  const loose = () => [...(bench.guest(301).running?.loose ?? [])]
  const start = async (nic: string) => {
    if (bench.guest(301).running !== undefined) await bench.run('POST', `${path}/status/stop`)
    await put({ net0: nic })
    const { end, log } = await bench.run('POST', `${path}/status/start`)
    return { status: end?.status, log }
  }

  for (const rest of ['bridge=plain,tag=1', 'bridge=plain,trunks=2;3'])
    it(`loses its bridge when told to use VLANs where there are none (${rest})`, async () => {
      expect(await card(rest)).to.deep.equal({ net0: `hotplug problem - ${noVlans('plain')}\n` })
      expect(loose()).to.deep.equal(['net0'])
      await card('bridge=plain')
      expect(loose()).to.deep.equal(['net0'])
      await card('bridge=aware,tag=1')
      expect(loose()).to.deep.equal([])
    })

  it('is left without a link as well by a move that failed, until its bridge or tag changes', async () => {
    const unlinked = () => [...(bench.guest(301).running?.unlinked ?? [])]
    await card('bridge=plain,tag=1')
    expect(unlinked()).to.deep.equal(['net0'])
    // The tap is on its bridge again then, and the system inside still sees a pulled plug.
    await card('bridge=plain,firewall=1')
    expect([loose(), unlinked()]).to.deep.equal([[], ['net0']])
    await card('bridge=plain,firewall=1,link_down=1')
    await card('bridge=plain,firewall=1')
    expect(unlinked()).to.deep.equal([])
    await card('bridge=aware,tag=1')
    expect([loose(), unlinked()]).to.deep.equal([[], []])
  })

  it('is told that the VNet of another node is not allowed on this one, and loses its bridge', async () => {
    expect(await card('bridge=narrow,tag=1')).to.deep.equal({
      net0: 'hotplug problem - vnet narrow is not allowed on this node\n',
    })
    expect(loose()).to.deep.equal(['net0'])
  })

  it('is told of a missing bridge only without VLANs, as what is missing knows none', async () => {
    const node = bench.world.nodes.get('pve2')!
    node.bridges = new Map([...node.bridges].filter(([name]) => name !== 'aware'))
    const refused = (text: string) => ({ net0: `hotplug problem - ${text}\n` })
    expect(await card('bridge=aware,tag=1')).to.deep.equal(refused(noVlans('aware')))
    expect(await card('bridge=aware')).to.deep.equal(refused('interface aware does not exist'))
  })

  for (const nic of ['virtio,bridge=plain,tag=1', 'virtio,bridge=narrow', 'virtio,bridge=nosuch'])
    it(`gets no new one there, and is not told why (${nic})`, async () => {
      expect(await put({ net1: nic })).to.deep.equal({
        net1: `hotplug problem - VM 301 qmp command 'netdev_add' failed - network script ${script}-hotplug failed with status 6400\n`,
      })
    })

  it('does not start there, with the reason in the log or in the status', async () => {
    const quit = 'start failed: QEMU exited with code 1'
    const tagged = await start('virtio,bridge=plain,tag=1')
    expect([tagged.status, tagged.log[0]]).to.deep.equal([quit, noVlans('plain')])
    expect((await start('virtio,bridge=narrow')).status).to.equal("bridge 'narrow' does not exist")
    const e1000 = await start('e1000,bridge=narrow')
    expect([e1000.status, e1000.log[0]]).to.deep.equal([quit, "bridge 'narrow' does not exist"])
  })

  it('does not start with an MTU of its own above that of the VNet, however it is plugged', async () => {
    const mtu = (text: string) => start(`virtio,bridge=plain,mtu=${text}`)
    expect((await mtu('1450')).status).to.equal('OK')
    expect((await mtu('1')).status).to.equal('OK')
    expect((await mtu('1500')).status).to.match(
      /^netdev net0: MTU '1500' is bigger than the bridge MTU '1450' - adjust/,
    )
    expect((await mtu('500')).status).to.equal("netdev net0: MTU '500' is smaller than the IP minimum MTU '576'")
    expect((await start('e1000,bridge=plain,mtu=1500')).status).to.equal('OK')
  })

  it('shows on a bridge as a port of its own bridge when it has the firewall', async () => {
    await card('bridge=plain,firewall=1')
    const { data } = await bench.ask('GET', '/nodes/pve2/sdn/zones/ludus/bridges')
    expect(data).to.deep.include({
      name: 'plain',
      vlan_filtering: 0,
      ports: [{ name: 'vxlan_plain' }, { name: 'fwpr301p0', vmid: '301', index: 'net0' }],
    })
  })

  it('may have the VLANs that each may be used, or the whole bridge', async () => {
    const vnet = '/sdn/zones/ludus/aware'
    const old = { '/vms/301': 'VM.Config.Network', '/sdn/zones/ludus/plain': 'SDN.Use' }
    const trunks = async (token: string, rest: string) =>
      (await bench.ask('PUT', `${path}/config`, { net0: `virtio=02:00:00:00:00:01,bridge=aware,${rest}` }, token))
        .reason
    const some = bench.tokenWith('some', { ...old, [`${vnet}/2`]: 'SDN.Use', [`${vnet}/3`]: 'SDN.Use' })
    expect(await trunks(some, 'trunks=2-4')).to.equal(`Permission check failed (${vnet}/4, SDN.Use)`)
    expect(await trunks(some, 'tag=5,trunks=2;3')).to.equal(`Permission check failed (${vnet}/5, SDN.Use)`)
    expect(await trunks(some, 'trunks=2;3')).to.equal('OK')
    expect(await trunks(bench.tokenWith('all', { ...old, [vnet]: 'SDN.Use' }), 'tag=2,trunks=2-4')).to.equal('OK')
  })

  it('does not start any more once its zone is taken from the node, applied or not', async () => {
    await bench.ask('PUT', '/cluster/sdn/zones/ludus', { nodes: 'pve1' })
    const { status, log } = await start('virtio,bridge=plain')
    expect([status, log[0]]).to.deep.equal([
      'start failed: QEMU exited with code 1',
      'vnet plain is not allowed on this node',
    ])
  })
})
