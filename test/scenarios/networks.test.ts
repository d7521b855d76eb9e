import { expect } from 'chai'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { itLong } from '../runner/long-runs.ts'
import { lanistaHere } from './command-line.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { openSite } from './site.ts'

const ON_EACH = rangeText([
  { name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' },
  { name: 'b', vlan: 10, octet: 2, targetNode: 'pve2' },
])
const SMALL = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])

const named = (entries: readonly { readonly method: string; readonly path: string }[]) =>
  entries.map(({ method, path }) => `${method} ${path}`)
const conditionOf = (lab: Lab, type: string, id = 'JD') =>
  lab.controller.board.get(id)?.conditions.find((each) => each.type === type)
const phaseOf = (lab: Lab, name: string) => lab.controller.board.get('JD')?.vms.find((vm) => vm.name === name)?.phase
const stateOf = (lab: Lab, node: string) =>
  lab.controller.board.get('JD')?.networks.find((state) => state.node === node)?.state
const vnetOf = ({ simulator: { world } }: Lab, name: string) => world.sdn.running.vnets.get(name)
const appliesOf = (lab: Lab) => lab.writes().filter(({ method, path }) => method === 'PUT' && path === '/cluster/sdn')

/** VNets as somebody left them, applied unless said otherwise. */
function worldWith(vnets: Readonly<Record<string, Readonly<Record<string, string | number>>>>, applied = true): World {
  const world = demoCluster()
  for (const [name, config] of Object.entries(vnets))
    writeSdn(world, 'vnets', name, { type: 'vnet', zone: 'ludus', vlanaware: 1, ...config })
  if (applied) commitSdn(world)
  for (const node of world.nodes.values()) if (applied) node.sdnVersion = world.sdn.version
  return world
}

describe('networks of ranges', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const many = 50
  itLong(`of ${many} ranges dropped at once take two applies at the most`, async () => {
    const files = Object.fromEntries(Array.from({ length: many }, (_, index) => [`R${index + 1}.yml`, 'ludus: []\n']))
    lab = await openLab({ files })
    const ids = Object.keys(files).map((name) => name.replace('.yml', ''))
    await lab.until(() => ids.every((id) => conditionOf(lab, 'NetworkReady', id)?.status === 'True'))
    expect(lab.simulator.world.sdn.running.vnets.size).to.equal(many + 1)
    expect(appliesOf(lab).length).to.be.within(1, 2)
    const tags = [...lab.simulator.world.sdn.running.vnets.values()].map(({ tag }) => tag)
    expect(new Set(tags).size).to.equal(many + 1)
  })

  it('that a person has changed are put right, but for the NAT network', async () => {
    lab = await openLab({
      world: worldWith({
        ludusnat: { tag: 777, alias: 'lanista nat' },
        r1: { tag: 99, vlanaware: 0, alias: 'lanista range JD' },
      }),
      files: { 'JD.yml': SMALL },
    })
    await lab.until(() => lab.ready('JD'))
    expect(vnetOf(lab, 'r1')).to.include({ tag: 1, vlanaware: 1 })
    expect(vnetOf(lab, 'ludusnat')).to.include({ tag: 777 })
    const sdn = lab.writes().filter(({ path }) => path.startsWith('/cluster/sdn'))
    expect(named(sdn)).to.deep.equal(['POST /cluster/sdn/lock', 'PUT /cluster/sdn/vnets/r1', 'PUT /cluster/sdn'])
  })

  itLong('made by Ludus, without a mark, are taken over when the file says their number', async () => {
    lab = await openLab({
      world: worldWith({ ludusnat: { tag: 16_777_215 }, r7: { tag: 7 } }),
      files: { 'JD.yml': `${SMALL}ludus_extensions: { lanista: { range_number: 7 } }\n` },
    })
    await lab.until(() => lab.ready('JD'))
    expect(vnetOf(lab, 'r7')).to.include({ tag: 7, alias: 'lanista range JD' })
  })

  it("whose tag somebody else's VNet holds in an EVPN zone are not written, and the nearest free base is named", async () => {
    const world = worldWith({})
    writeSdn(world, 'zones', 'fabric', { type: 'evpn', controller: 'c', 'vrf-vxlan': 9000 })
    writeSdn(world, 'vnets', 'prod', { type: 'vnet', zone: 'fabric', tag: 1, alias: 'production' })
    commitSdn(world)
    lab = await openLab({ world, files: { 'JD.yml': SMALL } })
    await lab.until(() => conditionOf(lab, 'NetworkReady')?.reason === 'TagTaken')
    expect(conditionOf(lab, 'NetworkReady')?.message).to.match(
      /vnet prod \("production"\) in zone fabric; .*vxlan_tag_base: 1,/,
    )
    expect(lab.writes()).to.deep.equal([])
  })

  it('left pending by a crash are carried through as they are', async () => {
    const world = worldWith(
      { ludusnat: { tag: 16_777_215, alias: 'lanista nat' }, r1: { tag: 1, alias: 'lanista range JD' } },
      false,
    )
    lab = await openLab({ world, files: { 'JD.yml': SMALL } })
    await lab.until(() => lab.ready('JD'))
    const sdn = lab.writes().filter(({ path }) => path.startsWith('/cluster/sdn'))
    expect(named(sdn)).to.deep.equal(['POST /cluster/sdn/lock', 'PUT /cluster/sdn'])
    expect(sdn[0]?.params).to.deep.equal({ 'allow-pending': '1' })
  })

  itLong('are not touched when the cluster turns into a single node', async () => {
    lab = await openReadyLab({ 'JD.yml': SMALL })
    const before = lab.writes().length
    for (const node of ['pve2', 'pve3']) lab.simulator.world.nodes.delete(node)
    await lab.until(() => conditionOf(lab, 'NetworkReady')?.reason === 'ModeChanged')
    expect(conditionOf(lab, 'Ready')?.message).to.match(/had several nodes .* has one now \(its only node is pve1,/)
    expect(lab.writes()).to.have.length(before)
  })
})

describe('the SDN lock of a cluster', () => {
  let lab: Lab
  afterEach(() => lab.close())

  it('that somebody holds is waited for and never forced', async () => {
    const world = demoCluster()
    world.sdn.lock = 'somebody'
    lab = await openLab({ world, files: { 'JD.yml': SMALL } })
    await lab.until(() => conditionOf(lab, 'NetworkReady')?.reason === 'SdnLocked')
    expect(conditionOf(lab, 'NetworkReady')?.message).to.match(/somebody holds the SDN lock.*pvesh delete/)
    expect(new Set(named(lab.writes()))).to.deep.equal(new Set(['POST /cluster/sdn/lock']))
    expect(world.sdn.lock).to.equal('somebody')
    world.sdn.lock = undefined
    await lab.until(() => lab.ready('JD'))
    expect(world.sdn.lock).to.equal(undefined)
  })

  it('that an earlier life left behind is released at the start, although nothing is to be done', async () => {
    const world = demoCluster()
    world.sdn.lock = 'left behind'
    lab = await openLab({ world, lockNote: { kind: 'held', token: 'left behind', at: 0 } })
    await lab.until(() => world.sdn.lock === undefined)
    expect(named(lab.writes())).to.deep.equal(['DELETE /cluster/sdn/lock'])
    expect(lab.writes()[0]?.params, 'by its token, not by force').to.have.all.keys('lock-token')
  })

  it('is given back when the writes under it fail', async () => {
    lab = await openLab()
    const { world } = lab.simulator
    const refused = { kind: 'answer', status: 500, message: 'the dog ate it' } as const
    lab.simulator.arm({
      on: 'request',
      match: { method: 'POST', path: '/cluster/sdn/vnets' },
      at: 'before',
      times: 2,
      effect: refused,
    })
    await lab.drop('JD.yml', SMALL)
    await lab.until(() => named(lab.writes()).includes('DELETE /cluster/sdn/lock'))
    await lab.until(() => lab.ready('JD'))
    expect(world.sdn.lock).to.equal(undefined)
    expect(appliesOf(lab), 'none for writes that failed').to.have.length(1)
  })
})

describe('a node whose networks are not in force', () => {
  let lab: Lab
  afterEach(() => lab.close())

  itLong('is asked to start no VM while it reloads, however long that takes', async () => {
    lab = await openLab()
    const { journal, world } = lab.simulator
    lab.simulator.arm({ on: 'reload', node: 'pve2', fails: false, takes: 20_000 })
    const starts: string[] = []
    journal.listen(({ method, path, node }) => {
      const on = /^\/nodes\/(\w+)\/qemu\/\d+\/status\/start$/.exec(path)?.[1] ?? node
      if (method === 'POST' && path.endsWith('/status/start'))
        starts.push(`${on} ${world.nodes.get(on)?.bridges.has('r1') === true ? 'has' : 'lacks'} r1`)
    })
    await lab.drop('JD.yml', ON_EACH)
    await lab.until(() => lab.ready('JD'))
    expect(new Set(starts)).to.include('pve2 has r1')
    expect(starts.filter((start) => start.includes('lacks'))).to.deep.equal([])
    expect(appliesOf(lab)).to.have.length(1)
  })

  it('delays only the VMs placed there, is named, and repaired by applying again', async () => {
    lab = await openLab()
    lab.simulator.arm({ on: 'reload', node: 'pve2', fails: true })
    await lab.drop('JD.yml', ON_EACH)
    await lab.until(() => conditionOf(lab, 'NetworkReady')?.reason === 'NodeNetworkMissing')
    expect(conditionOf(lab, 'NetworkReady')?.message).to.match(/node pve2 did not reload its network \(.*ifreload/)
    expect([stateOf(lab, 'pve1'), stateOf(lab, 'pve2')]).to.deep.equal(['available', 'failed'])
    await lab.until(() => lab.ready('JD'))
    expect(stateOf(lab, 'pve2')).to.equal('available')
    expect(appliesOf(lab)).to.have.length(2)
  })

  itLong('keeps its VMs from being started for as long as it fails, while the others run', async () => {
    lab = await openLab()
    const broken = lab.simulator.arm({ on: 'reload', node: 'pve2', fails: true, times: 1000 })
    await lab.drop('JD.yml', ON_EACH)
    await lab.until(() => phaseOf(lab, 'JD-a') === 'running' && broken.hits() >= 3)
    const b = [...lab.simulator.world.guests.values()].find(({ config }) => config.get('name') === 'JD-b')
    expect(b?.config.get('tags'), 'cloned and configured').to.equal('jd;lanista')
    expect(b?.running, 'not started').to.equal(undefined)
    expect(named(lab.writes()).filter((call) => call.endsWith('/status/start') && call.includes('pve2'))).to.deep.equal(
      [],
    )
    const troubleOf = (name: string) =>
      lab.controller.board.get('JD')?.vms.find((vm) => vm.name === name)?.trouble ?? ''
    await lab.until(() => /not started yet, because its node pve2 did not reload/.test(troubleOf('JD-b')))
    broken.disarm()
    await lab.until(() => lab.ready('JD'))
  })

  const HINDRANCES = [
    ['a foreign change is pending', 'vnet'],
    ['somebody holds the SDN lock', 'lock'],
  ] as const
  for (const [what, pending] of HINDRANCES)
    itLong(
      `keeps no range from its work on sound nodes while ${what}, says so, and is repaired when that is over`,
      async () => {
        // There from the start, so that one apply makes both networks: of two files that come one may be seen before the other.
        const files = {
          'JD.yml': SMALL,
          'KT.yml': rangeText([{ name: 'k', vlan: 10, octet: 1, targetNode: 'pve2' }]),
        }
        lab = await openLab({ files })
        const person = personIn(lab.simulator)
        const broken = lab.simulator.arm({ on: 'reload', node: 'pve2', fails: true, times: 1000 })
        const [begin, end] =
          pending === 'vnet'
            ? ([
                () => person('POST', '/cluster/sdn/vnets', { vnet: 'theirs', zone: 'ludus', tag: 4242 }),
                () => person('DELETE', '/cluster/sdn/vnets/theirs'),
              ] as const)
            : ([
                () => person('POST', '/cluster/sdn/lock'),
                () => person('DELETE', '/cluster/sdn/lock', { force: 1 }),
              ] as const)
        // Right after the commit of both networks, by one apply or by two, whose reload fails on pve2.
        let applies = 0
        const begun = new Promise<unknown>((resolve, reject) => {
          const stop = lab.simulator.journal.listen(({ method, path, status }, at) => {
            if (at !== 'answered' || method !== 'PUT' || path !== '/cluster/sdn' || status !== 200) return
            if (vnetOf(lab, 'r1') === undefined || vnetOf(lab, 'r2') === undefined) return
            stop()
            applies = appliesOf(lab).length
            begin().then(resolve, reject)
          })
        })
        expect(await begun).to.include({ status: 200 })
        await lab.until(() => lab.ready('JD'))
        const told = (): string => conditionOf(lab, 'NetworkReady', 'KT')?.message ?? ''
        await lab.until(() => told().includes('which is not done'))
        expect(conditionOf(lab, 'NetworkReady', 'KT')?.reason).to.equal('NodeNetworkMissing')
        expect(told()).to.match(
          /^range KT: node pve2 did not reload its network \(.*ifreload.*VMs there are not started/,
        )
        expect(told()).not.to.contain('written')
        expect(told()).to.match(
          pending === 'vnet'
            ? /because that would also bring into force what others have prepared: .*vnet theirs \(new\).*sdn\/rollback/
            : /because sdn: somebody holds the SDN lock.*pvesh delete \/cluster\/sdn\/lock --force 1/,
        )
        await lab.drop('JD.yml', ON_EACH.replace('pve2', 'pve3'))
        await lab.until(() => lab.controller.board.get('JD')?.vms.length === 3 && lab.ready('JD'))
        expect(appliesOf(lab)).to.have.length(applies)

        broken.disarm()
        await end()
        await lab.until(() => lab.ready('JD', 'KT'))
        expect(appliesOf(lab)).to.have.length(applies + 1)
        if (pending === 'vnet') expect(vnetOf(lab, 'theirs')).to.equal(undefined)
      },
    )

  itLong('that was away while others applied is brought up to date', async () => {
    lab = await openLab({ files: { 'KT.yml': rangeText([{ name: 'k', vlan: 10, octet: 1, targetNode: 'pve1' }]) } })
    await lab.until(() => lab.ready('KT'))
    const { world } = lab.simulator
    // It missed the last apply, as one does that had no quorum for a while.
    const pve2 = world.nodes.get('pve2')!
    pve2.sdnVersion -= 1
    pve2.sdnBridges = new Map()
    pve2.bridges = new Map([...pve2.bridges].filter(([name]) => name.startsWith('vmbr')))
    await lab.drop('JD.yml', rangeText([{ name: 'b', vlan: 10, octet: 2, targetNode: 'pve2' }]))
    await lab.until(() => lab.ready('JD', 'KT'))
    expect(pve2.bridges.has('r1')).to.equal(true)
  })
})

describe('a run --once', () => {
  itLong('ends after the repair of a node that none of its ranges waits for', async () => {
    const site = await openSite({ 'JD.yml': SMALL })
    try {
      const { world, journal } = site.simulator
      site.simulator.arm({ on: 'reload', node: 'pve2', fails: true })
      for (const has of [false, true]) {
        const { status, stdout, stderr } = await lanistaHere(['run', '--once', '--config', site.config])
        expect(status, `${stdout}${stderr}`).to.equal(0)
        expect(world.nodes.get('pve2')?.bridges.has('r1')).to.equal(has)
        expect(world.sdn.lock).to.equal(undefined)
      }
      const applies = journal.entries().filter(({ method, path }) => method === 'PUT' && path === '/cluster/sdn')
      expect(applies).to.have.length(2)
    } finally {
      await site.close()
    }
  })
})

describe('a range that is to go (state: absent)', () => {
  itLong('loses its network after its last VM, and not while a NIC of anybody is on it', async () => {
    const lab = await openReadyLab({ 'JD.yml': SMALL, 'KT.yml': SMALL }, { settings: { routesEnabled: true } })
    try {
      const person = personIn(lab.simulator)
      const { world } = lab.simulator
      const guestsOf = (pool: string) => [...(world.pools.get(pool)?.vms ?? [])]
      const number = world.sdn.running.vnets.get('r1')?.['alias'] === 'lanista range JD' ? 1 : 2
      const vnet = `r${number}`
      const [stranger] = guestsOf('KT')
      const of = (vmid: number) => `/nodes/${world.guests.get(vmid)?.node}/qemu/${vmid}`
      await person('PUT', `${of(stranger!)}/config`, { net5: `virtio,bridge=${vnet}` })
      await lab.drop('JD.yml', `${SMALL}ludus_extensions: { lanista: { state: absent } }\n`)
      await lab.until(() => guestsOf('JD').length === 0)
      await lab.until(() => conditionOf(lab, 'NetworkReady')?.reason === 'NetworkInUse')
      expect(conditionOf(lab, 'NetworkReady')?.message).to.contain(
        `net5 of ${world.guests.get(stranger!)?.config.get('name')}`,
      )
      expect(world.sdn.running.vnets.has(vnet)).to.equal(true)

      const applies = appliesOf(lab).length
      await person('PUT', `${of(stranger!)}/config`, { delete: 'net5' })
      await lab.until(() => conditionOf(lab, 'Ready')?.reason === 'Absent')
      expect(world.sdn.running.vnets.has(vnet)).to.equal(false)
      expect(world.sdn.running.vnets.has('ludusnat')).to.equal(true)
      expect(appliesOf(lab)).to.have.length(applies + 1)
      expect(lab.ready('KT')).to.equal(true)
      await lab.until(() => !lab.routes.routes.some(({ destination }) => destination === `10.${number}.0.0/16`))
      expect(lab.routes.routes).to.have.length(1)
    } finally {
      await lab.close()
    }
  })
})
