import { expect } from 'chai'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { itLong } from '../runner/long-runs.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 1, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 0, running: false, options: '' }
const [AB_ROUTER = 0, AB_VM = 0] = vmidsOf(AB)
const [CD_ROUTER = 0] = vmidsOf(CD)
const ADMIN = {
  name: 'nexus',
  vmid: 300,
  pool: 'ADMIN',
  running: false,
  nics: ['virtio=BC:24:11:09:00:01,bridge=vmbr1000'],
}

const nicsOf = (world: World, vmid: number): readonly string[] =>
  [...(world.guests.get(vmid)?.config ?? [])].flatMap(([key, value]) => (/^net\d/.test(key) ? [String(value)] : []))
const bridgesOf = (world: World, vmid: number): readonly string[] =>
  nicsOf(world, vmid).map((nic) => /bridge=(\w+)/.exec(nic)?.[1] ?? '')
const looseOf = (world: World, vmid: number): readonly string[] => [...(world.guests.get(vmid)?.running?.loose ?? [])]
const configPath = (vmid: number): RegExp => new RegExp(`/qemu/${vmid}/config$`)

describe('a move of networks in trouble', () => {
  let site: Site
  let world: World
  const open = async (ranges = [AB, CD], others = [ADMIN]) => {
    world = bridgeInstallation({ zone: 'simple', ranges, others })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const journalText = (): Promise<string> =>
    readFile(path.join(path.dirname(site.config), 'state/migration/journal.json'), 'utf8')
  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  /** A run that is ended as soon as a request fits. */
  const endedAt = async (verb: string, method: string, at: RegExp): Promise<void> => {
    const running = startHere(['migrate', verb, '--config', site.config])
    const stop = site.simulator.journal.listen((entry) => {
      if (entry.method === method && at.test(entry.path)) running.stop()
    })
    await running.ended.catch(() => undefined)
    stop()
  }

  it('makes the NAT network for a pool that is on nothing else', async () => {
    await open([])
    const run = await migrate('run')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect([...world.sdn.running.vnets.keys()]).to.deep.equal(['ludusnat'])
    expect(bridgesOf(world, 300)).to.deep.equal(['ludusnat'])
  })

  itLong('moves nothing of a range that was not asked for, whose networks an earlier run has not made', async () => {
    await open()
    await endedAt('run', 'POST', /^\/cluster\/sdn\/lock/)
    const run = await migrate('run', '--range', 'AB')
    expect(run.stdout).to.match(/moved: AB\n/)
    expect(bridgesOf(world, CD_ROUTER)).to.deep.equal(['vmbr1000', 'vmbr1002'])
    const rest = await migrate('run')
    expect(rest.stdout).to.match(/moved: ADMIN, CD\n/)
    expect(bridgesOf(world, CD_ROUTER)).to.deep.equal(['ludusnat', 'r2'])
  })

  itLong('puts back what is in another pool by now, and never says of a NIC on its VNet that it is back', async () => {
    await open()
    await migrate('run')
    world.pools.get('AB')?.vms.delete(AB_VM)
    const back = await migrate('rollback', '--range', 'AB')
    expect(back.status, back.stdout + back.stderr).to.equal(0)
    expect(bridgesOf(world, AB_VM)).to.deep.equal(['vmbr1001'])
  })

  /** A command that is ended when it has written the first of the two texts that plug AB's NIC in anew. */
  const cutOffWhilePlugging = async (verb: 'run' | 'rollback'): Promise<void> => {
    const match = { method: 'PUT', path: configPath(AB_VM) } as const
    const loosen = ({ guests }: World) => void guests.get(AB_VM)?.running?.loose.add('net0')
    const first = site.simulator.arm({ on: 'request', match, at: 'after', effect: { kind: 'edit', edit: loosen } })
    const running = startHere(['migrate', verb, '--config', site.config])
    const edit = (): void => running.stop()
    const second = site.simulator.arm({ on: 'request', match, at: 'after', effect: { kind: 'edit', edit }, skip: 1 })
    await running.ended.catch(() => undefined)
    for (const fault of [first, second]) fault.disarm()
    expect(nicsOf(world, AB_VM)[0], verb).to.include('firewall=1,link_down=1')
  }

  itLong('goes on from between the two writes that plug a NIC in anew, or back from there, to the letter', async () => {
    await open([AB], [])
    const before = nicsOf(world, AB_VM)
    const after = before.map((nic) => nic.replace('vmbr1001', 'r1'))
    const ends = async (verb: string, nics: readonly string[]): Promise<void> => {
      const { status, stdout, stderr } = await migrate(verb)
      expect(status, stdout + stderr).to.equal(0)
      expect(nicsOf(world, AB_VM)).to.deep.equal(nics)
      expect(looseOf(world, AB_VM)).to.deep.equal([])
    }
    await cutOffWhilePlugging('run')
    await ends('rollback', before)
    await cutOffWhilePlugging('run')
    await ends('run', after)
    await cutOffWhilePlugging('rollback')
    await ends('run', after)
    await cutOffWhilePlugging('rollback')
    await ends('rollback', before)
  })

  it('plugs in a NIC that a refused write has left on no bridge, before it says that it is back', async () => {
    await open([AB], [])
    const match = { method: 'PUT', path: configPath(AB_VM) } as const
    const loosen = ({ guests }: World) => void guests.get(AB_VM)?.running?.loose.add('net0')
    site.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'edit', edit: loosen } })
    site.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'answer', status: 500, message: 'no' } })
    const run = await migrate('run')
    expect(run.stdout).to.match(/not moved: AB\n/)
    expect(bridgesOf(world, AB_VM)).to.deep.equal(['vmbr1001'])
    expect(looseOf(world, AB_VM)).to.deep.equal([])
  })

  it('is refused while another is at work on the same journal, which keeps its SDN lock', async () => {
    await open()
    let second: Promise<{ status: number; stderr: string }> | undefined
    const stop = site.simulator.journal.listen(({ method, path: at }) => {
      if (method === 'PUT' && configPath(AB_VM).test(at)) second ??= migrate('run', '--range', 'CD')
    })
    const first = await migrate('run')
    stop()
    expect((await second)?.status).to.equal(1)
    expect((await second)?.stderr).to.match(/migrate run: .*process \d+\) moves/)
    expect(first.stdout).to.match(/moved: AB, ADMIN, CD\n$/)
    expect((await journalText()).match(/"proven":true/g)).to.have.length(6)
  })

  itLong('names a NIC of which its node does not tell whether it is plugged in', async () => {
    await open()
    const untold = { kind: 'answer', status: 501, message: 'not implemented' } as const
    const match = { method: 'GET', path: /\/sdn\/zones\/ludus\/bridges$/ } as const
    site.simulator.arm({ on: 'request', match, at: 'before', effect: untold, times: 1000 })
    const run = await migrate('run', '--range', 'AB')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect(run.stdout).to.match(/net0 vmbr1001 -> r1; its node does not tell whether it is plugged in there/)
  })

  it('takes the name of a range that was never moved for a mistake, not for a way back that is done', async () => {
    await open([AB], [])
    await migrate('run')
    const back = await migrate('rollback', '--range', 'ab')
    expect(back.status).to.equal(1)
    expect(back.stderr).to.match(/ab: .*journal.*AB/)
    expect(bridgesOf(world, AB_VM)).to.deep.equal(['r1'])
  })

  itLong('puts the rest back where somebody has taken a NIC away since', async () => {
    await open([AB], [])
    await migrate('run')
    world.guests.get(AB_VM)?.config.delete('net0')
    const back = await migrate('rollback')
    expect(back.status, back.stdout + back.stderr).to.equal(0)
    expect(bridgesOf(world, AB_ROUTER)).to.deep.equal(['vmbr1000', 'vmbr1001'])
    expect(back.stdout).to.match(/AB-vm1: net0 is gone, so there is nothing to put back/)
  })

  it('puts a range back whose VM can no longer be read, and goes on with the next', async () => {
    await open()
    site.simulator.arm({
      on: 'request',
      match: { method: 'PUT', path: '/cluster/sdn' },
      at: 'after',
      effect: {
        kind: 'edit',
        edit: () =>
          void site.simulator.arm({
            on: 'request',
            match: { method: 'GET', path: new RegExp(`/qemu/${AB_ROUTER}/pending$`) },
            at: 'before',
            effect: { kind: 'answer', status: 403, message: 'Permission check failed' },
            times: 50,
          }),
      },
    })
    const run = await migrate('run')
    expect(run.stdout, run.stderr).to.match(/moved: ADMIN, CD; not moved: AB\n$/)
    expect(bridgesOf(world, AB_VM)).to.deep.equal(['vmbr1001'])
    expect(writes().filter(({ path: at }) => configPath(AB_ROUTER).test(at))).to.deep.equal([])
  })
  itLong('has nothing made on the VNet of a range that was put back, beside its machines on the bridge', async () => {
    await open([AB], [])
    await migrate('run')
    await migrate('rollback')
    const vm = (name: string, octet: number): string =>
      `  - {vm_name: ${name}, hostname: ${name}, template: debian-11-x64-server-template, vlan: 10, ip_last_octet: ${octet}, ram_gb: 1, cpus: 1, linux: true}\n`
    await writeFile(path.join(site.ranges, 'AB.yml'), `ludus:\n${vm('AB-vm1', 11)}${vm('AB-vm2', 12)}`)
    await appendFile(site.config, 'cluster_mode: true\n')
    const plan = () => lanistaHere(['plan', '--config', site.config])
    const held = await plan()
    expect(held.stdout + held.stderr).to.match(/range AB: its NICs are on bridges.*lanista migrate run --range AB/)
    expect(held.stdout).not.to.include('AB-vm2')
    await migrate('run', '--range', 'AB')
    const free = await plan()
    expect(free.stdout, free.stderr).to.include('AB-vm2')
  })
  it('leaves a range whole of which a NIC on its bridge only goes away with the next boot', async () => {
    await open([AB], [])
    world.guests.get(AB_VM)?.pending.set('net0', null)
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/AB-vm1: another change of its net0 waits for its next boot/)
    expect(bridgesOf(world, AB_ROUTER)).to.deep.equal(['vmbr1000', 'vmbr1001'])
  })
  it('writes nothing over what somebody changes between the look at a NIC and its write', async () => {
    await open([AB], [])
    const [was = ''] = nicsOf(world, AB_VM)
    const theirs = was.replace('tag=10', 'tag=20')
    const edit = ({ guests }: World) => void guests.get(AB_VM)?.config.set('net0', theirs)
    site.simulator.arm({
      on: 'request',
      match: { method: 'PUT', path: configPath(AB_VM) },
      at: 'before',
      effect: { kind: 'edit', edit },
    })
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/AB-vm1: net0: somebody has changed it meanwhile: it is \S+tag=20, and was \S+tag=10/)
    expect(nicsOf(world, AB_VM)).to.deep.equal([theirs])
  })
})
