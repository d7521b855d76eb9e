import { expect } from 'chai'
import { guestBench, type Bench } from './guests/bench.ts'

describe('the simulator, asked for what Proxmox words in its own way,', () => {
  let bench: Bench
  before(() => {
    bench = guestBench()
  })
  after(() => bench.close())

  it('takes a parameter that repeats the address, and refuses one that contradicts it', async () => {
    const { status } = await bench.ask('PUT', '/nodes/pve1/qemu/9000/config', { vmid: 9000, description: 'x' })
    expect(status).to.equal(200)
    const { errors } = await bench.ask('PUT', '/nodes/pve1/qemu/9000/config', { vmid: 9001, description: 'x' })
    expect(errors).to.deep.equal({ vmid: 'duplicate parameter (already defined in URI) with conflicting values!' })
  })

  it('wants a letter first in the name of a pool, and calls an umlaut an invalid character', async () => {
    const made = async (poolid: string) => bench.ask('POST', '/pools', { poolid })
    expect((await made('7x')).reason).to.equal('create pool failed: pool name must start with a letter')
    expect((await made('AA')).status).to.equal(200)
    expect((await made('AA/7')).reason).to.equal('create pool failed: pool name must start with a letter')
    expect((await made('ä')).errors)
      .to.have.property('poolid')
      .that.contains('contains invalid characters')
    expect((await made('A A')).status).to.equal(403)
  })

  it('lists the zones of a node to everybody, and their networks only by rights', async () => {
    const nobody = bench.tokenWith('nobody', {})
    expect((await bench.ask('GET', '/nodes/pve1/sdn/zones', {}, nobody)).data).to.deep.equal([
      { zone: 'ludus', status: 'available' },
    ])
    expect((await bench.ask('GET', '/nodes/pve1/sdn/zones/ludus/content', {}, nobody)).status).to.equal(403)
  })

  it('tells the log of a task that is not, where its status is refused', async () => {
    const path = '/nodes/pve2/tasks/UPID:pve2:0000014A:000673BE:6B02983C:qmclone:9000:ludus@pve!ctl:'
    expect((await bench.ask('GET', `${path}/status`)).errors).to.deep.equal({ upid: 'no such task' })
    const { status, data } = await bench.ask('GET', `${path}/log`)
    expect(status).to.equal(200)
    expect(data).to.deep.equal([{ n: 1, t: 'unable to open file - No such file or directory' }])
    const nobody = bench.tokenWith('other', {})
    expect((await bench.ask('GET', `${path}/log`, {}, nobody)).status).to.equal(403)
  })

  it('knows no storage by a name that is none', async () => {
    const refused = { storage: 'No such storage.' }
    expect((await bench.ask('GET', '/nodes/pve2/storage', { storage: 'nosuch' })).errors).to.deep.equal(refused)
    expect((await bench.ask('GET', '/nodes/pve2/storage/nosuch/status')).errors).to.deep.equal(refused)
  })

  it('calls a zone and a network in error where the node itself finds fault with it', async () => {
    const { sdn, nodes } = bench.world
    sdn.running = { ...sdn.running, vnets: new Map([['r3', { type: 'vnet', zone: 'ludus', tag: 3 }]]) }
    sdn.configured = sdn.running
    nodes.get('pve2')?.ailingVnets.set('r3', 'error vxlan_r3')
    const zones = async (node: string) => (await bench.ask('GET', `/nodes/${node}/sdn/zones`)).data
    expect(await zones('pve2')).to.deep.equal([{ zone: 'ludus', status: 'error' }])
    expect(await zones('pve1')).to.deep.equal([{ zone: 'ludus', status: 'available' }])
    const { data } = await bench.ask('GET', '/nodes/pve2/sdn/zones/ludus/content')
    expect(data).to.deep.equal([{ vnet: 'r3', status: 'error', statusmsg: 'error vxlan_r3' }])
    await bench.clock.advance(10_000)
    const { data: rows } = await bench.ask('GET', '/cluster/resources')
    const told = Array.isArray(rows) ? rows.filter(({ network }) => network === 'ludus') : []
    expect(told.map(({ node, status }) => `${node} ${status}`)).to.deep.equal([
      'pve1 available',
      'pve2 error',
      'pve3 available',
    ])
  })
})

describe("the simulator's fabrics", () => {
  it('are listed by rights, with what is pending of them, and are none before release 9', async () => {
    const bench = guestBench()
    try {
      const { sdn } = bench.world
      const fabric = { protocol: 'openfabric', ip_prefix: '10.99.0.0/24' }
      sdn.configured = { ...sdn.configured, fabrics: new Map([['fab1', fabric]]) }
      const list = async (path: string, as?: string) =>
        (await bench.ask('GET', `/cluster/sdn/fabrics${path}`, path === '' ? {} : { pending: 1 }, as)).data
      expect(await list('')).to.deep.equal([{ subdir: 'fabric' }, { subdir: 'node' }, { subdir: 'all' }])
      expect(JSON.stringify(await list('/fabric')))
        .to.contain('"id":"fab1"')
        .and.contain('"state":"new"')
      expect(await list('/all'))
        .to.have.property('fabrics')
        .with.lengthOf(1)
      const nobody = bench.tokenWith('fabless', {})
      expect(await list('/fabric', nobody)).to.deep.equal([])
      expect((await bench.ask('GET', '/cluster/sdn/fabrics', {}, nobody)).status).to.equal(403)
    } finally {
      bench.close()
    }
  })
})
