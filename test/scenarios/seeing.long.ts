import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { viewLists } from '../../model/api/view-documents.ts'
import { KINDS } from '../../controllers/seeing/kinds.ts'
import { OUTPUTS } from '../../controllers/seeing/outputs.ts'
import { widthOf } from '../../controllers/terminal/text-width.ts'
import { type Ended, lanistaHere, type Started, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSiteForProcesses, type Site } from './site.ts'

const MAIN = path.resolve('dist/controllers/main.js')
const TOKENS = { ada: 'w'.repeat(32), bob: 'r'.repeat(32) }
const hasScript = spawnSync('script', ['--version']).status === 0

describe('the verbs that look and steer, with a running controller', function () {
  this.timeout(180_000)
  let site: Site
  let running: Started
  let url = ''
  const place = (): readonly string[] => ['--config', site.config]
  const beside = (name: string): string => path.join(path.dirname(site.config), name)
  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, ...place()])

  before(async () => {
    site = await openSiteForProcesses({
      'JD.yml': rangeText([
        { name: 'a', vlan: 10, octet: 1 },
        { name: 'b', vlan: 20, octet: 1 },
      ]),
      'KT.yml': rangeText([{ name: 'c', vlan: 10, octet: 1 }]),
    })
    await writeFile(beside('people'), `ada write ${TOKENS.ada}\nbob read ${TOKENS.bob}\n`, { mode: 0o600 })
    for (const [name, token] of Object.entries(TOKENS)) await writeFile(beside(name), token, { mode: 0o600 })
    const config = await readFile(site.config, 'utf8')
    const people = `  http: { listen: "127.0.0.1:0", tokens_file: ${beside('people')} }`
    await writeFile(site.config, config.replace(/^ {2}http:.*$/m, people))
    running = startHere(['run', ...place()], { log: 'on standard error' })
    const log = await running.says(/"msg":"started"/)
    url = `http://${/"http":"([^"]+)"/.exec(log)?.[1] ?? ''}`
  })
  after(async () => {
    running.stop()
    await running.ended
    await site.close()
  })

  it('wait tells of each change until ranges are Ready', async () => {
    const { status, stdout, stderr } = await lanista('wait', 'JD', 'KT')
    expect([status, stderr]).to.deep.equal([0, ''])
    expect(stdout)
      .to.match(/^JD .* Ready$/m)
      .and.match(/^KT .* Ready$/m)
  })

  it('get lists each kind in each format, and describe and tree tell of what it lists', async () => {
    // Until the next look at the cluster shows what was made.
    for (;;) {
      const { stdout } = await lanista('get', 'networks', '-o', 'name')
      if (/network\/r1/.test(stdout) && /network\/r2/.test(stdout)) break
      await lanista('reconcile')
    }
    for (const kind of KINDS)
      for (const output of OUTPUTS) {
        const { status, stdout, stderr } = await lanista('get', kind, '-o', output)
        expect([status, stderr], `${kind} ${output}`).to.deep.equal([0, ''])
        expect(stdout, `${kind} ${output}`).to.not.equal('')
        if (output === 'json') viewLists[kind].parse(JSON.parse(stdout))
      }
    const described: readonly (readonly [string, RegExp])[] = [
      ['range/JD', /^State: +● Ready$[^]*^VMs \(3\/3 running\)$[^]*^What its file asks$[^]*debian-12[^]*^Events$/m],
      ['vm/JD/JD-a', /^Phase: +● running$[^]*^VMID: +\d+$[^]*^As Proxmox tells it$[^]*Status: +running/m],
      ['node/pve1', /^State: +● Online$[^]*^Memory of [^]*^Storages$[^]*^Networks$/m],
      ['network/r1', /^For: +range JD$[^]*● InForce[^]*^VMs on it$/m],
    ]
    for (const [name, finding] of described) {
      const { status, stdout, stderr } = await lanista('describe', name)
      expect([status, stderr], name).to.deep.equal([0, ''])
      expect(stdout, name).to.match(finding)
    }
    expect((await lanista('tree', 'JD')).stdout).to.match(
      /^JD \(1\) +● Ready .*3\/3 VMs running[^]*├─ VLAN 10[^]*└─ VLAN 20/,
    )
  })

  it('events and logs tell what has happened, and with --proxmox what Proxmox has done for it', async () => {
    const events = await lanista('events', 'JD', '--since', '1h', '--types', 'Running,Ready')
    expect(events.stdout)
      .to.match(/^LAST +TYPE .*\n/)
      .and.match(/Running +vm\/JD-a/)
      .and.not.match(/KT|Cloning/)
    const logs = await lanista('logs', 'JD/JD-a', '--proxmox')
    expect([logs.status, logs.stderr]).to.deep.equal([0, ''])
    expect(logs.stdout)
      .to.match(/^\S+Z info +JD\/JD-a cloning/m)
      .and.match(/^qmstart \d+ on pve\d, begun .*: OK\n.*UPID:[^]*TASK OK/m)
  })

  it('reconcile has a range looked at, suspend leaves it alone for all to see, and resume has it go on', async () => {
    expect((await lanista('reconcile', 'KT', '--wait')).stdout).to.match(
      /^range KT is looked at now\n[^]*KT .* Ready\n$/,
    )
    const suspended = await lanista('suspend', 'KT', '--reason', 'exam in room 3', '--until', '4h')
    expect([suspended.status, suspended.stderr]).to.deep.equal([0, ''])
    expect((await lanista('wait', 'KT', '--for', 'condition=Ready=False')).status).to.equal(0)
    expect((await lanista('get', 'rg', '-l', 'suspended=person')).stdout).to.match(/^KT +‖ Suspended .*exam in room 3/m)
    expect((await lanista('describe', 'rg', 'KT')).stdout).to.match(
      /^Suspended: +by .* until .*: exam in room 3; `lanista resume`/m,
    )
    const resumed = await lanista('resume', 'KT')
    expect([resumed.status, resumed.stdout]).to.deep.equal([0, 'range KT goes on\n'])
    expect((await lanista('wait', 'KT')).status).to.equal(0)
    expect((await lanista('resume', 'KT')).status).to.equal(1)
    expect((await lanista('reconcile', 'ZZ')).stderr).to.match(/ZZ/)
  })

  it('get --watch tells of a range that comes, and wait of one that goes', async () => {
    const watching = startHere(['get', 'ranges', '--watch', '-o', 'name', ...place()])
    await watching.says(/range\/KT/)
    const file = path.join(site.ranges, 'LM.yml')
    await writeFile(file, 'ludus: [')
    await watching.says(/range\/LM/)
    const { status, stderr } = await lanista('wait', 'LM')
    expect(status).to.equal(1)
    expect(stderr).to.match(/^range LM: it can't become Ready by itself: NotReady: Invalid: /)
    await rm(file)
    expect((await lanista('wait', 'LM', '--for', 'absent')).status).to.equal(0)
    await watching.says(/range\/LM gone/)
    watching.stop()
    expect((await watching.ended).status).to.equal(0)
  })

  it('at night get and describe tell what is wrong, what was tried, and what to do; and logs the task of the template that failed', async () => {
    const clones = { on: 'task', type: 'qmclone', at: 'before', error: 'no space left on shared', times: 50 } as const
    const full = site.simulator.arm(clones)
    await writeFile(path.join(site.ranges, 'NI.yml'), rangeText([{ name: 'd', vlan: 10, octet: 1 }]))
    const away = rangeText([{ name: 'e', vlan: 10, octet: 1 }]).replaceAll('x64-server', 'x64-sever')
    await writeFile(path.join(site.ranges, 'TP.yml'), away)
    const waited = await lanista('wait', 'NI', 'TP', '--for', 'condition=MachinesReady=False')
    expect(waited.status, waited.stderr).to.equal(0)
    for (;;) {
      const { stdout } = await lanista('get', 'vms', '-l', 'range=NI', '-o', 'wide')
      if (/no space left on shared/.test(stdout)) break
    }
    expect((await lanista('get', 'rg', 'NI', 'TP')).stdout)
      .to.match(/^NI +(✗ NotReady|◑ Progressing) /m)
      .and.match(/^TP +(✗ NotReady|◑ Progressing) /m)
    expect((await lanista('get', 'vms', '-l', 'range=TP,phase=blocked')).stdout).to.match(
      /^TP-e .*✗ blocked .*x64-sever-template/m,
    )
    const vm = await lanista('describe', 'vm', 'NI/NI-d')
    expect(vm.stdout).to.match(/^What is in the way[^]*no space left on shared[^]*^Events$/m)
    expect((await lanista('describe', 'rg', 'TP')).stdout).to.match(/did you mean debian-12-x64-server-template\?/)
    expect((await lanista('logs', 'NI', '--proxmox')).stdout).to.match(
      /^qmclone \d+ on pve\d, begun .*: no space left on shared\n.*UPID:[^]*TASK ERROR: no space left on shared/m,
    )
    expect((await lanista('events', 'NI', '--types', 'Warning')).stdout).to.match(/! Warning .*no space left on shared/)
    full.disarm()
    const mended = await lanista('reconcile', 'NI', '--wait')
    expect(mended.status, mended.stdout + mended.stderr).to.equal(0)
    for (const name of ['NI.yml', 'TP.yml']) await rm(path.join(site.ranges, name))
  })

  it('speak with a Lanista elsewhere by --server or the environment, whose tokens say who may steer', async () => {
    const elsewhere = ['--server', url, '--token-file', beside('ada')]
    expect((await lanistaHere(['get', 'rg', 'JD', '-o', 'name', ...elsewhere])).stdout).to.equal('range/JD\n')
    const environment = { LANISTA_SERVER: url, LANISTA_TOKEN_FILE: beside('bob') }
    expect((await lanistaHere(['tree', 'JD'], { environment })).stdout).to.match(/^JD /)
    const refused = await lanistaHere(['suspend', 'JD', '--reason', 'x'], { environment })
    expect([refused.status, refused.stdout]).to.deep.equal([1, ''])
    expect(refused.stderr).to.match(/bob/)
    // The configuration takes them for what they are.
    expect((await lanistaHere(['config', ...place()], { environment })).status).to.equal(0)
    const nobody = await lanistaHere(['get', 'rg', '--server', 'http://127.0.0.1:9'])
    expect(nobody.status).to.equal(1)
    expect(nobody.stderr).to.match(/^http:\/\/127\.0\.0\.1:9: nobody is there/)
  })

  it('completion offers the names of what there is', async () => {
    const offered = await lanistaHere(['__complete', 'fish', '--', 'describe', ...place(), 'range', ''])
    expect(offered.stdout.split('\n').map((line) => line.split('\t')[0])).to.include.members(['JD', 'KT'])
  })

  it('print within 80 columns and in colour at a terminal, and draw waiting ranges in place', async function () {
    if (!hasScript) this.skip()
    const at = `--config '${site.config}'`
    const verbs = [
      ...KINDS.map((kind) => `get ${kind}`),
      'describe range JD',
      'describe node pve1',
      'tree JD',
      'events JD',
      'reconcile JD --wait',
      'wait JD KT',
    ]
    const script = `stty cols 80 rows 24; ${verbs.map((verb) => `printf '@@@'; '${process.execPath}' '${MAIN}' ${verb} ${at}`).join('; ')}`
    const { NO_COLOR: _, ...environment } = process.env
    const child = spawn('script', ['-qec', script, '/dev/null'], {
      env: { ...environment, TERM: 'xterm' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [status] = await once(child, 'close')
    expect(status, said).to.equal(0)
    const parts = said.split('@@@').slice(1)
    expect(parts).to.have.length(verbs.length)
    parts.forEach((part, index) => {
      const lines = stripVTControlCharacters(part).split(/\r?\n/)
      expect(
        lines.filter((line) => widthOf(line) > 80),
        verbs[index],
      ).to.deep.equal([])
      expect(part, verbs[index])
        .to.include('\u001B[')
        .and.not.match(/Error|\.js:\d/)
    })
    expect(parts.at(-1)?.split('\u001B[?25l')[1]?.split('\u001B[?25h')[0]).to.match(/JD[^]*● Ready[^]*KT[^]*● Ready/)
  })

  it('keep their status and show no stack when nobody reads on, and say in a line that output is lost', async () => {
    // The controller is in this process, which must not stand still meanwhile.
    const sh = async (line: string) => {
      const shell = `set -o pipefail; lanista() { "${process.execPath}" "${MAIN}" "$@" --config "${site.config}"; }; ${line}`
      const child = spawn('bash', ['-c', shell], { stdio: ['ignore', 'pipe', 'pipe'] })
      const said = { stdout: '', stderr: '' }
      child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
      const [status] = await once(child, 'close')
      return { status: Number(status), ...said }
    }
    const head = await sh('lanista get vms -o yaml | head -1')
    expect([head.status, head.stdout, head.stderr]).to.deep.equal([0, 'apiVersion: lanista/v1\n', ''])
    // The second line finds nobody who reads.
    const watched = sh('lanista get ranges --watch --no-header -o name | head -2')
    const touching = setInterval(() => void lanista('reconcile', 'KT'), 500)
    const { status, stdout, stderr } = await watched
    clearInterval(touching)
    expect([status, stdout, stderr]).to.deep.equal([0, 'range/JD\nrange/KT\n', ''])
    const full = await sh('lanista describe range JD > /dev/full')
    expect(full.status).to.equal(1)
    expect(full.stderr).to.match(/^standard output can't be written, so what it should say is lost: ENOSPC.*\n$/)
  })
})
