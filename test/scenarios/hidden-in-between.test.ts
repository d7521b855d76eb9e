import { expect } from 'chai'
import { clusterFrom } from '../../adapters/simulator/cluster-from.ts'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { type Lab, openLab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'
import { hide, mayUse, show } from './rights.ts'
import { cases, itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`

describe('what is hidden for a moment, or without a word', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const readyIs = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'Ready')

  itLong('keeps a network under guests that each look misses, as a right comes back while it goes on', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const { world, journal } = lab.simulator
    // Given back between the lists of a look and what it asks about rights after them; taken again after the look.
    let looks = 0
    let isListed = false
    mayUse(world, 'VM.Audit', false)
    journal.listen(({ method, path }, at) => {
      if (method !== 'GET' || looks > 6) return
      if (path === '/cluster/resources' && at === 'answered') isListed = true
      if (path === '/access/permissions' && isListed) {
        mayUse(world, 'VM.Audit', at === 'arrived')
        if (at === 'answered') isListed = false
        looks += at === 'answered' ? 1 : 0
      }
      if (looks > 6) mayUse(world, 'VM.Audit', true)
    })
    await lab.drop('JD.yml', ABSENT)
    await lab.until(() => readyIs()?.reason === 'Absent')
    const order = lab
      .writes()
      .flatMap(({ method, path }) => (method === 'DELETE' ? [path.replace(/^\/nodes\/\w+/, '')] : []))
    expect(order.indexOf('/cluster/sdn/vnets/r1')).to.be.above(order.indexOf('/qemu/1010001'))
    expect(order.indexOf('/cluster/sdn/vnets/r1')).to.be.above(order.indexOf('/qemu/1001254'))
  })

  const hidden = [
    [
      'a zone',
      '8.4',
      '/sdn/zones/theirs',
      (world: World) => writeSdn(world, 'vnets', 'secret', { zone: 'theirs', type: 'vnet' }),
    ],
    [
      'a fabric',
      '9.1',
      '/sdn/fabrics/fab1',
      (world: World) => writeSdn(world, 'fabrics', 'fab1', { protocol: 'openfabric' }),
    ],
  ] as const
  for (const [what, release, path, stage] of cases<(typeof hidden)[number]>(hidden, ([what]) => what === 'a fabric'))
    it(`is not committed: what is pending in ${what} that is hidden, where it is hidden as well what is hidden`, async () => {
      const sound = clusterFrom({ templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'] })
      const world = { ...sound, version: { ...sound.version, release } }
      writeSdn(world, 'zones', 'theirs', { type: 'simple' })
      commitSdn(world)
      stage(world)
      hide(world, path)
      hide(world, '/access')
      lab = await openLab({ world, files: { 'JD.yml': JD } })
      await lab.until(() => readyIs()?.reason === 'NotVisible')
      expect(readyIs()?.message).to.include('Sys.Audit on /access').and.include('pveum')
      await lab.sleep(120_000)
      expect(lab.writes().filter(({ path: at }) => at.startsWith('/cluster/sdn'))).to.deep.equal([])
      show(world, '/access')
      await lab.until(() => readyIs()?.message?.includes(path) === true)
      show(world, path)
      await lab.until(() => readyIs()?.reason === 'ForeignPending')
    })

  it('is not committed: what is pending in a fabric that is hidden while a look reads the lists, and not after', async () => {
    const sound = clusterFrom({ templates: ['debian-11-x64-server-template', 'debian-12-x64-server-template'] })
    const world = { ...sound, version: { ...sound.version, release: '9.1' } }
    lab = await openLab({ world })
    let answers = 0
    let isListed = true
    let isFlickering = false
    lab.simulator.journal.listen(({ method, path }, at) => {
      if (method === 'POST' && path === '/cluster/sdn/lock' && at === 'arrived' && !isFlickering) {
        isFlickering = true
        isListed = false
        writeSdn(world, 'fabrics', 'fab1', { protocol: 'openfabric' })
        hide(world, '/sdn/fabrics/fab1')
      }
      if (path === '/cluster/sdn/fabrics/all' && at === 'answered' && !isListed) {
        isListed = true
        show(world, '/sdn/fabrics/fab1')
      }
      if (!/^\/access\/(permissions|acl)$/.test(path) || !isFlickering || at !== 'answered') return
      answers += 1
      if (answers % 2 === 1 || !isListed) return
      isListed = false
      hide(world, '/sdn/fabrics/fab1')
    })
    await lab.drop('JD.yml', JD)
    await lab.until(() => readyIs()?.reason === 'NotVisible')
    await lab.sleep(60_000)
    expect([...world.sdn.running.fabrics.keys()]).to.deep.equal([])
  })

  itLong('keeps a network onto which a guest is put that is migrated before its NICs are read', async () => {
    lab = await openLab({ files: { 'JD.yml': JD } })
    await lab.until(() => lab.ready('JD'))
    const { world, journal } = lab.simulator
    const a = [...world.guests.values()].find(({ config }) => config.get('name') === 'JD-a')!
    const theirs: Guest = {
      ...a,
      vmid: 321,
      node: 'pve2',
      config: new Map([
        ['name', 'theirs'],
        ['net0', NIC('vmbr0')],
      ]),
    }
    world.guests.set(321, theirs)
    let isLocked = false
    journal.listen(({ method, path }, at) => {
      if (at !== 'arrived') return
      if (method === 'POST' && path === '/cluster/sdn/lock') isLocked = true
      if (!isLocked || !path.endsWith('/321/pending')) return
      isLocked = false
      world.guests.set(321, { ...theirs, node: 'pve3', config: new Map(theirs.config).set('net0', NIC('r1')) })
    })
    await lab.drop('JD.yml', ABSENT)
    await lab.until(() => readyIs()?.reason === 'NetworkInUse')
    expect(world.sdn.running.vnets.has('r1')).to.equal(true)
    expect(world.sdn.configured.vnets.has('r1')).to.equal(true)
  })
})

const NIC = (bridge: string): string => `virtio=BC:24:11:00:00:09,bridge=${bridge}`
