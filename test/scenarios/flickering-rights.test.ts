import { expect } from 'chai'
import { itLong } from '../runner/long-runs.ts'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { bridgesWorld } from './bridges-world.ts'
import { type Lab, openLab } from './lab.ts'
import { madeWorld } from './made-world.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'
import { hide, mayUse, show } from './rights.ts'
import { cases } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`

/** Takes something whenever it is not asked for rights, and gives it back while it is. */
function flicker({ journal }: Simulator, take: () => void, give: () => void): { stop(): void } {
  let isOver = false
  let asked = 0
  take()
  journal.listen(({ method, path }, at) => {
    if (isOver || method !== 'GET' || !path.startsWith('/access/')) return
    asked += at === 'arrived' ? 1 : -1
    if (asked === 1 && at === 'arrived') give()
    if (asked === 0) take()
  })
  return {
    stop() {
      isOver = true
      give()
    },
  }
}

describe('a right that is there whenever it is asked for, and missing whenever a list is read', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const readyIs = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'Ready')
  const deleted = () =>
    lab.writes().flatMap(({ method, path }) => (method === 'DELETE' ? [path.replace(/^\/nodes\/\w+/, '')] : []))

  it('deletes no VNet under VMs that no list shows', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const { world } = lab.simulator
    const flickering = flicker(
      lab.simulator,
      () => mayUse(world, 'VM.Audit', false),
      () => mayUse(world, 'VM.Audit', true),
    )
    await lab.drop('JD.yml', ABSENT)
    await lab.sleep(60_000)
    expect(deleted().filter((path) => /vnets|pools|qemu/.test(path))).to.deep.equal([])
    flickering.stop()
    await lab.until(() => readyIs()?.reason === 'Absent')
    expect(
      deleted()
        .filter((path) => /vnets|pools|qemu/.test(path))
        .slice(-2),
    ).to.deep.equal(['/cluster/sdn/vnets/r1', '/pools/JD'])
  })

  itLong('deletes no VNet under a guest of somebody that is off and not shown any more', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const { world } = lab.simulator
    world.guests.set(321, { ...theirsIn(world), running: undefined })
    await lab.sleep(120_000)
    const flickering = flicker(
      lab.simulator,
      () => hide(world, '/vms/321'),
      () => show(world, '/vms/321'),
    )
    await lab.drop('JD.yml', ABSENT)
    await lab.until(() => !world.guests.has(1010001) && !world.guests.has(1001254))
    await lab.sleep(60_000)
    expect(world.sdn.running.vnets.has('r1')).to.equal(true)
    expect(world.sdn.configured.vnets.has('r1')).to.equal(true)
    flickering.stop()
    await lab.until(() => readyIs()?.reason === 'NetworkInUse')
  })

  itLong('deletes no bridge of a single node under VMs that no list shows', async () => {
    lab = await openLab({
      world: await madeWorld({ 'JD.yml': JD }, { name: 'bridges', world: () => bridgesWorld(1) }),
      files: { 'JD.yml': JD },
    })
    await lab.until(() => lab.ready('JD'))
    const { world } = lab.simulator
    const flickering = flicker(
      lab.simulator,
      () => mayUse(world, 'VM.Audit', false),
      () => mayUse(world, 'VM.Audit', true),
    )
    await lab.drop('JD.yml', ABSENT)
    await lab.sleep(60_000)
    expect(deleted()).to.deep.equal([])
    flickering.stop()
    await lab.until(() => readyIs()?.reason === 'Absent')
    expect(deleted().slice(-2)).to.deep.equal(['/network/vmbr1001', '/pools/JD'])
  })

  it('deletes nothing of a range whose pool and VMs are left out', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const { world } = lab.simulator
    const may = (isGiven: boolean) => (): void => {
      mayUse(world, 'VM.Audit', isGiven)
      mayUse(world, 'Pool.Audit', isGiven)
    }
    const flickering = flicker(lab.simulator, may(false), may(true))
    await lab.drop('JD.yml', ABSENT)
    await lab.sleep(60_000)
    expect(deleted().filter((path) => /vnets|pools|qemu/.test(path))).to.deep.equal([])
    expect(readyIs()?.reason).not.to.equal('Absent')
    flickering.stop()
    await lab.until(() => readyIs()?.reason === 'Absent')
  })

  it('deletes none of the VMs of a range while one that must not go is left out', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const { world } = lab.simulator
    world.guests.get(1010001)!.config.set('protection', '1')
    const flickering = flicker(
      lab.simulator,
      () => hide(world, '/vms/1010001'),
      () => show(world, '/vms/1010001'),
    )
    await lab.drop('JD.yml', ABSENT)
    await lab.sleep(60_000)
    expect([...world.pools.get('JD')!.vms].length).to.equal(2)
    flickering.stop()
    await lab.until(() => readyIs()?.reason === 'RemovalWaits')
    expect(deleted()).to.deep.equal([])
  })

  itLong('calls no range gone, and deletes nothing of it, while its VNet is left out', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const { world } = lab.simulator
    const zone = world.sdn.running.vnets.get('r1')!['zone']
    const flickering = flicker(
      lab.simulator,
      () => hide(world, `/sdn/zones/${zone}/r1`),
      () => show(world, `/sdn/zones/${zone}/r1`),
    )
    await lab.drop('JD.yml', ABSENT)
    await lab.until(() => readyIs()?.reason === 'NotVisible')
    await lab.sleep(60_000)
    expect(readyIs()?.message).to.include(`SDN.Audit on /sdn/zones/${zone}/r1`)
    expect(deleted().filter((path) => /vnets|pools|qemu/.test(path))).to.deep.equal([])
    flickering.stop()
    await lab.until(() => readyIs()?.reason === 'Absent')
    expect(world.sdn.configured.vnets.has('r1')).to.equal(false)
  })

  const rights = cases([['VM.Audit'], ['VM.Audit', 'Pool.Audit']], (each) => each.length === 2)
  for (const taken of rights)
    it(`deletes nothing where the controller has never been shown anything else (${taken.join(', ')})`, async () => {
      const world = await madeWorld({ 'JD.yml': JD })
      const may = (isGiven: boolean) => (): void => taken.forEach((right) => mayUse(world, right, isGiven))
      let flickering: { stop(): void } | undefined
      const before = (simulator: Simulator): void => {
        flickering = flicker(simulator, may(false), may(true))
      }
      lab = await openLab({ world, files: { 'JD.yml': ABSENT }, before })
      await lab.sleep(60_000)
      expect(deleted()).to.deep.equal([])
      expect(readyIs()?.reason).not.to.equal('Absent')
      flickering?.stop()
      await lab.until(() => readyIs()?.reason === 'Absent')
    })

  it('deletes no VNet under a running guest that was never shown, as its node tells what hangs on its bridge', async () => {
    const world = await madeWorld({ 'JD.yml': JD })
    world.guests.set(321, theirsIn(world))
    const before = (simulator: Simulator): void => {
      const take = (): void => hide(world, '/vms/321')
      flicker(simulator, take, () => show(world, '/vms/321'))
    }
    lab = await openLab({ world, files: { 'JD.yml': ABSENT }, before })
    await lab.until(() => readyIs()?.reason === 'NetworkInUse')
    expect(readyIs()?.message).to.include('321')
    expect(world.sdn.running.vnets.has('r1') && world.sdn.configured.vnets.has('r1')).to.equal(true)
  })
})

const NIC = (bridge: string): string => `virtio=BC:24:11:00:00:09,bridge=${bridge}`

/** A running guest of somebody on JD's VNet, in no pool. */
function theirsIn(world: World): Guest {
  const a = [...world.guests.values()].find(({ config }) => config.get('name') === 'JD-a')!
  const config = new Map([
    ['name', 'theirs'],
    ['net0', NIC('r1')],
  ])
  return { ...a, vmid: 321, node: 'pve2', config }
}
