import { expect } from 'chai'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { itLong } from '../runner/long-runs.ts'
import type { Lab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'

const rangeOf = (octet: number): string => rangeText([{ name: 'a', vlan: 10, octet }])
const JD = rangeOf(1)
const ABSENT = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const APPLY = { method: 'PUT', path: '/cluster/sdn' }
const REFUSED = { kind: 'answer', status: 500, message: 'something is wrong' } as const

describe('the deletion of a VNet that is pending', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const readyIs = (id: string) => lab.controller.board.get(id)?.conditions.find(({ type }) => type === 'Ready')
  const world = (): World => lab.simulator.world
  const guestOnR1 = (): void => {
    const template = [...world().guests.values()].find(({ config }) => config.get('template') !== undefined)!
    const config = new Map([
      ['name', 'theirs'],
      ['net0', 'virtio=BC:24:11:00:00:09,bridge=r1'],
    ])
    world().guests.set(321, { ...template, vmid: 321, node: 'pve2', config } satisfies Guest)
  }

  it('comes into force under no NIC of a guest that got it since the apply failed', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const failing = lab.simulator.arm({ on: 'request', match: APPLY, at: 'before', effect: REFUSED })
    await lab.drop('JD.yml', ABSENT)
    await lab.until(() => failing.hits() > 0)
    await lab.simulator.journal.next({ method: 'POST', path: '/cluster/sdn/lock' })
    guestOnR1()
    await lab.until(() => readyIs('JD')?.reason === 'NetworkInUse' && world().sdn.configured.vnets.has('r1'))
    expect(world().sdn.running.vnets.has('r1')).to.equal(true)
  })

  /** One range goes, another comes, in one turn; between the writes and their apply a guest gets a NIC on the network that goes. */
  const inOneTurn = async (): Promise<void> => {
    const { journal } = lab.simulator
    // Whatever is asked for while a node reloads is for one turn.
    lab.simulator.arm({ on: 'reload', node: 'pve1', fails: false, takes: 25_000 })
    const applied = journal.next(APPLY)
    await lab.drop('KT.yml', rangeOf(2))
    await applied
    const deleted = journal.next({ method: 'DELETE', path: '/cluster/sdn/vnets/r1' })
    const made = journal.next({ method: 'POST', path: '/cluster/sdn/vnets' })
    await lab.drop('JD.yml', ABSENT)
    await lab.drop('LM.yml', rangeOf(3))
    await Promise.all([deleted, made])
    guestOnR1()
  }

  itLong(
    'comes into force under no NIC with the network of another range, when it could not be taken back',
    async () => {
      lab = await openReadyLab({ 'JD.yml': JD })
      const isOfR1 = ({ vnet }: Readonly<Record<string, unknown>>): boolean => vnet === 'r1'
      const match = { method: 'POST', path: '/cluster/sdn/vnets', params: isOfR1 }
      lab.simulator.arm({ on: 'request', match, at: 'before', effect: REFUSED, times: 1000 })
      await inOneTurn()
      await lab.until(() => readyIs('JD')?.reason === 'NetworkInUse' && readyIs('LM')?.reason === 'ForeignPending')
      expect(world().sdn.running.vnets.has('r1')).to.equal(true)
    },
  )

  itLong('is taken back, and the network of another range comes into force in the same turn', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const told = new Set<string | undefined>()
    lab.controller.board.onChange(() => told.add(readyIs('LM')?.reason))
    await inOneTurn()
    await lab.until(() => readyIs('JD')?.reason === 'NetworkInUse' && lab.ready('LM'))
    expect(world().sdn.running.vnets.has('r1')).to.equal(true)
    expect([...told]).not.to.include('ForeignPending')
  })

  it('is left to whom it is of, when Lanista is stopped while nodes reload after its own apply', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const applied = lab.simulator.journal.next(APPLY, 'answered')
    await lab.drop('KT.yml', rangeOf(2))
    await applied
    await personIn(lab.simulator)('DELETE', '/cluster/sdn/vnets/r1')
    await lab.controller.stop(new Error('stopped'))
    expect(world().sdn.configured.vnets.has('r1')).to.equal(false)
  })
})
