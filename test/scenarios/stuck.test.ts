import { rename } from 'node:fs/promises'
import { expect } from 'chai'
import type { Guest } from '../../adapters/simulator/world.ts'
import type { Lab } from './lab.ts'
import { rangeText } from './ranges.ts'
import { openReadyLab } from './ready-lab.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const TWO = rangeText([
  { name: 'a', vlan: 10, octet: 1 },
  { name: 'b', vlan: 10, octet: 2 },
])
const B_VMID = 1_010_002

describe('what nothing ends by itself', () => {
  let lab: Lab
  afterEach(() => lab.close())

  const ready = () => lab.controller.board.get('JD')?.conditions.at(-1)
  const world = () => lab.simulator.world
  const reads = (): number => lab.simulator.journal.entries().length

  itLong('a VM without a name in the pool is told with what to do, and looked at ever less often', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const template = [...world().guests.values()].find(({ config }) => config.get('template') !== undefined)!
    const config = new Map([...template.config].filter(([key]) => !['template', 'name', 'tags'].includes(key)))
    const nameless: Guest = { ...template, vmid: 500, node: 'pve1', config }
    world().guests.set(500, nameless)
    world().pools.get('JD')!.vms.add(500)
    await lab.drop('JD.yml', TWO)
    await lab.sleep(75_000)
    expect(ready()).to.include({ status: 'False', reason: 'VmTrouble' })
    expect(ready()?.message).to.match(/vm JD-b: VM 500 on pve1, in pool JD, has no name yet; .*; give it one/)
    const before = reads()
    await lab.sleep(60_000)
    expect(reads() - before).to.be.below(120)
    config.set('name', 'theirs')
    await lab.until(() => lab.ready('JD'))
  })

  it('a lock that could not be given back is given back with a later look, though nothing is to be changed', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const refusal = { kind: 'answer', status: 500, message: 'the dog ate it' } as const
    const match = { method: 'DELETE', path: '/cluster/sdn/lock' }
    const refused = lab.simulator.arm({ on: 'request', match, at: 'before', effect: refusal, times: 1000 })
    const applies = { method: 'PUT', path: '/cluster/sdn' }
    lab.simulator.arm({ on: 'request', match: applies, at: 'before', effect: refusal, times: 1 })
    await lab.drop('KT.yml', TWO)
    await lab.until(() => refused.hits() > 0)
    refused.disarm()
    await lab.remove('KT.yml')
    await lab.sleep(60_000)
    expect(world().sdn.lock).to.equal(undefined)
  })

  it('a VM that was taken out of the file is told of, as it runs on and is in the way of a removal', async () => {
    lab = await openReadyLab({ 'JD.yml': TWO })
    await lab.drop('JD.yml', JD)
    const machines = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
    await lab.until(() => machines()?.reason === 'VmNotNamed')
    expect(machines()).to.include({ status: 'True' })
    expect(machines()?.message).to.match(
      /^VM 1010002 \(JD-b\) on pve\d is the range's, .* name it again, or delete it: qm destroy/,
    )
    expect(lab.ready('JD')).to.equal(true)
    await lab.drop('JD.yml', TWO)
    await lab.until(() => machines()?.reason === 'Ok')
  })

  it('an address that a VM has left can be given to another, which is made beside it', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    const moved = rangeText([
      { name: 'a', vlan: 10, octet: 77 },
      { name: 'c', vlan: 10, octet: 1 },
    ])
    await lab.drop('JD.yml', moved)
    await lab.until(() => world().guests.get(1_010_301)?.config.get('name') === 'JD-c' && lab.ready('JD'))
    expect(world().guests.get(1_010_001)?.config.get('name')).to.equal('JD-a')
    await lab.sleep(120_000)
    expect(
      [...world().guests.values()].filter(({ config }) => String(config.get('name')).startsWith('JD-')),
    ).to.have.length(3)
  })

  it('a folder that is gone is told of each range, with what to do, and when it is back', async () => {
    const said: string[] = []
    const log = (message: string): void => void said.push(message)
    lab = await openReadyLab({ 'JD.yml': JD }, { logger: { info: log, warn: log, error: log } })
    await rename(lab.folder, `${lab.folder}-away`)
    await lab.until(() => ready()?.reason === 'FileUnreadable')
    expect(ready()?.message).to.match(
      /can't be read: it does not exist; create it, or .*; its VMs and networks stay as they are/,
    )
    expect(lab.observed.notReady()).to.match(/range files: the folder .* can't be read/)
    await lab.sleep(90_000)
    await rename(`${lab.folder}-away`, lab.folder)
    await lab.until(() => lab.ready('JD') && lab.observed.notReady() === undefined)
    expect(said.filter((message) => message.includes('range folder'))).to.deep.equal([
      'the range folder could not be read; nothing is changed',
      'the range folder can be read again',
    ])
  })

  itLong('a clone that hangs is told with what to do, and holds up nobody else', async () => {
    lab = await openReadyLab({ 'JD.yml': JD }, { durations: { linkedClone: 10 * 3_600_000 }, resyncMs: 150_000 })
    await lab.drop('JD.yml', TWO)
    await lab.sleep(300_000)
    expect(ready()).to.include({ status: 'False', reason: 'Progressing' })
    await lab.until(() => ready()?.reason === 'Overdue')
    expect(ready()?.message).to.match(
      /^2 of 3 VMs are running; vm JD-b is being cloned; nothing has come of that for 10 min/,
    )
    expect(world().guests.has(B_VMID)).to.equal(true)
  })
})
