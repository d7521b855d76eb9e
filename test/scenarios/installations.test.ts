import { unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { lanistaHere } from './command-line.ts'
import { type Installation, INSTALLATIONS, OLD_ROUTER, OLD_VM, worldOf } from './installations.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'
import { openSite, type Site } from './site.ts'

const VMS = [{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve1' }]
const OLD = `${rangeText(VMS)}ludus_extensions: { lanista: { range_number: 7 } }\n`
const NEW = `${rangeText(VMS)}ludus_extensions: { lanista: { range_number: 3 } }\n`
const GOES = NEW.replace('range_number: 3', 'range_number: 3, state: absent')

/** What a machine is made of, but for what Proxmox counts. */
const configOf = (site: Site, vmid: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(site.simulator.world.guests.get(vmid)?.config ?? [])

describe('beside an installation of', () => {
  for (const installation of INSTALLATIONS) {
    const here = installation.zone?.type === 'simple' ? it : itLong
    here(`${installation.name}: adopts, makes, keeps still and removes`, () => livesBeside(installation))
  }
})

async function livesBeside(installation: Installation): Promise<void> {
  const { natName, network, tagOf } = installation
  // There is Debian 12 in each of them, for VMs.
  const newRouter = `NEW-router-debian${Math.max(installation.debian, 12)}-x64`
  const site = await openSite({ 'OLD.yml': OLD, 'NEW.yml': NEW }, worldOf(installation))
  const { world, journal } = site.simulator
  let seen = 0
  /** What was written since this was asked last. */
  const written = (): readonly JournalEntry[] => {
    const all = journal.entries().filter(({ method }) => method !== 'GET')
    const since = all.slice(seen)
    seen = all.length
    return since
  }
  const calls = (entries: readonly JournalEntry[]) => entries.map(({ method, path: at }) => `${method} ${at}`)
  const plan = () => lanistaHere(['plan', '--config', site.config])
  const run = async (): Promise<void> => {
    await site.nodesHaveTold()
    const ended = await lanistaHere(['run', '--once', '--config', site.config])
    expect(ended.status, ended.stdout + ended.stderr).to.equal(0)
    await site.nodesHaveTold()
  }
  const nat = () =>
    JSON.stringify([world.sdn.configured.vnets.get('ludusnat'), world.sdn.running.vnets.get('ludusnat')])
  const before = { old: [OLD_ROUTER, OLD_VM].map((vmid) => configOf(site, vmid)), nat: nat() }
  try {
    const planned = await plan()
    expect(planned.status, planned.stdout + planned.stderr).to.equal(2)
    expect(planned.stdout).to.include(newRouter)
    expect(planned.stdout).to.include(network(3))
    expect(written()).to.deep.equal([])

    await run()
    const made = written()
    expect(calls(made).filter((call) => call.endsWith('/clone'))).to.have.length(2)
    expect(
      calls(made).filter((call) => /\/qemu\/10[56]\//.test(call)),
      'nothing is done to what Ludus made',
    ).to.deep.equal([])
    const router = [...world.guests.values()].find(({ config }) => config.get('name') === newRouter)
    expect(router?.running, 'the new router runs').not.to.equal(undefined)
    expect(String(router?.config.get('net0'))).to.match(new RegExp(`,bridge=${natName}$`))
    expect(String(router?.config.get('net1'))).to.match(new RegExp(`,bridge=${network(3)},tag=10$`))
    if (network(3) === 'r3') {
      const { tag, vlanaware } = world.sdn.running.vnets.get('r3') ?? {}
      expect([tag, vlanaware]).to.deep.equal([tagOf(3), 1])
    }

    expect(await plan()).to.include({ status: 0 })
    await run()
    expect(calls(written()), 'a second pass is silent').to.deep.equal([])

    await writeFile(path.join(site.ranges, 'NEW.yml'), GOES)
    expect(await plan()).to.include({ status: 2 })
    await run()
    await unlink(path.join(site.ranges, 'NEW.yml'))
    expect([...world.pools.keys()]).to.deep.equal(['OLD'])
    expect(world.guests.get(router?.vmid ?? 0)).to.equal(undefined)
    expect(world.sdn.running.vnets.has('r3')).to.equal(false)
    expect(await plan()).to.include({ status: 0 })

    expect([OLD_ROUTER, OLD_VM].map((vmid) => configOf(site, vmid))).to.deep.equal(before.old)
    expect([OLD_ROUTER, OLD_VM].every((vmid) => world.guests.get(vmid)?.running !== undefined)).to.equal(true)
    expect(nat(), 'the NAT VNet is as it was').to.equal(before.nat)
  } finally {
    await site.close()
  }
}
