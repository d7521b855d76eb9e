import { expect } from 'chai'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { quiet } from '../builders/quiet.ts'
import { type Lab, openLab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const DELETION = { method: 'DELETE', path: '/cluster/sdn/vnets/r1' }

describe('the deletion of a VNet that was broken off before its apply', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const readyIs = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'Ready')

  /** A cluster with the range, whose Lanista has ended. */
  const deployed = async (): Promise<World> => {
    lab = await openReadyLab({ 'JD.yml': JD })
    await lab.close()
    return lab.simulator.world
  }
  const breakOff = (world: World): void => {
    writeSdn(world, 'vnets', 'r1', undefined)
    world.sdn.lock = 'left behind'
  }

  it('is taken back by the next life, before it gives the lock back: the range may be wanted again', async () => {
    const world = await deployed()
    breakOff(world)
    const warned: unknown[] = []
    const logger = { ...quiet, warn: (...said: readonly unknown[]) => void warned.push(said) }
    const lockNote = { kind: 'held', token: 'left behind', at: 0 } as const
    lab = await openLab({ world, files: { 'JD.yml': JD }, lockNote, logger })
    await lab.until(() => lab.ready('JD') && world.sdn.lock === undefined)
    expect(warned, 'what it left itself').to.deep.equal([])
    expect(lab.writes().map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'POST /cluster/sdn/vnets',
      'DELETE /cluster/sdn/lock',
    ])
  })

  itLong('is made again when the range is still to go', async () => {
    const world = await deployed()
    for (const vmid of world.pools.get('JD')?.vms ?? []) world.guests.delete(vmid)
    world.pools.get('JD')?.vms.clear()
    breakOff(world)
    lab = await openLab({ world, files: { 'JD.yml': ABSENT }, lockNote: { kind: 'held', token: 'left behind', at: 0 } })
    await lab.until(() => readyIs()?.reason === 'Absent')
    expect(world.sdn.running.vnets.has('r1')).to.equal(false)
  })

  itLong('is taken back when Lanista is stopped just then', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const deleted = lab.simulator.journal.next(DELETION)
    await lab.drop('JD.yml', ABSENT)
    await deleted
    await lab.controller.stop(new Error('stopped'))
    const { configured, running, lock } = lab.simulator.world.sdn
    expect(configured.vnets.get('r1')).to.deep.equal(running.vnets.get('r1')).and.to.include({ zone: 'ludus' })
    expect(lock).to.equal(undefined)
  })

  itLong('stays under a lock that was taken besides pending changes: it may be somebody else’s', async () => {
    const world = await deployed()
    breakOff(world)
    const lockNote = { kind: 'held', token: 'left behind', at: 0, besides: true } as const
    lab = await openLab({ world, files: { 'JD.yml': JD }, lockNote })
    await lab.until(() => readyIs()?.reason === 'VnetDeletionPending')
    expect(lab.writes().map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['DELETE /cluster/sdn/lock'])
  })

  itLong("of somebody's making stays, and stops the range, which is said", async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    writeSdn(lab.simulator.world, 'vnets', 'r1', undefined)
    await lab.until(() => readyIs()?.reason === 'VnetDeletionPending')
    commitSdn(lab.simulator.world)
    await lab.until(() => lab.ready('JD'))
  })
})
