import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { Ajv } from 'ajv'
import { expect } from 'chai'
import type { DoctorReport } from '../../model/doctor-report.ts'
import { predefinedRoles } from '../../adapters/simulator/roles.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { jsonSchemaOf } from '../../model/json-schema.ts'
import { pveumIn, runPveum } from '../builders/pveum.ts'
import { rangeRepositoryIn } from '../builders/range-repository.ts'
import { cases, itLong } from '../runner/long-runs.ts'
import { bridgesWorld } from './bridges-world.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { mayUse } from './rights.ts'
import { openSite, type Site } from './site.ts'

const isReport = new Ajv({ formats: { 'date-time': true } }).compile<DoctorReport>(jsonSchemaOf('doctor'))

/** What the report says at one level, as `code subject: finding; remedy`. */
const saying = ({ checks }: DoctorReport, level: string): string =>
  checks
    .filter((check) => check.level === level)
    .map(({ code, subject, finding, remedy }) => `${code} ${subject}: ${finding}; ${remedy}`)
    .join('\n')

describe('lanista doctor', function () {
  this.timeout(60_000)
  let site: Site
  const reports: string[] = []

  before(async () => {
    site = await openSite({ 'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) })
  })
  after(() => site.close())

  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET').length

  async function doctor(...more: readonly string[]): Promise<{ status: number; report: DoctorReport }> {
    const { status, stdout, stderr } = await lanistaHere(['doctor', '-o', 'json', '--config', site.config, ...more])
    reports.push(stdout, stderr)
    const report: unknown = JSON.parse(stdout)
    if (!isReport(report)) throw new Error(JSON.stringify(isReport.errors))
    expect(status).to.equal(report.counts.fail > 0 ? 1 : 0)
    return { status, report }
  }

  it('finds nothing wrong with a cluster that is prepared as the documentation says, and writes nothing', async () => {
    const { status, report } = await doctor()
    expect([saying(report, 'fail'), saying(report, 'warn'), status]).to.deep.equal(['', '', 0])
    expect(saying(report, 'ok'))
      .to.match(/quorum cluster: has quorum, 3 of 3 nodes online/)
      .and.match(/zone-mtu zone ludus on pve2: VNets have 1450, and its interface carries 1450/)
      .and.match(/templates template debian-12-x64-server-template: can be cloned on every node/)
    expect(writes()).to.equal(0)
    const { stdout } = await lanistaHere(['doctor', '--config', site.config])
    expect(stdout)
      .to.match(/^✓ ok {4}quorum +cluster: has quorum/m)
      .and.match(/^[0-9]+ ok, 0 warn, 0 fail$/m)
      .and.not.include('\u001b')
  })

  const RIGHTS = [...(predefinedRoles.get('LanistaVM')?.privileges ?? []), 'SDN.Allocate']

  for (const right of cases(RIGHTS, (each) => each === 'VM.Clone'))
    it(`says that ${right} is missing, and its line for pveum mends just that`, async () => {
      const { world } = site.simulator
      const before = structuredClone(world.access)
      mayUse(world, right, false)
      const { report, status } = await doctor()
      const found = report.checks.filter(({ code, level }) => code === 'rights' && level === 'fail')
      expect(status).to.equal(1)
      expect(found.map(({ finding }) => finding).join()).to.include(right)
      for (const { remedy } of found) await runPveum(site.simulator, pveumIn(remedy))
      const mended = await doctor()
      Object.assign(world.access, before)
      expect(saying(mended.report, 'fail')).to.equal('')
    })

  itLong('tells all that is wrong with a cluster at once, and no failure hides another', async () => {
    const { world } = site.simulator
    const [pve2, pve3] = [world.nodes.get('pve2')!, world.nodes.get('pve3')!]
    pve2.clockAheadMs = -90_000
    pve3.clockAheadMs = 8000
    const armed = site.simulator.arm({
      on: 'request',
      match: { method: 'GET', path: /^\/nodes\/pve3\/version$/ },
      at: 'before',
      effect: { kind: 'answer', status: 595, message: 'No route to host' },
    })
    world.quorumOverride = false
    const { sdn } = world
    const before = { running: sdn.running, configured: sdn.configured }
    for (const which of ['running', 'configured'] as const) {
      const zones = new Map(sdn[which].zones)
      zones.set('ludus', { ...zones.get('ludus')!, peers: '10.98.0.1,10.98.0.2' })
      sdn[which] = { ...sdn[which], zones }
    }
    const file = path.join(site.ranges, 'KT.yml')
    await writeFile(file, rangeText([{ name: 'b', vlan: 10, octet: 1 }]).replaceAll('-server', '-sever'))
    await writeFile(path.join(site.ranges, 'BAD.yml'), 'ludus:\n  - vm_name: x\n    vlam: 10\n')
    const { report } = await doctor()
    armed.disarm()
    expect(saying(report, 'fail'))
      .to.match(/^quorum cluster: has no quorum \(3 of 3 nodes online\)/m)
      .and.match(/^clock clock of pve2: is (89|90) s behind this machine's.*chronyc tracking/m)
      .and.match(
        /^templates template debian-12-x64-sever-template: the cluster does not have it.*ludus templates build/m,
      )
    expect(saying(report, 'warn'))
      .to.match(/^clock clock of pve3: is [89] s ahead of this machine's/m)
      .and.match(/^node node pve3: it is online, and does not answer .*595/m)
      .and.match(/^zone-peers zone ludus: .*; in the web interface: .*pvesh set \/cluster\/sdn\/zones\/ludus/m)
      .and.match(/^range-files .*BAD\.yml:2:5: ludus\[0\] lacks the key hostname/m)
    expect(saying(report, 'ok')).to.match(/^zone-peers zone ludus on pve1: is a peer as /m)
    world.quorumOverride = undefined
    Object.assign(sdn, before)
    pve2.clockAheadMs = 0
    pve3.clockAheadMs = 0
    await rm(file)
    await rm(path.join(site.ranges, 'BAD.yml'))
  })

  itLong('lets go of what hangs, and tells the rest', async () => {
    const hang = (requestPath: RegExp) =>
      site.simulator.arm({
        on: 'request',
        times: 99,
        match: { method: 'GET', path: requestPath },
        at: 'before',
        effect: { kind: 'hang' },
      })
    const armed = [/^\/access\/permissions$/, /^\/nodes\/pve2\/time$/, /^\/cluster\/sdn\/zones$/].map(hang)
    const { report } = await doctor('--timeout', '2s')
    for (const each of armed) each.disarm()
    expect(saying(report, 'warn'))
      .to.match(/^rights API token .*: it could not be looked at/m)
      .and.match(/^clock clock of pve2: it could not be looked at/m)
    expect(saying(report, 'fail')).to.match(/^cluster-look cluster: /m)
    expect(saying(report, 'ok'))
      .to.match(/^quorum /m)
      .and.match(/^clock clock of pve1: /m)
      .and.match(/^node node pve2: answers, Proxmox VE /m)
  })

  /** With another configuration, beside the one that is right. */
  async function withConfig(change: (text: string) => string): Promise<DoctorReport> {
    const text = await readFile(site.config, 'utf8')
    await writeFile(site.config, change(text))
    const { report } = await doctor()
    await writeFile(site.config, text)
    return report
  }

  itLong('works with a broken configuration, and says where it is broken', async () => {
    const report = await withConfig((text) => text.replace('state_dir', 'state_dri'))
    expect(saying(report, 'fail')).to.match(/^config .*config\.yml:4:3: .*state_dri.*did you mean state_dir\?/)
    expect(saying(report, 'warn')).to.match(/^not-checked everything else: /)
    const missing = await lanistaHere(['doctor', '--config', path.join(site.ranges, 'nothing.yml')])
    expect(missing.stdout).to.match(/^✗ FAIL {2}config .*nothing\.yml/m)
    expect(missing.status).to.equal(1)
  })

  it('works without a valid token, without any, and with one that all may read', async () => {
    const token = path.join(path.dirname(site.config), 'token')
    const right = await readFile(token, 'utf8')
    await writeFile(token, right.replace(/=.*/, '=00000000-0000-0000-0000-000000000000'))
    const { report } = await doctor()
    expect(saying(report, 'fail')).to.match(
      /^token API token lanista@pve!\w+: Proxmox does not accept it; .*pveum user token list lanista@pve/m,
    )
    expect(saying(report, 'ok')).to.match(/^tls /m)
    expect(saying(report, 'warn')).to.match(/^not-checked cluster: is not looked at/m)
    await rm(token)
    const none = await doctor()
    expect(saying(none.report, 'fail')).to.match(/^token Proxmox API token \(file .*it does not exist; create it/m)
    await writeFile(token, right, { mode: 0o644 })
    const open = await doctor()
    expect(saying(open.report, 'warn')).to.match(/^token .*which every user of this machine may read \(mode 644\)/)
    expect(saying(open.report, 'fail')).to.equal('')
    await rm(token)
    await writeFile(token, right, { mode: 0o600 })
  })

  itLong('tells a certificate that is not the one that is set, and that none is verified', async () => {
    const strange = await withConfig((text) => text.replace(/fingerprint: "[0-9A-F]{2}/, 'fingerprint: "00'))
    expect(saying(strange, 'fail')).to.match(
      /^tls certificate of https:.*it is not trusted.*lanista\.proxmox\.fingerprint/m,
    )
    expect(saying(strange, 'ok')).to.match(/^api-host API host .*takes connections; nothing was sent to it/m)
    const insecure = await withConfig((text) =>
      text.replace(/ {4}fingerprint: .*\n/, '').replace('proxmox_node', 'proxmox_invalid_cert: true\nproxmox_node'),
    )
    expect(saying(insecure, 'warn')).to.match(
      /^tls .*it is not verified \(proxmox_invalid_cert\).*set lanista\.proxmox\.fingerprint: "/m,
    )
  })

  itLong('tells a host that does not answer, a port that is taken and a state directory that is none', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const report = await withConfig((text) =>
      text
        .replace('hosts: [', 'hosts: [https://127.0.0.1:1, ')
        .replace('state_dir: state', 'state_dir: token')
        .replace('127.0.0.1:0', `127.0.0.1:${port}`),
    )
    taken.close()
    expect(saying(report, 'warn')).to.match(/^api-host API host https:\/\/127\.0\.0\.1:1: no answer \(.*ECONNREFUSED/m)
    expect(saying(report, 'fail'))
      .to.match(/^http-port .*can't be listened on: the address is already in use; /m)
      .and.match(/^state-directory .*it is not a folder/m)
    expect(saying(report, 'ok')).to.match(/^quorum /m)
    const none = await withConfig((text) => text.replace(/hosts: \[.*\]/, 'hosts: [https://127.0.0.1:1]'))
    expect(saying(none, 'fail')).to.match(/^api-host API host https:\/\/127\.0\.0\.1:1: no answer/m)
  })

  itLong('knows the Lanista that runs by its port', async () => {
    const text = await readFile(site.config, 'utf8')
    const run = startHere(['run', '--config', site.config], { log: 'on standard error' })
    const [, listen = ''] = /"http":"([^"]*)"/.exec(await run.says(/"msg":"started"/)) ?? []
    await writeFile(
      site.config,
      text.replace('127.0.0.1:0', new URL(`http://${listen.replace(/^https?:\/\//, '')}`).host),
    )
    const { report } = await doctor()
    await writeFile(site.config, text)
    run.stop()
    await run.ended
    expect(saying(report, 'ok')).to.match(/^http-port .*is that of the Lanista that runs/m)
  })

  itLong('looks at bridges and their rights on a single node, and says what is missing there', async () => {
    const single = await openSite({ 'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) }, bridgesWorld(1, null))
    try {
      const look = async () => {
        const { stdout } = await lanistaHere(['doctor', '-o', 'json', '--config', single.config])
        const report: unknown = JSON.parse(stdout)
        if (!isReport(report)) throw new Error(JSON.stringify(isReport.errors))
        return report
      }
      const broken = await look()
      expect(saying(broken, 'fail'))
        .to.match(/^nat-bridge bridge vmbr1000: node pve1 has no such bridge.*pvesh create \/nodes\/pve1\/network/m)
        .and.match(/^rights .*lacks Sys\.Modify on \/nodes\/pve1, to make ranges' bridges; grant it with: pveum /m)
        .and.not.match(/SDN\.Allocate/)
      expect(saying(broken, 'ok')).to.match(/^network-mode networks of ranges: bridges, by what the cluster is/m)
      const lacking = broken.checks.find(({ code, level }) => code === 'rights' && level === 'fail')
      await runPveum(single.simulator, pveumIn(lacking?.remedy ?? ''))
      expect(saying(await look(), 'fail')).to.not.match(/^rights /m)
    } finally {
      await single.close()
    }
  })

  itLong('fetches the branch of a repository, leaves nothing behind, and says where that fails', async () => {
    const repository = await rangeRepositoryIn(path.join(path.dirname(site.config), 'git'))
    await repository.push({ 'ranges/JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) })
    const of = (url: string) =>
      withConfig((text) =>
        text.replace('  ranges: ranges\n', `  git: { url: "${url}", path: ranges, interval: 24h }\n`),
      )
    const report = await of(repository.bare)
    expect(saying(report, 'ok'))
      .to.match(/^repository repository \(lanista\.git\): was fetched: commit [0-9a-f]{12} of main in /m)
      .and.match(/^git git: is installed/m)
      .and.match(/^range-files .*1 range file, all valid/m)
    expect(saying(report, 'fail')).to.equal('')
    const gone = await of(`${repository.bare}-gone`)
    expect(saying(gone, 'fail')).to.match(/^repository repository \(lanista\.git\): it could not be looked at: /m)
    expect(saying(gone, 'ok')).to.match(/^quorum /m)
  })

  it('refuses options that it does not know, and tells no secret', async () => {
    const wrong = await lanistaHere(['doctor', '-o', 'yaml', '--config', site.config])
    const slow = await lanistaHere(['doctor', '--timeout', '5 s', '--config', site.config])
    expect([wrong.status, wrong.stderr]).to.deep.equal([1, '-o yaml is not known; choose among table, json\n'])
    expect(slow.stderr).to.match(/^--timeout 5 s: it must be a duration/)
    const secret = controllerToken(site.simulator.world)?.split('=')[1] ?? ''
    expect(secret).to.have.length(36)
    expect(reports.join('')).to.include('lanista/v1').and.not.include(secret)
  })
})
