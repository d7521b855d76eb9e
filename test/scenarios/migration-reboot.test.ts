import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { Fault } from '../../adapters/simulator/faults.ts'
import { qemu, type World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { itLong } from '../runner/long-runs.ts'
import { personIn } from './person.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 2, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 1, running: true, options: '' }
const [AB_ROUTER = 0, AB_VM = 0, AB_OFF = 0] = vmidsOf(AB)
const [CD_ROUTER = 0, CD_VM = 0] = vmidsOf(CD)
const STRANGER = { name: 'web', vmid: 301, running: true, nics: ['virtio=BC:24:11:09:00:02,bridge=vmbr1001,tag=10'] }

describe('a move of networks that reboots', () => {
  let site: Site
  let world: World
  const open = async (ranges: readonly RangeOnBridges[] = [AB, CD]) => {
    world = bridgeInstallation({ zone: 'vxlan', ranges, others: [STRANGER] })
    const off = world.guests.get(AB_OFF)
    if (off !== undefined) off.running = undefined
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const powerWrites = () =>
    site.simulator.journal
      .entries()
      .flatMap(({ method, path }) => (method === 'GET' ? [] : (/qemu\/(\d+)\/status\/\w+$/.exec(path)?.[0] ?? [])))
      .map((path) => path.slice('qemu/'.length).replace('/status/', ' '))
  const sinceOf = (vmid: number) => world.guests.get(vmid)?.running?.startedAt
  const startsOf = (vmid: number) =>
    world.tasks.filter(({ type, id, end }) => type === 'qmstart' && id === String(vmid) && end?.status === 'OK').length
  const arm = (fault: Fault) => site.simulator.arm(fault)
  const reboots = (vmid: number) => ({ method: 'POST', path: new RegExp(`/qemu/${vmid}/status/reboot$`) })

  it('reboots whoever keeps the old MTU and nobody else, the router first, and nobody twice', async () => {
    await open([AB])
    const before = new Map(vmidsOf(AB).map((vmid) => [vmid, sinceOf(vmid)]))
    const run = await migrate('run')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect(run.stdout).to.match(/# vm AB-vm1 keeps the MTU of its bridge[^\n]*: qm reboot 1011 \(on pve1\)\n/)
    expect(run.stdout).to.match(/# lanista migrate run --reboot reboots them, range by range\nmoved: AB\n$/)
    expect(run.stdout).not.to.include('AB-vm2 keeps')
    expect(powerWrites(), 'nothing without being asked').to.deep.equal([])

    const rebooted = await migrate('run', '--reboot')
    expect(rebooted.status, rebooted.stdout + rebooted.stderr).to.equal(0)
    expect(rebooted.stdout).to.match(
      /^AB:\n  \. vm AB-router[^]*nothing to move; rebooted: AB-router-debian11-x64, AB-vm1\n$/,
    )
    expect(powerWrites()).to.deep.equal([`${AB_ROUTER} reboot`, `${AB_VM} reboot`])
    for (const vmid of [AB_ROUTER, AB_VM]) expect(sinceOf(vmid)).to.be.greaterThan(before.get(vmid) ?? 0)
    expect(sinceOf(AB_OFF)).to.equal(undefined)
  })

  itLong(
    'knows who was rebooted since whatever was done to the clock in between, and reboots nobody twice',
    async () => {
      for (const by of [3_600_000, -7_200_000]) {
        await open([AB])
        await migrate('run')
        // What a clock that was set by so much would have noted.
        const file = path.join(path.dirname(site.config), 'state/migration/journal.json')
        const shifted = (await readFile(file, 'utf8')).replaceAll(/(?<="writtenAt": ?)\d+/g, (text) =>
          String(Number(text) + by),
        )
        await writeFile(file, shifted)
        const status = await migrate('status')
        expect(status.stdout, String(by)).to.match(/VMs that keep the old MTU until they are rebooted: 2\n/)
        const run = await migrate('run', '--reboot')
        expect(run.status, run.stdout + run.stderr).to.equal(0)
        expect(run.stdout).to.match(/nothing to move; rebooted: AB-router-debian11-x64, AB-vm1\n$/)
        await site.simulator.simulation.clock.sleep(7_200_000)
        expect((await migrate('run', '--reboot')).stdout).to.equal('nothing to move\n')
        expect((await migrate('status')).status).to.equal(0)
        expect(powerWrites()).to.have.length(2)
        if (by > 0) await site.close()
      }
    },
  )

  itLong(
    'reboots none that a person reboots, or takes out of its pool, between the look at it and the order',
    async () => {
      const reboot = (): void => {
        const guest = world.guests.get(AB_VM)
        if (guest !== undefined) guest.running = qemu(site.simulator.simulation.clock.now(), 99_999)
      }
      const leave = (): void => void world.pools.get('AB')?.vms.delete(AB_VM)
      for (const edit of [reboot, leave]) {
        await open([AB])
        await migrate('run')
        const match = { method: 'GET', path: new RegExp(`/qemu/${AB_VM}/status/current$`) }
        arm({ on: 'request', match, at: 'after', effect: { kind: 'edit', edit } })
        const run = await migrate('run', '--reboot')
        expect(powerWrites(), run.stdout).to.deep.equal([`${AB_ROUTER} reboot`])
        if (edit === leave) expect(run.stdout).to.match(/! vm AB-vm1: it is not in pool AB any more, so it is left/)
        else await site.close()
      }
      expect((await migrate('run', '--reboot')).stdout).to.match(/! vm AB-vm1: it is not in pool AB any more/)
      expect(powerWrites()).to.deep.equal([`${AB_ROUTER} reboot`])
    },
  )

  itLong('says of a VM that was migrated since that nothing tells its MTU, and does not reboot it', async () => {
    await open([AB])
    await migrate('run')
    const { clock, durations } = site.simulator.simulation
    const answer = await personIn(site.simulator)('POST', `/nodes/pve1/qemu/${AB_VM}/migrate`, {
      target: 'pve2',
      online: 1,
    })
    expect(answer.status, answer.reason).to.equal(200)
    await clock.sleep(durations.migration + durations.statistics)
    expect(world.guests.get(AB_VM)?.node).to.equal('pve2')
    const told =
      /# vm AB-vm1 was on pve1 when its NICs moved, and is on pve2 now: if it was migrated while it ran, [^\n]* \(on pve2\)\n/
    expect((await migrate('status')).stdout).to.match(told)
    const run = await migrate('run', '--reboot')
    expect(run.stdout).to.match(told)
    expect(run.stdout).to.match(/nothing to move; rebooted: AB-router-debian11-x64\n$/)
    expect(powerWrites()).to.deep.equal([`${AB_ROUTER} reboot`])
  })

  itLong('moves and reboots range by range', async () => {
    await open()
    const run = await migrate('run', '--reboot')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect(run.stdout).to.match(/moved: AB, CD; rebooted: AB-router[^,]*, AB-vm1, CD-router[^,]*, CD-vm1\n$/)
    const order = site.simulator.journal
      .entries()
      .flatMap(({ method, path }) =>
        method === 'GET' ? [] : (/qemu\/(\d+)\/(?:config|status\/reboot)$/.exec(path)?.[0].slice(5) ?? []),
      )
    expect(order.indexOf(`${AB_VM}/status/reboot`)).to.be.lessThan(order.indexOf(`${CD_VM}/config`))
    expect((await migrate('status')).status).to.equal(0)
    const count = powerWrites().length
    expect((await migrate('run', '--reboot', '--range', 'AB')).stdout).to.equal('nothing to move\n')
    expect(powerWrites()).to.have.length(count)
  })

  itLong('leaves one that does not go down running, starts it when it goes down later, and says so', async () => {
    await open([AB])
    world.guestsRespond = false
    const run = await migrate('run', '--reboot')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/\. vm AB-vm1 is asked to reboot; it has 180 s to go down\n/)
    expect(run.stdout).to.match(/! vm AB-vm1: it did not go down within 180 s, so it goes on running with the MTU/)
    expect(run.stdout).to.match(/moved: AB; not rebooted: 2\n$/)
    expect(startsOf(AB_VM)).to.equal(0)
    for (const vmid of [AB_ROUTER, AB_VM]) {
      const guest = world.guests.get(vmid)
      if (guest !== undefined) guest.running = undefined
    }
    world.guestsRespond = true
    const again = await migrate('run', '--reboot')
    expect(again.stdout).to.match(/\. vm AB-vm1 was asked to reboot by an earlier run; first the end of that/)
    expect(again.stdout).to.match(/nothing to move; rebooted: AB-router-debian11-x64, AB-vm1\n$/)
    expect(powerWrites().filter((write) => write.endsWith('start'))).to.have.length(2)
    expect([AB_ROUTER, AB_VM].map(startsOf)).to.deep.equal([1, 1])
  })

  itLong(
    'starts one whose own start has failed, and names one that does not start, its range left as it is',
    async () => {
      await open()
      const fails = (id: number, times: number) =>
        arm({ on: 'task', type: 'qmstart', id: String(id), at: 'before', error: 'no such luck', times })
      fails(AB_VM, 1)
      fails(CD_ROUTER, 100)
      const before = sinceOf(CD_VM)
      const run = await migrate('run', '--reboot')
      expect(run.status).to.equal(1)
      expect(run.stdout).to.match(/~ vm AB-vm1 is rebooted/)
      expect(run.stdout).to.match(
        /! vm CD-router[^:]*: it is off, and does not start: .*no such luck.*; see to that, then qm start 1020 \(on pve1\)/,
      )
      expect(run.stdout).to.match(/! the other machines of CD go on as they are, since its router is off/)
      expect([startsOf(AB_VM), sinceOf(CD_VM)]).to.deep.equal([1, before])
    },
  )

  itLong('reboots none that Proxmox holds, that stands still, or that somebody has stopped since', async () => {
    await open()
    await migrate('run')
    world.guests.get(AB_ROUTER)?.config.set('lock', 'backup')
    const { running } = world.guests.get(AB_VM) ?? {}
    if (running !== undefined) running.paused = true
    const held = await migrate('run', '--reboot', '--range', 'AB')
    expect(held.status).to.equal(1)
    expect(held.stdout).to.match(
      /AB-router-debian11-x64: Proxmox holds it locked \(backup\); it ends by itself; .*qm unlock 1010/,
    )
    expect(held.stdout).to.match(/AB-vm1: it stands still \(paused\); resume it \(qm resume 1011 on pve1\)/)
    expect(powerWrites()).to.deep.equal([])
    const router = world.guests.get(CD_ROUTER)
    if (router !== undefined) router.running = undefined
    expect((await migrate('run', '--reboot', '--range', 'CD')).stdout).to.match(/rebooted: CD-vm1\n$/)
    expect(sinceOf(CD_ROUTER)).to.equal(undefined)
  })

  itLong('comes to the same end wherever it was ended: nobody rebooted twice, and nobody left off', async () => {
    // From before the first is asked for to after the last is up: some thirty requests.
    for (let after = 0; after < 36; after += 4) {
      await open([AB])
      await migrate('run')
      const running = startHere(['migrate', 'run', '--reboot', '--config', site.config])
      let requests = 0
      const stop = site.simulator.journal.listen(({ path }) => {
        if (requests > 0 || path.endsWith('/pools/AB')) requests += 1
        if (requests > after) running.stop()
      })
      await running.ended.catch(() => undefined)
      stop()
      await site.simulator.simulation.clock.sleep(after * 300)
      const run = await migrate('run', '--reboot')
      expect(run.status, run.stdout + run.stderr).to.equal(0)
      expect([AB_ROUTER, AB_VM, AB_OFF].map(startsOf), `ended after ${after}`).to.deep.equal([1, 1, 0])
      expect((await migrate('run', '--reboot')).stdout).to.equal('nothing to move\n')
      if (after < 32) await site.close()
    }
  })

  itLong('brings up what was shut down when it was ended, though its start by Proxmox has failed', async () => {
    await open([AB])
    await migrate('run')
    arm({ on: 'task', type: 'qmstart', id: String(AB_ROUTER), at: 'before', error: 'no such luck' })
    const running = startHere(['migrate', 'run', '--reboot', '--config', site.config])
    const stop = site.simulator.journal.listen(({ method, path }) => {
      if (method === 'POST' && reboots(AB_ROUTER).path.test(path)) running.stop()
    })
    await running.ended.catch(() => undefined)
    stop()
    await site.simulator.simulation.clock.sleep(60_000)
    expect(sinceOf(AB_ROUTER)).to.equal(undefined)
    const run = await migrate('run', '--reboot')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect(powerWrites().filter((write) => write.startsWith(String(AB_ROUTER)))).to.deep.equal([
      `${AB_ROUTER} reboot`,
      `${AB_ROUTER} start`,
    ])
  })

  itLong('names who may be off for it where it is not told to reboot any more, or is taken back', async () => {
    await open([AB])
    await migrate('run')
    const running = startHere(['migrate', 'run', '--reboot', '--config', site.config])
    const stop = site.simulator.journal.listen(({ method, path }) => {
      if (method === 'POST' && reboots(AB_ROUTER).path.test(path)) running.stop()
    })
    await running.ended.catch(() => undefined)
    stop()
    const told = /# VM 1010 was to be rebooted, and nobody has seen it up since; if it is off: (.*)\n/
    expect(told.exec((await migrate('run')).stdout)?.[1]).to.equal(
      'lanista migrate run --reboot starts it, or qm start 1010',
    )
    expect(told.exec((await migrate('rollback')).stdout)?.[1]).to.equal('qm start 1010')
    expect((await migrate('rollback')).stdout).not.to.match(told)
  })

  itLong('leaves off what a person has stopped after it was rebooted', async () => {
    await open([AB])
    await migrate('run')
    const running = startHere(['migrate', 'run', '--reboot', '--config', site.config])
    const stop = site.simulator.journal.listen(({ method, path }) => {
      if (method === 'POST' && reboots(AB_ROUTER).path.test(path)) running.stop()
    })
    await running.ended.catch(() => undefined)
    stop()
    await site.simulator.simulation.clock.sleep(60_000)
    expect(startsOf(AB_ROUTER)).to.equal(1)
    const router = world.guests.get(AB_ROUTER)
    if (router !== undefined) router.running = undefined
    const run = await migrate('run', '--reboot')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect(sinceOf(AB_ROUTER)).to.equal(undefined)
  })
})
