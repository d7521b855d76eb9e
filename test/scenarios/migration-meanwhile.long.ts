import { expect } from 'chai'
import { commitSdn, writeSdn } from '../../adapters/simulator/sdn-state.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 6, running: true, options: '' }
const [ROUTER = 0, VM = 0] = vmidsOf(AB)

describe('a range of which others make something else while it moves', () => {
  let site: Site
  let world: World
  const open = async () => {
    world = bridgeInstallation({ zone: 'vxlan', ranges: [AB], others: [] })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  afterEach(() => site.close())

  const migrate = (...args: readonly string[]) => lanistaHere(['migrate', ...args, '--config', site.config])
  const bridgesOf = (vmid: number) =>
    [...(world.guests.get(vmid)?.config ?? [])].flatMap(([key, value]) =>
      /^net\d/.test(key) ? [/bridge=(\w+)/.exec(String(value))?.[1] ?? ''] : [],
    )
  const writes = (vmid: number) =>
    site.simulator.journal
      .entries()
      .filter(({ method, path }) => method === 'PUT' && path.endsWith(`/qemu/${vmid}/config`)).length
  const when = (method: string, path: RegExp, edit: (world: World) => void, at: 'before' | 'after' = 'before') =>
    void site.simulator.arm({ on: 'request', match: { method, path }, at, effect: { kind: 'edit', edit } })
  const leaves = ({ pools, guests }: World): void => {
    pools.get('AB')?.vms.delete(VM)
    guests.get(VM)?.config.set('description', 'mine now')
  }
  const isBack = () => {
    expect(bridgesOf(ROUTER)).to.deep.equal(['vmbr1000', 'vmbr1001'])
    for (const vmid of vmidsOf(AB).slice(1)) expect(bridgesOf(vmid), String(vmid)).to.deep.equal(['vmbr1001'])
  }

  it('is back whole, and nothing written to a VM that leaves its pool right before its write', async () => {
    await open()
    when('PUT', new RegExp(`/qemu/${VM}/config$`), leaves)
    const run = await migrate('run')
    expect(run.status).to.equal(1)
    expect(run.stdout).to.match(/! vm AB-vm1: net0: there is no such VM in its pool any more/)
    expect(writes(VM), 'the one with the digest of before, which is refused').to.equal(1)
    isBack()
  })

  it('is left whole, and nothing written to a VM that leaves its pool while it is looked at', async () => {
    await open()
    site.simulator.arm({
      on: 'request',
      match: { method: 'GET', path: new RegExp(`/qemu/${VM}/status/current$`) },
      at: 'after',
      effect: { kind: 'edit', edit: ({ pools }) => void pools.get('AB')?.vms.delete(VM) },
    })
    const run = await migrate('run')
    expect(run.stdout).to.match(/! vm AB-vm1: net0: there is no such VM in its pool any more/)
    expect(writes(VM)).to.equal(0)
    isBack()
  })

  it('moves nothing of a VM that has come to a node that lacks the new networks', async () => {
    await open()
    writeSdn(world, 'zones', 'ludus', { ...world.sdn.running.zones.get('ludus'), type: 'vxlan', nodes: 'pve1' })
    commitSdn(world)
    const vm = world.guests.get(VM)
    if (vm !== undefined) vm.running = undefined
    when('PUT', /^\/cluster\/sdn$/, ({ guests }) => void Object.assign(guests.get(VM) ?? {}, { node: 'pve3' }), 'after')
    const run = await migrate('run')
    expect(run.stdout).to.match(
      /! vm AB-vm1: net0: its VM has come to node pve3 meanwhile, and its new networks are not in force there; run this again/,
    )
    isBack()
    expect((await migrate('run')).stdout).to.match(/! range AB: vm AB-vm1: its node pve3 [^\n]*\n/)
  })

  it('waits minutes, and not many, for a node that does not answer to one write', async () => {
    await open()
    const match = { method: 'PUT', path: new RegExp(`/qemu/${VM}/config$`) }
    site.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'hang' }, times: 1000 })
    const { clock } = site.simulator.simulation
    const began = clock.now()
    const run = await migrate('run')
    expect(run.stdout).to.match(/! vm AB-vm1: net0: its node does not answer to the write: /)
    expect(clock.now() - began, 'three writes of a minute each').to.be.lessThan(240_000)
    isBack()
  })

  it('has no more written once one is refused', async () => {
    await open()
    const [first = 0, ...others] = vmidsOf(AB).slice(1)
    const config = (vmid: number) => ({ method: 'PUT', path: new RegExp(`/qemu/${vmid}/config$`) })
    const effect = { kind: 'answer', status: 500, message: 'no such luck' } as const
    site.simulator.arm({ on: 'request', match: config(first), at: 'before', effect })
    for (const vmid of [ROUTER, ...others])
      site.simulator.arm({ on: 'request', match: config(vmid), at: 'after', effect: { kind: 'delay', by: 5000 } })
    await migrate('run')
    expect(writes(others.at(-1) ?? 0)).to.equal(0)
    isBack()
  })
})
