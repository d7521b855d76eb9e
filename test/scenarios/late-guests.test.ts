import { expect } from 'chai'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { hide, show } from './rights.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const APPLY = { method: 'PUT', path: '/cluster/sdn' }

describe('between the writes for a network and its apply', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const readyIs = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'Ready')
  const world = (): World => lab.simulator.world
  const applies = () => lab.simulator.journal.find({ ...APPLY, user: 'lanista@pve!lanista' })
  const onR1 = (vmid: number, bridge: string): Guest => {
    const template = [...world().guests.values()].find(({ config }) => config.get('template') !== undefined)!
    const config = new Map([
      ['name', 'theirs'],
      ['net0', `virtio=BC:24:11:00:00:09,bridge=${bridge}`],
    ])
    return { ...template, vmid, node: 'pve2', config }
  }
  /** The range is to go, and as soon as the deletion of its VNet is written this happens, once. */
  const goes = async (then: () => void): Promise<void> => {
    void lab.simulator.journal.next({ method: 'DELETE', path: '/cluster/sdn/vnets/r1' }).then(then)
    await lab.drop('JD.yml', ABSENT)
  }
  const ready = async (): Promise<number> => {
    lab = await openReadyLab({ 'JD.yml': JD })
    return applies().length
  }
  const isThereAsBefore = (): boolean => world().sdn.running.vnets.has('r1') && world().sdn.configured.vnets.has('r1')

  itLong('a guest gets a NIC on the one that goes: it is not applied, and taken back', async () => {
    const before = await ready()
    world().guests.set(321, onR1(321, 'vmbr0'))
    await goes(() => void world().guests.set(321, onR1(321, 'r1')))
    await lab.until(() => readyIs()?.reason === 'NetworkInUse' && isThereAsBefore())
    expect(applies()).to.have.length(before)
  })

  it('a guest is made with a NIC on the one that goes: it is not applied, and taken back', async () => {
    const before = await ready()
    await goes(() => void world().guests.set(321, onR1(321, 'r1')))
    await lab.until(() => readyIs()?.reason === 'NetworkInUse' && isThereAsBefore())
    expect(applies()).to.have.length(before)
  })

  itLong('guests are hidden: it is not applied, and taken back, until they are shown', async () => {
    const before = await ready()
    await goes(() => hide(world(), '/vms/321'))
    await lab.until(() => readyIs()?.reason === 'NotVisible' && isThereAsBefore())
    expect(applies()).to.have.length(before)
    show(world(), '/vms/321')
    await lab.until(() => readyIs()?.reason === 'Absent')
  })

  itLong('the lock is asked for on condition that nothing is pending', async () => {
    lab = await openLab({ files: { 'JD.yml': JD } })
    await lab.until(() => lab.ready('JD'))
    const locks = lab.simulator.journal.find({ method: 'POST', path: '/cluster/sdn/lock' })
    expect(locks.map(({ params }) => params['allow-pending'])).to.deep.equal([undefined])
  })
})
