import { expect } from 'chai'
import type { Fault } from '../../adapters/simulator/faults.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import type { ConditionType } from '../../model/condition.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { rangeText } from './ranges.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const GOES = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const ROUTER = 'JD-router-debian11-x64'

describe('a range that is to go, with its VMs', () => {
  let lab: Lab
  /** Of the writes, those before the range was to go. */
  let before = 0
  afterEach(() => lab.close())

  const world = (): World => lab.simulator.world
  const person = () => personIn(lab.simulator)
  const guestNamed = (name: string): Guest | undefined =>
    [...world().guests.values()].find(({ config }) => config.get('name') === name)
  const pathOf = (name: string): string => {
    const { node, vmid } = guestNamed(name)!
    return `/nodes/${node}/qemu/${vmid}`
  }
  const conditionOf = (type: ConditionType, id = 'JD') =>
    lab.controller.board.get(id)?.conditions.find((each) => each.type === type)
  const ours = (): readonly JournalEntry[] => lab.writes().filter(({ user }) => user?.startsWith('lanista') === true)
  const named = (entries: readonly JournalEntry[]): readonly string[] =>
    entries.map(({ method, path }) => `${method} ${path}`)
  /** What Lanista wrote since the range is to go. */
  const writes = (part = ''): readonly string[] => named(ours().slice(before)).filter((call) => call.includes(part))
  const gone = () => lab.until(() => conditionOf('Ready')?.reason === 'Absent')
  const waits = async (): Promise<string> => {
    await lab.until(() => conditionOf('MachinesReady')?.reason === 'RemovalWaits')
    return conditionOf('MachinesReady')?.message ?? ''
  }

  const ready = async (text = JD): Promise<void> => {
    lab = await openLab({ files: { 'JD.yml': text } })
    await lab.until(() => lab.ready('JD'))
    before = ours().length
  }
  const drop = (): Promise<void> => lab.drop('JD.yml', GOES)

  it('shuts each down and deletes it, then removes the network and the pool, and then is silent', async () => {
    lab = await openLab({ files: { 'JD.yml': JD, 'KT.yml': JD } })
    await lab.until(() => lab.ready('JD', 'KT'))
    before = ours().length
    const [a, router] = [pathOf('JD-a'), pathOf(ROUTER)]
    const vnet = world().sdn.running.vnets.get('r1')?.['alias'] === 'lanista range JD' ? 'r1' : 'r2'
    await drop()
    await gone()
    for (const path of [a, router])
      expect(writes(path)).to.deep.equal([`POST ${path}/status/shutdown`, `DELETE ${path}`])
    expect(writes().slice(4)).to.deep.equal([
      'POST /cluster/sdn/lock',
      `DELETE /cluster/sdn/vnets/${vnet}`,
      'PUT /cluster/sdn',
      'DELETE /pools/JD',
    ])
    expect(lab.writes().find(({ path }) => path.endsWith('/shutdown'))?.params).to.deep.equal({ timeout: '60' })
    expect(world().pools.has('JD')).to.equal(false)
    expect(lab.controller.board.get('JD')).to.deep.include({ vms: [], number: undefined })
    expect(conditionOf('Ready')?.message).to.equal('range JD: nothing of it is left (its file says state: absent)')
    expect(lab.ready('KT')).to.equal(true)
    const done = ours().length
    await lab.pass()
    expect(named(ours().slice(done))).to.deep.equal([])
  })

  it('stops one whose guest does not shut down in 60 s, and only deletes one that is off', async () => {
    await ready(`${JD}ludus_extensions: { lanista: { power: keep } }\n`)
    world().guestsRespond = false
    const [a, router] = [pathOf('JD-a'), pathOf(ROUTER)]
    await person()('POST', `${a}/status/stop`)
    await lab.until(() => guestNamed('JD-a')?.running === undefined)
    await drop()
    await gone()
    expect(writes(a)).to.deep.equal([`DELETE ${a}`])
    expect(writes(router)).to.deep.equal([
      `POST ${router}/status/shutdown`,
      `POST ${router}/status/stop`,
      `DELETE ${router}`,
    ])
  })

  it('touches none while one is protected, says so, and goes on when it is not any more', async () => {
    await ready()
    const { vmid } = guestNamed('JD-a')!
    await person()('PUT', `${pathOf('JD-a')}/config`, { protection: 1 })
    await drop()
    expect(await waits()).to.match(
      new RegExp(
        `^range JD: it is to go \\(its file says state: absent\\), and none of its VMs is touched, because vm JD-a \\(VMID ${vmid}\\) is protected; if it is to go: qm set ${vmid} --protection 0 \\(on pve\\d\\)$`,
      ),
    )
    expect(writes()).to.deep.equal([])
    await person()('PUT', `${pathOf('JD-a')}/config`, { protection: 0 })
    await gone()
  })

  it("touches none while somebody's VM is in its pool, though it carries copies of its tags", async () => {
    await ready()
    const copy = { vmid: 500, name: 'my-copy', pool: 'JD', tags: 'lanista;jd' }
    await person()('POST', '/nodes/pve1/qemu', copy)
    await lab.until(() => world().pools.get('JD')?.vms.has(500) === true && guestNamed('my-copy') !== undefined)
    await drop()
    await lab.until(() => conditionOf('MachinesReady')?.message.includes('my-copy (VMID 500) is not named in') === true)
    expect(writes()).to.deep.equal([])
    await person()('PUT', '/pools/JD', { vms: 500, delete: 1 })
    await gone()
    expect(guestNamed('my-copy')).to.not.equal(undefined)
  })

  const meanwhile: readonly (readonly [what: string, edit: (guest: Guest, world: World) => void])[] = [
    ['loses its tags', ({ config }) => void config.set('tags', 'theirs')],
    ['gets another name', ({ config }) => void config.set('name', 'precious')],
    ['leaves the pool', ({ vmid }, { pools }) => void pools.get('JD')?.vms.delete(vmid)],
    ['is protected', ({ config }) => void config.set('protection', '1')],
    ['becomes a template', ({ config }) => void config.set('template', '1')],
  ]
  for (const [what, edit] of meanwhile) {
    it(`does not stop one that ${what} right before its shutdown, nor delete one that does so after it`, async () => {
      await ready()
      const [a, router] = [guestNamed('JD-a')!, guestNamed(ROUTER)!]
      const [pathOfA, pathOfRouter] = [pathOf('JD-a'), pathOf(ROUTER)]
      // All VMs have been looked at by then; the pool is read for the first time right before a VM's first write.
      lab.simulator.arm({
        on: 'request',
        match: { method: 'GET', path: '/pools/JD' },
        at: 'before',
        effect: { kind: 'edit', edit: (seen) => edit(a, seen) },
      })
      lab.simulator.arm({
        on: 'request',
        match: { method: 'POST', path: `${pathOfRouter}/status/shutdown` },
        at: 'before',
        effect: { kind: 'edit', edit: (seen) => edit(router, seen) },
      })
      await drop()
      await lab.until(() => writes(`${pathOfRouter}/status/shutdown`).length > 0 && router.running === undefined)
      await lab.until(() => ['VmTrouble', 'RemovalWaits', 'NetworkInUse'].includes(conditionOf('Ready')?.reason ?? ''))
      await lab.pass()
      expect(writes(pathOfA)).to.deep.equal([])
      expect(writes(pathOfRouter)).to.deep.equal([`POST ${pathOfRouter}/status/shutdown`])
      expect(a.running).to.not.equal(undefined)
    })
  }

  const TROUBLES: readonly (readonly [name: string, match: RegExp, method: 'POST' | 'DELETE'])[] = [
    ['the shutdown', /\/status\/shutdown$/, 'POST'],
    ['the deletion', /\/qemu\/\d+$/, 'DELETE'],
    ['the removal of the pool', /^\/pools\/JD$/, 'DELETE'],
  ]
  const faultsOn = (path: RegExp, method: 'POST' | 'DELETE'): readonly (readonly [string, Fault])[] => {
    const match = { method, path }
    return [
      ['is cut off after it happened', { on: 'request', match, at: 'after', effect: { kind: 'reset' } }],
      [
        'is refused',
        { on: 'request', match, at: 'before', effect: { kind: 'answer', status: 500, message: 'the dog ate it' } },
      ],
    ]
  }
  for (const [name, path, method] of TROUBLES) {
    for (const [how, fault] of faultsOn(path, method)) {
      it(`ends as asked when ${name} ${how}`, async () => {
        await ready()
        const vmids = [guestNamed('JD-a')!.vmid, guestNamed(ROUTER)!.vmid]
        const armed = lab.simulator.arm(fault)
        await drop()
        await gone()
        expect(armed.hits()).to.equal(1)
        for (const vmid of vmids) expect(world().guests.has(vmid)).to.equal(false)
        expect(world().pools.has('JD')).to.equal(false)
      })
    }
  }

  it('tells the end of a task that fails, with its log, and tries again', async () => {
    await ready()
    const { vmid } = guestNamed('JD-a')!
    lab.simulator.arm({ on: 'task', type: 'qmdestroy', id: String(vmid), at: 'before', error: 'the dog ate it' })
    await drop()
    await lab.until(() => conditionOf('MachinesReady')?.reason === 'VmTrouble')
    expect(conditionOf('MachinesReady')?.message).to.match(
      /^range JD: 1 of its VMs are not gone; vm JD-a: DELETE .*the dog ate it/,
    )
    await gone()
  })

  it('keeps a pool that holds something else, and one that nothing shows to be its own', async () => {
    await ready()
    await person()('PUT', '/pools/JD', { storage: 'shared' })
    await drop()
    await lab.until(() => conditionOf('PoolReady')?.reason === 'PoolLeft')
    expect(conditionOf('PoolReady')?.message).to.contain('its pool JD has something in it that is no VM of the range')
    await person()('PUT', '/pools/JD', { storage: 'shared', delete: 1, comment: '' })
    await gone()
    expect(world().pools.has('JD'), "whose last VM was the range's").to.equal(false)

    await person()('POST', '/pools', { poolid: 'KT', comment: 'of Ann' })
    await lab.drop('KT.yml', GOES)
    await lab.until(() => conditionOf('Ready', 'KT')?.reason === 'Absent')
    expect(world().pools.has('KT')).to.equal(true)
  })
})
