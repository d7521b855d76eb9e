import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { savedPlanSchema } from '../../model/saved-plan.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { itLong } from '../runner/long-runs.ts'
import { bridgesWorld } from './bridges-world.ts'
import { type Ended, lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const A = { name: 'a', vlan: 10, octet: 1 }
const B = { name: 'b', vlan: 20, octet: 2 }

describe('a plan that is kept, and what moves without its files', function () {
  this.timeout(60_000)
  const sites: Site[] = []
  afterEach(async () => {
    for (const site of sites.splice(0)) await site.close()
  })

  async function open(files: Readonly<Record<string, string>>, world?: Parameters<typeof openSite>[1]) {
    const site = await openSite(files, world)
    sites.push(site)
    const file = path.join(path.dirname(site.config), 'plan.json')
    const writes = (): readonly JournalEntry[] =>
      site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
    return {
      site,
      file,
      run: (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--config', site.config]),
      keep: () => lanistaHere(['plan', '--out', file, '--config', site.config]),
      carryOut: () => lanistaHere(['run', '--once', '--plan', file, '--config', site.config]),
      root: (method: string, url: string, params: Record<string, string> = {}) =>
        ask(site.simulator.url, site.simulator.token, method, url, params),
      sent: (from = 0): readonly string[] =>
        writes()
          .slice(from)
          .map(({ method, path: at }) => `${method} ${at}`),
      configure: async (change: (text: string) => string) =>
        await writeFile(site.config, change(await readFile(site.config, 'utf8'))),
    }
  }

  it('is refused when its template has become another of the same name', async () => {
    const { site, keep, carryOut, sent } = await open({ 'JD.yml': rangeText([A]) })
    await keep()
    const old = [...site.simulator.world.guests.values()].find(
      ({ config }) => config.get('name') === 'debian-12-x64-server-template',
    )!
    site.simulator.world.guests.set(9500, { ...old, vmid: 9500 })
    site.simulator.world.guests.delete(old.vmid)
    await site.nodesHaveTold()
    const before = sent().length
    const { status, stderr } = await carryOut()
    expect(stderr).to.match(
      /\n {2}range JD: "\+ vm JD-a on pve\d as 1010001" would be done otherwise than it is planned, such as .*, or from another template/,
    )
    expect([status, sent(before)]).to.deep.equal([1, []])
  })

  itLong('applies no change of others along, whatever is set', async () => {
    const { keep, carryOut, root, sent, configure } = await open({ 'JD.yml': rangeText([A]) })
    await configure((text) => text.replace('lanista:\n', 'lanista:\n  sdn: { apply_foreign: true }\n'))
    await keep()
    await root('POST', '/cluster/sdn/vnets', { vnet: 'theirs', zone: 'ludus', tag: '999' })
    const before = sent().length
    const { status, stderr } = await carryOut()
    expect(stderr)
      .to.match(/vnet r1" is planned, and is not to be done any more, or can't be/)
      .and.match(/theirs/)
    expect([status, sent(before)]).to.deep.equal([1, []])
  })

  itLong('is not carried out on another node of the same name', async () => {
    const one = await open({ 'JD.yml': rangeText([A]) }, bridgesWorld(1))
    await one.keep()
    const other = await open({ 'JD.yml': rangeText([A]) }, bridgesWorld(1))
    await writeFile(other.file, await readFile(one.file, 'utf8'), { mode: 0o600 })
    const { status, stderr } = await other.carryOut()
    expect(stderr).to.match(/\n {2}cluster: the plan was made through https:\S+, and this configuration asks https:/)
    expect([status, other.sent()]).to.deep.equal([1, []])
  })

  itLong('counts and allows nothing of a range that is destroyed meanwhile, and that it does not have', async () => {
    const lx = rangeText([{ name: 'x', vlan: 10, octet: 1 }])
    const { site, file, run, keep, carryOut, sent } = await open({ 'LX.yml': lx })
    expect((await run('run', '--once')).status).to.equal(0)
    await rm(path.join(site.ranges, 'LX.yml'))
    await writeFile(path.join(site.ranges, 'JD.yml'), rangeText([A]))
    await keep()
    const { actions } = savedPlanSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    const vms = [...site.simulator.world.guests.values()]
      .filter(({ config }) => String(config.get('name')).startsWith('LX-'))
      .map(({ vmid, config }) => ({ vmid, name: String(config.get('name')) }))
    expect(vms).to.have.length(2)
    await destroyOrderFiles(path.join(path.dirname(site.config), 'state')).write({
      rangeId: 'LX',
      at: 1,
      vms,
      file: undefined,
      carriedOut: false,
    })
    expect((await run('plan')).stdout).to.match(/- vm LX-x on pve/)
    const before = sent().length
    const { stdout, status, stderr } = await carryOut()
    expect(stdout, stderr).to.match(
      new RegExp(`^plan of \\S+: ${actions.length} changes, still as they were planned$`, 'm'),
    )
    expect(status).to.equal(0)
    expect(sent(before).filter((line) => /^DELETE|shutdown|stop/.test(line) && !/sdn\/lock/.test(line))).to.deep.equal(
      [],
    )
  })

  itLong('is refused on a VM that a person has made in the place of one of the plan, or stopped since', async () => {
    const { site, run, keep, carryOut, sent, root } = await open({ 'JD.yml': rangeText([A]) })
    expect((await run('run', '--once')).status).to.equal(0)
    await writeFile(path.join(site.ranges, 'JD.yml'), rangeText([A, B]))
    await keep()
    const before = sent().length
    const ours = [...site.simulator.world.guests.values()].find(({ config }) => config.get('name') === 'JD-a')!
    // A person takes the VMID, and stops a VM.
    await root('POST', `/nodes/pve1/qemu`, { vmid: '1020002', name: 'theirs' })
    await root('POST', `/nodes/${ours.node}/qemu/${ours.vmid}/status/stop`)
    await site.nodesHaveTold()
    await site.nodesHaveTold()
    const persons = sent().length
    const made = await carryOut()
    expect(made.stderr)
      .to.match(/"\+ vm JD-b on pve\d as 1020002" is planned, and is not to be done any more/)
      .and.match(/"~ vm JD-a started" would be done now, and is not in the plan/)
    expect([made.status, sent(persons)]).to.deep.equal([1, []])
    expect(persons).to.be.greaterThan(before)
  })
})
