import { expect } from 'chai'
import type { Guest, World } from '../../adapters/simulator/world.ts'
import { cases, every, itLong } from '../runner/long-runs.ts'
import { type Lab, openLab } from './lab.ts'
import { personIn } from './person.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText, type VmText } from './ranges.ts'

const A: VmText = { name: 'a', vlan: 10, octet: 1 }
const B: VmText = { name: 'b', vlan: 10, octet: 2 }
const ROUTER = 'JD-router-debian12-x64'
const fileOf = (power: string, ...vms: readonly VmText[]): string =>
  rangeText(vms, `ludus_extensions: { lanista: { power: ${power} } }\n`)

describe("what a range's power asks for", () => {
  let lab: Lab
  const open = async (text: string): Promise<void> => {
    lab = await openReadyLab({ 'JD.yml': text })
  }
  afterEach(() => lab.close())

  const guests = () =>
    [...lab.simulator.world.guests.values()].filter(({ config }) => String(config.get('name')).startsWith('JD-'))
  const isOn = (name: string): boolean =>
    guests().find(({ config }) => config.get('name') === name)?.running !== undefined
  const on = (): readonly string[] =>
    guests()
      .filter(({ running }) => running !== undefined)
      .map(({ config }) => String(config.get('name')))
      .sort()
  const statusWrites = (since = 0): readonly string[] =>
    lab
      .writes()
      .slice(since)
      .filter(({ path, user }) => path.includes('/status/') && user?.startsWith('lanista') === true)
      .map(({ path }) => path.replace(/.*\/status\//, ''))
  const phases = () => lab.controller.board.get('JD')?.vms.map(({ phase }) => phase)
  const machines = () => lab.controller.board.get('JD')?.conditions.find(({ type }) => type === 'MachinesReady')
  const told = async (): Promise<void> => {
    const { world, simulation } = lab.simulator
    const since = simulation.clock.now()
    while ([...world.nodes.values()].some(({ published }) => published.at <= since)) await lab.sleep(1000)
  }

  itLong('off: clones and configures, and starts nothing', async () => {
    lab = await openLab({ files: { 'JD.yml': fileOf('off', A) } })
    await lab.until(() => lab.ready('JD'))
    expect(guests()).to.have.length(2)
    expect(on()).to.deep.equal([])
    expect(statusWrites()).to.deep.equal([])
    expect(phases()).to.deep.equal(['stopped', 'stopped'])
    expect(machines()).to.include({ message: 'all VMs are shut down, as the range file asks (power: off)' })
  })

  it('on to off to on: shuts all down without force, is silent then, and starts them again', async () => {
    await open(rangeText([A]))
    const before = lab.writes().length
    await lab.drop('JD.yml', fileOf('off', A))
    await lab.until(() => lab.ready('JD') && on().length === 0)
    expect(statusWrites(before)).to.deep.equal(['shutdown', 'shutdown'])
    expect(lab.writes().at(-1)?.params).to.deep.equal({ timeout: '60' })
    await told()
    const quiet = lab.writes().length
    await lab.pass()
    expect(lab.writes().slice(quiet)).to.deep.equal([])
    await lab.drop('JD.yml', fileOf('on', A))
    await lab.until(() => lab.ready('JD') && on().length === 2)
    expect(statusWrites(quiet)).to.deep.equal(['start', 'start'])
  })

  it('keep: starts a new VM, and leaves off what a person has shut down', async () => {
    await open(fileOf('keep', A))
    expect(on()).to.deep.equal(['JD-a', ROUTER])
    const vmid = guests().find(({ config }) => config.get('name') === 'JD-a')!
    await personIn(lab.simulator)('POST', `/nodes/${vmid.node}/qemu/${vmid.vmid}/status/stop`)
    await lab.until(() => !isOn('JD-a'))
    await told()
    const before = lab.writes().length
    await lab.drop('JD.yml', fileOf('keep', A, B))
    await lab.until(() => lab.ready('JD') && isOn('JD-b'))
    expect(on()).to.deep.equal(['JD-b', ROUTER])
    expect(statusWrites(before)).to.deep.equal(['start'])
    await lab.drop('JD.yml', fileOf('on', A, B))
    await lab.until(() => lab.ready('JD') && isOn('JD-a'))
  })

  itLong('off to keep: leaves off what was made while the range was off', async () => {
    await open(fileOf('off', A))
    await told()
    const before = lab.writes().length
    await lab.drop('JD.yml', fileOf('keep', A))
    await lab.until(() => machines()?.message.includes('power: keep') === true)
    await lab.pass()
    expect(statusWrites(before)).to.deep.equal([])
  })

  itLong('keep: gives a new VM its first start although the first attempt failed', async () => {
    lab = await openLab()
    lab.simulator.arm({ on: 'task', type: 'qmstart', at: 'before', error: 'the dog ate it', times: 2 })
    await lab.drop('JD.yml', fileOf('keep', A))
    await lab.until(() => lab.ready('JD') && on().length === 2)
  })

  itLong(
    'keep: leaves off what a person has started, after its first start had failed, and stopped again between two looks',
    async () => {
      lab = await openLab()
      lab.simulator.arm({ on: 'task', type: 'qmstart', id: '1010001', at: 'before', error: 'no memory', times: 3 })
      const tries = () => lab.writes().filter(({ path }) => path.endsWith('/1010001/status/start')).length
      await lab.drop('JD.yml', fileOf('keep', A))
      await lab.until(() => tries() === 3)
      await Promise.all(lab.simulator.world.tasks.map(({ done }) => done))
      // Its last try has failed, and is told.
      await lab.until(() => machines()?.message.includes('no memory') === true)
      const person = personIn(lab.simulator)
      const at = `/nodes/${guests().find(({ vmid }) => vmid === 1_010_001)?.node}/qemu/1010001/status`
      await person('POST', `${at}/start`)
      await Promise.all(lab.simulator.world.tasks.map(({ done }) => done))
      await person('POST', `${at}/stop`)
      await lab.until(() => lab.ready('JD'))
      await lab.pass()
      expect(on()).to.deep.equal([ROUTER])
      expect(tries()).to.equal(4)
    },
  )

  itLong('off: tells of a guest that does not shut down, asks it again, and never forces it', async () => {
    await open(rangeText([A]))
    lab.simulator.world.guestsRespond = false
    await lab.drop('JD.yml', fileOf('off', A))
    await lab.until(() => machines()?.reason === 'VmTrouble')
    expect(machines()?.message).to.match(
      /did not shut down within 60 s and is asked again, never forced; shut it down from inside, or stop it on pve\d: qm stop 1\d+; tried again at \S+$/,
    )
    expect(on()).to.have.length(2)
    lab.simulator.world.guestsRespond = true
    await lab.until(() => lab.ready('JD') && on().length === 0)
    expect(new Set(statusWrites())).to.deep.equal(new Set(['shutdown']))
    for (const { path, params } of lab.writes())
      if (path.endsWith('/shutdown')) expect(params).to.deep.equal({ timeout: '60' })
  })

  const MEANWHILE: readonly (readonly [string, (guest: Guest, world: World) => void])[] = [
    ['lost its tags', ({ config }) => void config.set('tags', 'theirs')],
    ['was taken out of the pool', ({ vmid }, { pools }) => void pools.get('JD')?.vms.delete(vmid)],
    ['was renamed', ({ config }) => void config.set('name', 'precious')],
    ['was locked', ({ config }) => void config.set('lock', 'backup')],
    ['has become a template', ({ config }) => void config.set('template', 1)],
    [
      'was replaced by another of the same VMID',
      ({ config }) => {
        config.clear()
        config.set('name', 'JD-a')
      },
    ],
  ]
  for (const [what, change] of cases(MEANWHILE, every(6)))
    it(`off: does not shut down a VM that ${what} just before`, async () => {
      await open(rangeText([A]))
      const a = guests().find(({ config }) => config.get('name') === 'JD-a')!
      lab.simulator.arm({
        on: 'request',
        match: { method: 'GET', path: '/pools/JD' },
        times: 2,
        at: 'before',
        effect: { kind: 'edit', edit: (world) => change(a, world) },
      })
      const before = lab.writes().length
      await lab.drop('JD.yml', fileOf('off', A))
      await lab.until(() => guests().every(({ vmid, running }) => vmid === a.vmid || running === undefined))
      await lab.sleep(30_000)
      expect(a.running, 'it runs').not.to.equal(undefined)
      const ofA = lab
        .writes()
        .slice(before)
        .filter(({ path }) => path.includes(`/qemu/${a.vmid}`))
      expect(ofA.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([])
    })

  itLong(
    'off: does not ask again for a shutdown that had to wait for a lock, of a VM that is no longer the range’s',
    async () => {
      await open(rangeText([A]))
      const a = guests().find(({ config }) => config.get('name') === 'JD-a')!
      const path = `/nodes/${a.node}/qemu/${a.vmid}/status/shutdown`
      const message = `can't lock file '/var/lock/qemu-server/lock-${a.vmid}.conf' - got timeout`
      lab.simulator.arm({
        on: 'request',
        match: { method: 'POST', path },
        at: 'before',
        effect: { kind: 'answer', status: 500, message },
      })
      const stop = lab.simulator.journal.listen((entry, phase) => {
        if (phase === 'answered' && entry.path === path) lab.simulator.world.pools.get('JD')?.vms.delete(a.vmid)
      })
      await lab.drop('JD.yml', fileOf('off', A))
      await lab.until(() => guests().every(({ vmid, running }) => vmid === a.vmid || running === undefined))
      await lab.sleep(60_000)
      stop()
      expect(lab.writes().filter((each) => each.path === path)).to.have.length(1)
      expect(a.running).not.to.equal(undefined)
    },
  )

  const THEN = [
    [
      'Lanista was restarted',
      async (): Promise<void> => {
        const { world } = lab.simulator
        await lab.close()
        lab = await openLab({ world, files: { 'JD.yml': fileOf('keep', A) } })
      },
    ],
    [
      'its node was away and came back',
      async (): Promise<void> => {
        const { node } = guests().find(({ config }) => config.get('name') === 'JD-a')!
        await lab.simulator.powerOff(node)
        await lab.sleep(60_000)
        await lab.simulator.powerOn(node)
        await lab.sleep(60_000)
      },
    ],
    [
      'its configuration was corrected',
      async (): Promise<void> => {
        const { config } = guests().find((each) => each.config.get('name') === 'JD-a')!
        config.set('net0', String(config.get('net0')).replace(/bridge=\w+/, 'bridge=vmbr0'))
        await lab.until(() => String(config.get('net0')).includes('bridge=r1'))
      },
    ],
  ] as const
  for (const [what, then] of cases(THEN, every(3)))
    itLong(`keep: leaves off a VM that a person stopped, also after ${what}`, async () => {
      lab = await openReadyLab({ 'JD.yml': fileOf('keep', A) }, { settings: { auditMs: 20_000 } })
      const a = guests().find(({ config }) => config.get('name') === 'JD-a')!
      await personIn(lab.simulator)('POST', `/nodes/${a.node}/qemu/${a.vmid}/status/stop`)
      await lab.until(() => !isOn('JD-a'))
      await told()
      await then()
      await lab.sleep(90_000)
      expect(isOn('JD-a')).to.equal(false)
    })

  itLong('keep: leaves off a VM whose start failed, that a person then started and stopped', async () => {
    lab = await openLab()
    const failing = lab.simulator.arm({ on: 'task', type: 'qmstart', at: 'before', error: 'the dog ate it', times: 2 })
    await lab.drop('JD.yml', fileOf('keep', A))
    await lab.until(() => failing.hits() === 2)
    const a = guests().find(({ config }) => config.get('name') === 'JD-a')!
    const person = personIn(lab.simulator)
    await person('POST', `/nodes/${a.node}/qemu/${a.vmid}/status/start`)
    await lab.until(() => isOn('JD-a'))
    await told()
    await lab.pass()
    await person('POST', `/nodes/${a.node}/qemu/${a.vmid}/status/stop`)
    await lab.until(() => !isOn('JD-a'))
    await lab.sleep(90_000)
    expect(isOn('JD-a')).to.equal(false)
  })
})
