import { expect } from 'chai'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 6, running: true, options: '' }
const [ROUTER = 0, ...MACHINES] = vmidsOf(AB)
const LAST = MACHINES.at(-1) ?? 0

const bridgesOf = (world: World): readonly (readonly string[])[] =>
  vmidsOf(AB).map((vmid) =>
    [...(world.guests.get(vmid)?.config ?? [])].flatMap(([key, value]) =>
      /^net\d/.test(key) ? [/bridge=(\w+)/.exec(String(value))?.[1] ?? ''] : [],
    ),
  )
const BEFORE = [['vmbr1000', 'vmbr1001'], ...MACHINES.map(() => ['vmbr1001'])]
const AFTER = [['ludusnat', 'r1'], ...MACHINES.map(() => ['r1'])]

describe('a range whose machines move at once', () => {
  let site: Site
  let world: World
  const open = async () => {
    world = bridgeInstallation({ zone: 'simple', ranges: [AB], others: [] })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const requests = () => site.simulator.journal.entries().map(({ method, path }) => `${method} ${path}`)
  const nicWrites = () => requests().filter((each) => /^PUT .*\/qemu\/\d+\/config$/.test(each))
  const nicWritesDone = () =>
    site.simulator.journal
      .entries()
      .filter(({ method, path, status }) => method === 'PUT' && /\/qemu\/\d+\/config$/.test(path) && status === 200)
  const configOf = (vmid: number) => ({ method: 'PUT', path: new RegExp(`/qemu/${vmid}/config$`) })

  it('is looked at whole before the first write, and between the writes only where another NIC of a VM is to go', async () => {
    await open()
    expect((await migrate('run')).status).to.equal(0)
    expect(bridgesOf(world)).to.deep.equal(AFTER)
    const isNicWrite = (each: string): boolean => /^PUT .*\/qemu\/\d+\/config$/.test(each)
    const all = requests()
    const between = all.slice(all.findIndex(isNicWrite), all.findLastIndex(isNicWrite) + 1)
    const reads = between.filter((each) => !isNicWrite(each))
    expect(
      reads.every((each) => each.includes(`/qemu/${ROUTER}/`)),
      reads.join('\n'),
    ).to.equal(true)
    const order = nicWrites().map((each) => Number(/qemu\/(\d+)/.exec(each)?.[1]))
    expect(order.indexOf(ROUTER)).to.be.within(MACHINES.length / 2 - 1, MACHINES.length / 2 + 1)
  })

  it('is back whole when one is refused while others are written', async () => {
    for (const vmid of vmidsOf(AB)) {
      await open()
      const effect = { kind: 'answer', status: 500, message: 'no such luck' } as const
      site.simulator.arm({ on: 'request', match: configOf(vmid), at: 'before', effect })
      const run = await migrate('run')
      expect(run.status).to.equal(1)
      expect(run.stdout).to.match(/no such luck; the NICs of AB are put back[^]*not moved: AB\n$/)
      expect(bridgesOf(world), String(vmid)).to.deep.equal(BEFORE)
      expect((await migrate('run')).stdout).to.match(/moved: AB\n$/)
      if (vmid !== LAST) await site.close()
    }
  })

  it('is left whole where something is in the way of one machine only just now, with nothing written', async () => {
    await open()
    const lock = ({ guests }: World) => void guests.get(LAST)?.config.set('lock', 'backup')
    const match = { method: 'PUT', path: '/cluster/sdn' }
    site.simulator.arm({ on: 'request', match, at: 'after', effect: { kind: 'edit', edit: lock } })
    const run = await migrate('run')
    expect(run.stdout).to.match(/AB-vm6: net0: Proxmox holds its VM locked \(backup\)/)
    expect([bridgesOf(world), nicWrites()]).to.deep.equal([BEFORE, []])
  })

  it('comes to the same end wherever it was ended, each NIC written once, or to what it was', async () => {
    for (let writes = 1; writes <= 8; writes += 1) {
      await open()
      const running = startHere(['migrate', 'run', '--config', site.config])
      const stop = site.simulator.journal.listen(() => {
        if (nicWrites().length >= writes) running.stop()
      })
      await running.ended.catch(() => undefined)
      stop()
      const verb = writes % 2 === 0 ? 'rollback' : 'run'
      const ended = await migrate(verb)
      expect(ended.status, ended.stdout + ended.stderr).to.equal(0)
      expect(bridgesOf(world), `${verb} after ${writes}`).to.deep.equal(verb === 'run' ? AFTER : BEFORE)
      // One that was under way when its sender ended has the next refused, by its digest.
      if (verb === 'run') expect(nicWritesDone()).to.have.length(8)
      if (writes < 8) await site.close()
    }
  })
})
