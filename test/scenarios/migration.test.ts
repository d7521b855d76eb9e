import { expect } from 'chai'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'
import { itLong } from '../runner/long-runs.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 1, running: true, options: '' }
const CD: RangeOnBridges = { id: 'CD', number: 2, vms: 1, running: true, options: ',firewall=1,rate=3' }
const [AB_ROUTER = 0, AB_VM = 0] = vmidsOf(AB)
const [CD_ROUTER = 0, CD_VM = 0] = vmidsOf(CD)
const ADMIN = {
  name: 'nexus',
  vmid: 300,
  pool: 'ADMIN',
  running: true,
  nics: ['virtio=BC:24:11:09:00:01,bridge=vmbr1000'],
}
const STRANGER = { name: 'web', vmid: 301, running: true, nics: ['virtio=BC:24:11:09:00:02,bridge=vmbr1001,tag=10'] }

const nicsOf = (world: World, vmid: number): readonly string[] =>
  [...(world.guests.get(vmid)?.config ?? [])].flatMap(([key, value]) => (/^net\d/.test(key) ? [String(value)] : []))
const bridgesOf = (world: World, vmid: number): readonly string[] =>
  nicsOf(world, vmid).map((nic) => /bridge=(\w+)/.exec(nic)?.[1] ?? '')
const looseOf = (world: World, vmid: number): readonly string[] => [...(world.guests.get(vmid)?.running?.loose ?? [])]

describe('lanista migrate', () => {
  let site: Site
  let world: World
  const open = async (zone: 'simple' | 'vxlan' = 'simple', ranges = [AB, CD], others = [ADMIN, STRANGER]) => {
    world = bridgeInstallation({ zone, ranges, others })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const writes = (): readonly JournalEntry[] =>
    site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  const calls = () => writes().map(({ method, path }) => `${method} ${path}`)
  const configOf = (vmid: number) => new RegExp(`^/nodes/pve1/qemu/${vmid}/config$`)
  /** One that was under way when its sender ended has the next refused, by its digest. */
  const configWrites = (vmid: number) =>
    writes().filter(({ path, status }) => configOf(vmid).test(path) && status === 200)

  it('plans, moves every NIC of ranges and of ADMIN with one apply, is silent then, and puts all back to the letter', async () => {
    await open()
    const before = new Map([...world.guests].map(([vmid, { config }]) => [vmid, new Map(config)]))
    const plan = await migrate('plan')
    expect(plan.status, plan.stderr).to.equal(2)
    expect(plan.stdout).to.match(/range AB \(number 1\)[^]*net0: vmbr1001 -> r1, VLAN 10 \(virtio BC:24:11/)
    expect(plan.stdout).to.match(/pool ADMIN[^]*net0: vmbr1000 -> ludusnat, no VLAN/)
    expect(plan.stdout).to.match(/# VM 301 \(web\) on pve1 has net0 on vmbr1001 and stays there; it is in no pool/)
    expect(plan.stdout).to.match(/7 NICs of 5 VMs to move, 1 SDN apply; 5 VMs lose their link for a moment, 0 keep/)
    expect(writes()).to.deep.equal([])

    const run = await migrate('run')
    expect(run.stdout + run.stderr).to.match(/moved: AB, ADMIN, CD\n$/)
    expect(run.status).to.equal(0)
    expect(calls().filter((call) => call === 'PUT /cluster/sdn')).to.have.length(1)
    expect([AB_ROUTER, AB_VM, CD_ROUTER, CD_VM, 300, 301].map((vmid) => bridgesOf(world, vmid))).to.deep.equal([
      ['ludusnat', 'r1'],
      ['r1'],
      ['ludusnat', 'r2'],
      ['r2'],
      ['ludusnat'],
      ['vmbr1001'],
    ])
    expect(nicsOf(world, CD_VM)[0]).to.match(/^virtio=BC:24:11:03:FD:00,bridge=r2,/)
    expect(nicsOf(world, CD_VM)[0]).to.include('firewall=1').and.include('rate=3').and.include('tag=10')
    // A machine never points at a router that is gone for longer than needed.
    const order = calls().flatMap((call) => /qemu\/(\d+)\/config/.exec(call)?.[1] ?? [])
    expect(order.indexOf(String(AB_VM))).to.be.lessThan(order.indexOf(String(AB_ROUTER)))

    const count = writes().length
    expect((await migrate('run')).stdout).to.equal('nothing to move\n')
    expect((await migrate('plan')).status).to.equal(0)
    expect(writes()).to.have.length(count)

    expect((await migrate('rollback')).stdout).to.match(/put back: AB, ADMIN, CD\n$/)
    for (const [vmid, config] of before)
      expect(new Map(world.guests.get(vmid)?.config), String(vmid)).to.deep.equal(config)
    expect([...world.guests.keys()].flatMap((vmid) => looseOf(world, vmid))).to.deep.equal([])
  })

  itLong('makes the VNets alone when asked to, and the NICs need no apply then', async () => {
    await open()
    const before = [AB_ROUTER, AB_VM, CD_ROUTER, CD_VM, 300].map((vmid) => nicsOf(world, vmid))
    const made = await migrate('run', '--only-networks')
    expect(made.stdout + made.stderr).to.match(
      /in force on the nodes of their VMs: ludusnat, r1, r2; no NIC is moved\n$/,
    )
    expect(made.status).to.equal(0)
    expect([AB_ROUTER, AB_VM, CD_ROUTER, CD_VM, 300].map((vmid) => nicsOf(world, vmid))).to.deep.equal(before)
    const applies = () => calls().filter((call) => call === 'PUT /cluster/sdn')
    expect(applies()).to.have.length(1)
    const count = writes().length
    expect((await migrate('run', '--only-networks')).status).to.equal(0)
    expect(writes(), 'a second time').to.have.length(count)
    expect((await migrate('rollback')).stdout).to.equal('nothing to put back: no move is in the journal\n')

    expect((await migrate('run')).stdout).to.match(/moved: AB, ADMIN, CD\n$/)
    expect(applies()).to.have.length(1)
    expect((await migrate('run', '--only-networks')).stdout).to.equal('nothing to move, so no VNet is made\n')
  })

  itLong('carries on after it was ended between any two writes, and writes no NIC twice', async () => {
    await open()
    for (let ends = 0; ends < 4; ends += 1) {
      const begun = writes().length
      const running = startHere(['migrate', 'run', '--config', site.config])
      const stop = site.simulator.journal.listen(() => {
        if (writes().length >= begun + 3) running.stop()
      })
      await running.ended.catch(() => undefined)
      stop()
    }
    const run = await migrate('run')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    for (const vmid of [AB_VM, CD_VM, 300]) expect(configWrites(vmid), String(vmid)).to.have.length(1)
    expect([AB_ROUTER, CD_ROUTER].map((vmid) => bridgesOf(world, vmid))).to.deep.equal([
      ['ludusnat', 'r1'],
      ['ludusnat', 'r2'],
    ])
    expect((await migrate('run')).stdout).to.equal('nothing to move\n')
  })

  itLong('puts a range back whose NIC Proxmox refuses, and goes on with the next', async () => {
    await open()
    const refusal = { kind: 'answer', status: 500, message: 'no such luck' } as const
    const match = { method: 'PUT', path: configOf(AB_ROUTER) } as const
    site.simulator.arm({ on: 'request', match, at: 'before', effect: refusal, skip: 1 })
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/! vm AB-router-debian11-x64: net0: .*no such luck; the NICs of AB are put back/)
    expect(run.stdout).to.match(/moved: ADMIN, CD; not moved: AB\n$/)
    expect([AB_ROUTER, AB_VM, CD_VM].map((vmid) => bridgesOf(world, vmid))).to.deep.equal([
      ['vmbr1000', 'vmbr1001'],
      ['vmbr1001'],
      ['r2'],
    ])
    expect((await migrate('run')).stdout).to.match(/moved: AB\n$/)
  })

  it('sees a tap that hangs on no bridge although all looks right, and plugs it in', async () => {
    await open()
    const loosen = (inWorld: World) => void inWorld.guests.get(AB_VM)?.running?.loose.add('net0')
    site.simulator.arm({
      on: 'request',
      match: { method: 'PUT', path: configOf(AB_VM) },
      at: 'after',
      effect: { kind: 'edit', edit: loosen },
    })
    const run = await migrate('run')
    expect(run.status, run.stdout + run.stderr).to.equal(0)
    expect(looseOf(world, AB_VM)).to.deep.equal([])
    expect(nicsOf(world, AB_VM)).to.deep.equal([`virtio=BC:24:11:03:F3:00,bridge=r1,tag=10`])
  })

  itLong('leaves a range whole of which one VM is locked, and says so', async () => {
    await open()
    world.guests.get(AB_ROUTER)?.config.set('lock', 'backup')
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/! range AB: vm AB-router-debian11-x64: Proxmox holds it locked \(backup\)/)
    expect([AB_ROUTER, AB_VM, CD_VM].map((vmid) => bridgesOf(world, vmid))).to.deep.equal([
      ['vmbr1000', 'vmbr1001'],
      ['vmbr1001'],
      ['r2'],
    ])
  })
})
