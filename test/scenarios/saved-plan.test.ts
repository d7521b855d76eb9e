import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { savedPlanSchema } from '../../model/saved-plan.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { itLong } from '../runner/long-runs.ts'
import { lanistaHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const JD = [
  { name: 'a', vlan: 10, octet: 1 },
  { name: 'b', vlan: 20, octet: 2 },
]

describe('a plan that is kept', function () {
  this.timeout(60_000)
  let site: Site
  let file: string

  beforeEach(async () => {
    site = await openSite({ 'JD.yml': rangeText(JD), 'KT.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) })
    file = path.join(path.dirname(site.config), 'plan.json')
  })
  afterEach(() => site.close())

  const keep = async () => await lanistaHere(['plan', '--out', file, '--config', site.config])
  const carryOut = async () => await lanistaHere(['run', '--once', '--plan', file, '--config', site.config])
  const writes = (): readonly JournalEntry[] =>
    site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  const root = async (method: string, url: string, params: Record<string, string> = {}) =>
    await ask(site.simulator.url, site.simulator.token, method, url, params)
  const range = async (name: string, text: string) => await writeFile(path.join(site.ranges, name), text)

  it('is carried out as it is, on its nodes although others have become better, and no other range is touched', async () => {
    const kept = await keep()
    expect(kept.status, kept.stderr).to.equal(2)
    const text = await readFile(file, 'utf8')
    const plan = savedPlanSchema.parse(JSON.parse(text))
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    expect(text).to.not.include(controllerToken(site.simulator.world)?.split('=')[1])
    expect(plan.placements.map(({ vm }) => vm)).to.include.members(['JD-a', 'JD-b', 'KT-a'])
    // Loads move, and a file comes that the plan knows nothing of.
    const at = plan.placements.find(({ vm }) => vm === 'JD-a')?.node ?? ''
    for (const node of site.simulator.world.nodes.values())
      Object.assign(node, { memoryUsed: node.memory * (node.name === at ? 0.5 : 0.01) })
    await site.nodesHaveTold()
    await range('LX.yml', rangeText([{ name: 'a', vlan: 10, octet: 1 }]))
    const { status, stdout, stderr } = await carryOut()
    expect(stdout, stderr)
      .to.match(/^plan of \S+: \d+ changes, still as they were planned$/m)
      .and.match(/^range JD: Ready$/m)
      .and.match(/^range KT: Ready$/m)
      .and.not.match(/LX/)
    expect(status).to.equal(0)
    const guests = [...site.simulator.world.guests.values()]
    for (const { vm, vmid, node } of plan.placements) {
      const guest = guests.find((each) => each.vmid === vmid)
      expect([guest?.node, guest?.config.get('name')], vm).to.deep.equal([node, vm])
    }
    expect(guests.filter(({ vmid }) => String(vmid).startsWith('3')).map(({ vmid }) => vmid)).to.deep.equal([])
    const again = await carryOut()
    expect(again.stderr).to.match(
      /things have moved.*\n {2}networks: "\+ vnet ludusnat" is planned, and is not to be done any more/,
    )
    expect(again.status).to.equal(1)
  })

  it('is refused, and nothing is changed, when a file, a setting or the cluster has moved, and says which', async () => {
    await keep()
    await range('JD.yml', rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 7 }, JD[1]!]))
    const changed = await carryOut()
    expect(changed.stderr).to.match(
      /^--plan: something has moved .*\n {2}range JD: what its file \S*JD\.yml asks for has changed/,
    )
    await range('JD.yml', `# written otherwise\n${rangeText(JD)}`)
    await rm(path.join(site.ranges, 'KT.yml'))
    const gone = await carryOut()
    expect(gone.stderr).to.match(/^--plan: something has moved .*\n {2}range KT: its file \S*KT\.yml is gone/)
    await range('KT.yml', rangeText([{ name: 'a', vlan: 10, octet: 1 }]))
    const text = await readFile(site.config, 'utf8')
    await writeFile(site.config, `vxlan_tag_base: 5\n${text}`)
    expect((await carryOut()).stderr).to.match(/\n {2}configuration: settings that plans depend on have changed/)
    await writeFile(site.config, text)
    await root('POST', '/pools', { poolid: 'JD', comment: 'Ludus range JD' })
    const pool = await carryOut()
    expect(pool.stderr).to.match(/\n {2}range JD: "\+ pool JD" is planned, and is not to be done any more/)
    expect([changed, gone, pool].map(({ status }) => status)).to.deep.equal([1, 1, 1])
    expect(writes().map(({ method, path: at }) => `${method} ${at}`)).to.deep.equal(['POST /pools'])
  })

  itLong('is refused for another cluster, and when its node has gone', async () => {
    await keep()
    const plan = savedPlanSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    await writeFile(
      file,
      JSON.stringify({ ...plan, basedOn: { ...plan.basedOn, cluster: { ...plan.basedOn.cluster, name: 'other' } } }),
    )
    expect((await carryOut()).stderr).to.match(
      /\n {2}cluster: the plan was made for the cluster other, and this is the cluster /,
    )
    await writeFile(file, JSON.stringify(plan))
    const { node: name = '' } = plan.placements.find(({ vm }) => vm === 'KT-a') ?? {}
    site.simulator.world.nodes.get(name)!.online = false
    await site.nodesHaveTold()
    const { stderr, status } = await carryOut()
    expect(stderr).to.match(
      new RegExp(`vm KT-a on ${name} as 2010001" is planned, and is not to be done any more, or can't be`),
    )
    expect([status, writes().length]).to.deep.equal([1, 0])
  })

  itLong('makes no correction that it does not have, and says so', async () => {
    expect((await lanistaHere(['run', '--once', '--config', site.config])).status).to.equal(0)
    await range('JD.yml', rangeText([...JD, { name: 'c', vlan: 20, octet: 3 }]))
    // A plan tells nothing of how existing VMs are plugged in, which a run corrects.
    const b = [...site.simulator.world.guests.values()].find(({ config }) => config.get('name') === 'JD-b')!
    const net0 = String(b.config.get('net0')).replace('tag=20', 'tag=10')
    await root('PUT', `/nodes/${b.node}/qemu/${b.vmid}/config`, { net0 })
    await keep()
    const before = writes().length
    const { stdout, status } = await carryOut()
    const sent = writes()
      .slice(before)
      .map(({ method, path: at }) => `${method} ${at.replace(/pve\d/, 'N')}`)
    expect(sent).to.deep.equal([
      'POST /nodes/N/qemu/9001/clone',
      'PUT /nodes/N/qemu/1020003/config',
      'POST /nodes/N/qemu/1020003/status/start',
    ])
    expect(stdout).to.match(
      /^range JD: not Ready: .*it would configure VM 1020002 on pve\d, which is not in the plan that is carried out; lanista plan and lanista diff show it/m,
    )
    expect(status).to.equal(1)
    const [diff, once] = [
      await lanistaHere(['diff', 'JD', '--config', site.config]),
      await lanistaHere(['run', '--once', '--config', site.config]),
    ]
    expect(diff.stdout).to.match(/^- {2}net0: r1 with VLAN 10\n\+ {2}net0: r1 with VLAN 20$/m)
    expect(once.status, once.stdout).to.equal(0)
  })

  itLong('goes on no longer with a range whose file is saved meanwhile', async () => {
    await keep()
    const saved = site.simulator.journal
      .next({ method: 'POST', path: /\/pools$/ }, 'answered')
      .then(() => range('JD.yml', rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 9 }, JD[1]!])))
    const { stdout, status } = await carryOut()
    await saved
    expect(stdout).to.match(/^range JD: not Ready: .*what it asks for is not what was planned any more/m)
    expect(stdout).to.match(/^range KT: Ready$/m)
    expect(status).to.equal(1)
    const memories = [...site.simulator.world.guests.values()].map(({ config }) => config.get('memory'))
    expect(memories).to.not.include(9216)
  })

  itLong('removes what it has of ranges that are to go, and of no other', async () => {
    expect((await lanistaHere(['run', '--once', '--config', site.config])).status).to.equal(0)
    await range('JD.yml', `${rangeText(JD)}ludus_extensions: { lanista: { state: absent } }\n`)
    expect((await keep()).stdout).to.match(/- vm JD-a on pve\d \(VMID 1010001\)/)
    const { stdout, status } = await carryOut()
    expect(stdout)
      .to.match(/^range JD: Absent$/m)
      .and.match(/^range KT: Ready$/m)
    expect(status).to.equal(0)
    expect([...site.simulator.world.pools.keys()])
      .to.include('KT')
      .and.not.include('JD')
    expect([...site.simulator.world.sdn.running.vnets.keys()])
      .to.include('r2')
      .and.not.include('r1')
  })

  itLong(
    'is refused when it is none, another version, changed by others, or given with what it does not go with',
    async () => {
      await keep()
      const text = await readFile(file, 'utf8')
      const refused = async (args: readonly string[]): Promise<string> => {
        const { status, stderr } = await lanistaHere([...args, '--config', site.config])
        expect(status).to.equal(1)
        return stderr
      }
      const run = ['run', '--once', '--plan', file]
      await chmod(file, 0o666)
      expect(await refused(run)).to.match(/^--plan .*: others may write to it \(mode 666\)/)
      await chmod(file, 0o600)
      await writeFile(file, text.replace('"version": 1', '"version": 2'))
      expect(await refused(run)).to.match(/it is a plan of version 2, and this Lanista carries out those of version 1/)
      await writeFile(file, '{}')
      expect(await refused(run)).to.match(/it is no saved plan/)
      await rm(file)
      expect(await refused(run)).to.match(/it can't be read .*; make one with lanista plan --out/)
      expect(await refused(['run', '--plan', file])).to.match(
        /^--plan: a plan is carried out once; give --once as well/,
      )
      expect(await refused(['plan', '--out', file, '--without-node', 'pve1'])).to.match(
        /^--out keeps a plan of what is in force/,
      )
      expect(await refused(['plan', '--out', '/dev/full'])).to.match(/^--out \/dev\/full: it is no file/)
      expect(await refused(['plan', '--out', '/proc/x/plan'])).to.match(
        /^--out \/proc\/x\/plan: the plan can't be kept there/,
      )
      expect(writes()).to.deep.equal([])
    },
  )
})
