import { expect } from 'chai'
import { guestBench, type Bench } from './guests/bench.ts'

const zones = '/nodes/pve1/sdn/zones'

/** What a reload makes of bridges (measured on a real 9.1, one node that never joined a cluster). */
describe('the simulated node, told to reload its network,', () => {
  let bench: Bench
  beforeEach(() => {
    bench = guestBench({
      nodes: 1,
      zone: { type: 'simple' },
      vnets: [{ name: 'plain' }, { name: 'aware', vlan_aware: true }],
      guests: [{ name: 'a', vmid: 301, running: true, nics: ['virtio,bridge=plain', 'virtio,bridge=aware,tag=3'] }],
    })
  })
  afterEach(() => bench.close())

  const node = () => bench.world.nodes.get('pve1')!
  const apply = async () => (await bench.run('PUT', '/cluster/sdn')).log
  const vnet = (method: string, name: string, more = {}) =>
    method === 'POST'
      ? bench.ask('POST', '/cluster/sdn/vnets', { vnet: name, zone: 'ludus', ...more })
      : bench.ask(method, `/cluster/sdn/vnets/${name}`, more)
  const content = async () => (await bench.ask('GET', `${zones}/ludus/content`)).data
  const ports = async (name: string) => {
    const { data } = await bench.ask('GET', `${zones}/ludus/bridges`)
    const row = Array.isArray(data) ? data.find((one: { name: string }) => one.name === name) : undefined
    return [row?.vlan_filtering, ...(row?.ports ?? []).map((port: { name: string }) => port.name)]
  }

  it('makes a lost bridge again, without the guests that hung on it, and nothing else ever told of it', async () => {
    node().bridges = new Map([...node().bridges].filter(([name]) => name !== 'plain'))
    expect(await ports('plain')).to.deep.equal([null])
    expect(await content()).to.deep.include({ vnet: 'plain', status: 'available', statusmsg: null })
    await apply()
    expect(await ports('plain')).to.deep.equal([0])
    expect(await ports('aware')).to.deep.equal([1, 'tap301i1'])
  })

  it('keeps a deleted bridge for as long as a guest hangs on it, and its guests when it is made again', async () => {
    await vnet('DELETE', 'plain')
    await apply()
    expect(node().bridges.has('plain')).to.equal(true)
    await vnet('POST', 'plain')
    await apply()
    expect(await ports('plain')).to.deep.equal([0, 'tap301i0'])
    await vnet('DELETE', 'plain')
    await apply()
    await bench.run('POST', '/nodes/pve1/qemu/301/status/stop')
    expect(node().bridges.has('plain')).to.equal(true)
    await apply()
    expect(node().bridges.has('plain')).to.equal(false)
  })

  it('makes no bridge while any zone wants DHCP of a package that Proxmox does not bring along', async () => {
    await bench.ask('POST', '/cluster/sdn/zones', { zone: 'dh', type: 'simple', dhcp: 'dnsmasq', nodes: 'elsewhere' })
    await vnet('POST', 'later')
    const problem =
      "Could not run before_regenerate for DHCP plugin dnsmasq cannot reload with missing 'dnsmasq' package"
    expect(await apply()).to.include(problem)
    expect(bench.world.tasks.find(({ type }) => type === 'srvreload')?.end?.status).to.equal(problem)
    expect(await content()).to.deep.include({ vnet: 'later', status: 'available', statusmsg: null })
    expect(await ports('later')).to.deep.equal([null])
    await bench.ask('DELETE', '/cluster/sdn/zones/dh')
    await apply()
    expect(await ports('later')).to.deep.equal([0])
  })
})

describe('the simulated node on its own', () => {
  it('is no cluster, and says of its first network that it was never generated', async () => {
    const bench = guestBench({ nodes: 1, zone: null })
    try {
      const { data } = await bench.ask('GET', '/cluster/status')
      const [row, ...others] = Array.isArray(data) ? data : []
      expect(others).to.deep.equal([])
      expect(row).to.include({ type: 'node', name: 'pve1', nodeid: 0, local: 1, online: 1 })
      expect((await bench.ask('GET', zones)).data).to.deep.equal([])
      await bench.ask('POST', '/cluster/sdn/zones', { zone: 'si', type: 'simple' })
      await bench.ask('POST', '/cluster/sdn/vnets', { vnet: 'r1', zone: 'si' })
      bench.sim.faults.arm({ on: 'reach', node: 'pve1', takes: 5000 })
      await bench.ask('PUT', '/cluster/sdn')
      const statusmsg = 'local sdn network configuration is not yet generated, please reload'
      expect((await bench.ask('GET', `${zones}/si/content`)).data).to.deep.equal([
        { vnet: 'r1', status: 'pending', statusmsg },
      ])
      await bench.clock.advance(60_000)
      expect((await bench.ask('GET', `${zones}/si/content`)).data).to.deep.equal([
        { vnet: 'r1', status: 'available', statusmsg: null },
      ])
    } finally {
      bench.close()
    }
  })
})
