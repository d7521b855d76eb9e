import { expect } from 'chai'
import type { World } from '../../adapters/simulator/world.ts'
import { bridgeInstallation, type RangeOnBridges, vmidsOf } from './bridge-installation.ts'
import { lanistaHere } from './command-line.ts'
import { openSite, type Site } from './site.ts'

const AB: RangeOnBridges = { id: 'AB', number: 1, vms: 2, running: true, options: '' }
const [ROUTER = 0, VM = 0, OTHER = 0] = vmidsOf(AB)
const ADDRESS = new Map([['net0', ['10.1.10.11/24', 'fe80::1/64']]])

/** Issue: where the guest agent answers, the link is checked. */
describe('links inside of VMs whose NICs move', () => {
  let site: Site
  let world: World
  afterEach(() => site.close())

  const open = async (rights: 'with the right' | 'without' = 'with the right') => {
    world = bridgeInstallation({ zone: 'simple', ranges: [AB], others: [] })
    world.guests.get(OTHER)?.config.delete('agent')
    tell(VM, ADDRESS)
    if (rights === 'with the right')
      for (const [id, role] of world.access.roles)
        if (!role.special)
          world.access.roles.set(id, { ...role, privileges: new Set([...role.privileges, 'VM.GuestAgent.Audit']) })
    site = await openSite({}, world)
    await site.nodesHaveTold()
  }
  const tell = (vmid: number, addresses: ReadonlyMap<string, readonly string[]>): void => {
    const guest = world.guests.get(vmid)
    if (guest !== undefined) guest.addresses = addresses
  }
  const asked = () =>
    site.simulator.journal.entries().flatMap(({ path }) => /qemu\/(\d+)\/agent\/network/.exec(path)?.[1] ?? [])
  const run = () => lanistaHere(['migrate', 'run', '--config', site.config])
  /** What becomes of an address with the write to its NIC. */
  const onWrite = (edit: () => void): void =>
    void site.simulator.arm({
      on: 'request',
      match: { method: 'PUT', path: new RegExp(`/qemu/${VM}/config$`) },
      at: 'after',
      effect: { kind: 'edit', edit },
    })

  it('are fine where an interface has an address, asked before the first write and after the last', async () => {
    await open()
    const ended = await run()
    expect(ended.status, ended.stdout + ended.stderr).to.equal(0)
    expect(ended.stdout).not.to.match(/agent/)
    expect(asked().filter((vmid) => vmid === String(VM))).to.have.length(2)
    expect(asked()).not.to.include(String(OTHER))
    const all = site.simulator.journal.entries().map(({ method, path }) => `${method} ${path}`)
    const isWrite = (each: string): boolean => /^PUT .*\/config$/.test(each)
    const isAsk = (each: string): boolean => each.includes(`/${VM}/agent/`)
    expect(all.findIndex(isAsk)).to.be.lessThan(all.findIndex(isWrite))
    expect(all.findLastIndex(isAsk)).to.be.greaterThan(all.findLastIndex(isWrite))
  })

  it('are fine where the address comes back within half a minute, whichever it is then', async () => {
    await open()
    onWrite(() => {
      tell(VM, new Map([['net0', ['169.254.7.7/16']]]))
      void site.simulator.simulation.clock.sleep(20_000).then(() => tell(VM, new Map([['net0', ['10.1.10.99/24']]])))
    })
    const ended = await run()
    expect(ended.status, ended.stdout).to.equal(0)
  })

  it('are told by name where it does not come back, and nothing is put back for that', async () => {
    await open()
    onWrite(() => tell(VM, new Map([['net0', ['169.254.7.7/16']]])))
    const ended = await run()
    expect(ended.status).to.equal(1)
    expect(ended.stdout).to.match(
      /! vm AB-vm1: net0 \(eth0 by its guest agent\) had 10\.1\.10\.11 before it moved and has no address since; look into the VM[^\n]*\nmoved: AB\n$/,
    )
    expect(String(world.guests.get(VM)?.config.get('net0'))).to.include('bridge=r1')
  })

  it('are not checked without the right to, which is said once with its remedy', async () => {
    await open('without')
    onWrite(() => tell(VM, new Map()))
    const ended = await run()
    expect(ended.status, ended.stdout).to.equal(0)
    expect(ended.stdout.match(/# links inside of VMs are not checked: .*VM\.GuestAgent\.Audit/g)).to.have.length(1)
    expect(asked().length, 'before, of those looked at at once').to.be.within(1, 2)
  })

  it('hold nobody up whose agent does not answer, or hangs', async () => {
    await open()
    const router = world.guests.get(ROUTER)
    if (router !== undefined) router.agentAnswers = false
    const match = { method: 'GET', path: new RegExp(`/qemu/${VM}/agent/`) }
    const hang = site.simulator.arm({ on: 'request', match, at: 'before', effect: { kind: 'hang' }, times: 9 })
    const { clock } = site.simulator.simulation
    const begun = clock.now()
    const ended = await run()
    expect(ended.status, ended.stdout + ended.stderr).to.equal(0)
    expect(hang.hits()).to.equal(1)
    // In the cluster's time, of which the apply takes its part.
    expect(clock.now() - begun).to.be.lessThan(60_000)
  })
})
