import { expect } from 'chai'
import type { ArmedFault } from '../../adapters/simulator/faults.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import type { ConditionType } from '../../model/condition.ts'
import type { Lab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const GOES = `${JD}ludus_extensions: { lanista: { state: absent } }\n`
const ROUTER = 'JD-router-debian12-x64'

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
    lab = await openReadyLab({ 'JD.yml': text })
    before = ours().length
  }
  const drop = (): Promise<void> => lab.drop('JD.yml', GOES)

  it('shuts each down and deletes it, then removes the network and the pool, and then is silent', async () => {
    lab = await openReadyLab({ 'JD.yml': JD, 'KT.yml': JD })
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

  itLong('stops one whose guest does not shut down in 60 s, and only deletes one that is off', async () => {
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

  itLong('touches none while one is protected, says so, and goes on when it is not any more', async () => {
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

  itLong("touches none while somebody's VM is in its pool, though it carries copies of its tags", async () => {
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

  const MEANWHILE: readonly (readonly [what: string, edit: (guest: Guest, world: World) => void])[] = [
    ['untagged', ({ config }) => void config.set('tags', 'theirs')],
    ['renamed', ({ config }) => void config.set('name', 'precious')],
    ['moved', ({ vmid }, { pools }) => void pools.get('JD')?.vms.delete(vmid)],
    ['protected', ({ config }) => void config.set('protection', '1')],
    ['templated', ({ config }) => void config.set('template', '1')],
  ]
  it("neither stops nor deletes one that looks like somebody else's by then, is protected or has become a template", async () => {
    const early = MEANWHILE.map(([what], index) => ({ name: `${what}1`, vlan: 10, octet: 1 + index }))
    const late = MEANWHILE.map(([what], index) => ({ name: `${what}2`, vlan: 10, octet: 11 + index }))
    const text = rangeText([...early, ...late])
    lab = await openReadyLab({ 'JD.yml': text })
    before = ours().length
    const found = ({ name }: { readonly name: string }) => [guestNamed(`JD-${name}`)!, pathOf(`JD-${name}`)] as const
    const [kept, halted] = [early.map(found), late.map(found)]
    // All VMs have been looked at by then; the pool is read for the first time after that.
    lab.simulator.arm({
      on: 'request',
      match: { method: 'GET', path: '/pools/JD' },
      at: 'before',
      effect: { kind: 'edit', edit: (seen) => kept.forEach(([guest], index) => MEANWHILE[index]?.[1](guest, seen)) },
    })
    for (const [index, [guest, path]] of halted.entries())
      lab.simulator.arm({
        on: 'request',
        match: { method: 'POST', path: `${path}/status/shutdown` },
        at: 'before',
        effect: { kind: 'edit', edit: (seen) => MEANWHILE[index]?.[1](guest, seen) },
      })
    await lab.drop('JD.yml', `${text}ludus_extensions: { lanista: { state: absent } }\n`)
    await lab.until(() => halted.every(([guest]) => guest.running === undefined))
    await lab.until(() => ['VmTrouble', 'RemovalWaits'].includes(conditionOf('Ready')?.reason ?? ''))
    await lab.pass()
    for (const [index, [guest, path]] of kept.entries()) {
      expect(writes(path), early[index]?.name).to.deep.equal([])
      expect(guest.running, early[index]?.name).to.not.equal(undefined)
    }
    for (const [index, [, path]] of halted.entries())
      expect(writes(path), late[index]?.name).to.deep.equal([`POST ${path}/status/shutdown`])
  })

  itLong(
    'ends as asked when a shutdown, a deletion or the removal of the pool is refused, or its answer is lost',
    async () => {
      const names = ['refused-shutdown', 'lost-shutdown', 'refused-deletion', 'lost-deletion']
      const text = rangeText(names.map((name, index) => ({ name, vlan: 10, octet: 1 + index })))
      lab = await openReadyLab({ 'JD.yml': text })
      before = ours().length
      const refused = { kind: 'answer', status: 500, message: 'the dog ate it' } as const
      const arm = (method: 'POST' | 'DELETE', path: string, lost: boolean): ArmedFault =>
        lab.simulator.arm(
          lost
            ? { on: 'request', match: { method, path }, at: 'after', effect: { kind: 'reset' } }
            : { on: 'request', match: { method, path }, at: 'before', effect: refused },
        )
      const armed = [
        ...names.map((name) => {
          const path = pathOf(`JD-${name}`)
          return arm(
            name.endsWith('shutdown') ? 'POST' : 'DELETE',
            name.endsWith('shutdown') ? `${path}/status/shutdown` : path,
            name.startsWith('lost'),
          )
        }),
        arm('DELETE', '/pools/JD', false),
        arm('DELETE', '/pools/JD', true),
      ]
      const vmids = [...(world().pools.get('JD')?.vms ?? [])]
      await lab.drop('JD.yml', `${text}ludus_extensions: { lanista: { state: absent } }\n`)
      await gone()
      expect(armed.map(({ hits }) => hits())).to.deep.equal([1, 1, 1, 1, 1, 1])
      expect(vmids.filter((vmid) => world().guests.has(vmid))).to.deep.equal([])
      expect(world().pools.has('JD')).to.equal(false)
    },
  )

  itLong('tells the end of a task that fails, with its log, and tries again', async () => {
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

  itLong('keeps a pool that holds something else, and one that nothing shows to be its own', async () => {
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
