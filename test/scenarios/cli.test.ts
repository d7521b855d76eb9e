import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { approvalFiles } from '../../adapters/state/approval-files.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { openSiteForProcesses, type Site } from './site.ts'
import { rangeText } from './ranges.ts'
import { itLong } from '../runner/long-runs.ts'

const MAIN = path.resolve('dist/controllers/main.js')

interface Ended {
  readonly status: number | null
  readonly output: string
}

/** Everything the commands printed, but for `simulate`. */
const printed: string[] = []

/** What stands around the tests, without what they are told themselves: the product would wonder at `LANISTA_SEED`. */
const OUTSIDE = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LANISTA_')))

/** A command as a process of its own, with its log: for what only a process can be asked. */
class Run {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  #output = ''

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...OUTSIDE, ...environment },
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString()
        printed.push(chunk.toString())
      })
    this.ended = new Promise((resolve) =>
      this.child.once('close', (status) => resolve({ status, output: this.#output })),
    )
  }

  /** Resolves as soon as the output so far fits; rejects when it ends before. */
  says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(this.#output)) resolve(this.#output)
      }
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', look)
      void this.ended.then(({ output }) => reject(new Error(`ended without saying ${pattern}: ${output}`)))
      look()
    })
  }
}

const lanista = async (...args: readonly string[]): Promise<Ended> => {
  const { status, stdout, stderr } = await lanistaHere(args)
  printed.push(stdout, stderr)
  return { status, output: stdout + stderr }
}

describe('the commands', function () {
  this.timeout(60_000)
  let site: Site

  before(async () => {
    site = await openSiteForProcesses({ 'JD.yml': rangeText([{ name: 'a', vlan: 10, octet: 1 }]) })
  })
  after(() => site.close())

  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET').length

  it('plan tells the changes with status 2 and writes nothing', async () => {
    const { status, output } = await lanista('plan', '--config', site.config)
    expect(output)
      .to.match(/\+ vnet r1: tag 1 in zone ludus/)
      .and.match(/\+ vm JD-a on pve\d as 1010001: best of 3 nodes/)
      .and.match(/1 range, \d+ changes/)
    expect(status, output).to.equal(2)
    expect(writes()).to.equal(0)
  })

  it('run answers SIGHUP, ends at once on SIGTERM in the middle of a clone, and carries on when started again', async () => {
    const clone = site.simulator.journal.next({ method: 'POST', path: /\/clone$/ }, 'answered')
    const run = new Run(['run', '--config', site.config])
    await run.says(/"msg":"started"/)
    run.child.kill('SIGHUP')
    await Promise.all([clone, run.says(/configuration: read again, nothing new/)])
    run.child.kill('SIGTERM')
    const { status, output } = await run.ended
    expect(status, output).to.equal(0)
    const again = await lanista('run', '--once', '--config', site.config)
    expect(again.output).to.match(/^range JD: Ready$/m)
    expect(again.status, again.output).to.equal(0)
  })

  it('run --once tells for people and in JSON, at the level that was asked for, and --debug prints each request without a secret', async () => {
    const secret = controllerToken(site.simulator.world)?.split('=')[1] ?? ''
    const run = async (...args: readonly string[]) => {
      const { status, stderr } = await startHere(['run', '--once', '--config', site.config, ...args], {
        log: 'on standard error',
      }).ended
      expect(stderr).not.to.include(secret)
      expect(status, stderr).to.equal(0)
      return stderr
    }
    const json = await run('--debug')
    const requests = json
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
      .filter((each) => typeof each === 'object' && each !== null && 'route' in each)
    expect(requests.length).to.be.greaterThan(10)
    for (const each of requests) expect(each).to.include.keys('method', 'route', 'result', 'ms', 'msg')
    const human = await run('--log-format', 'human', '--log-level', 'debug')
    expect(human).to.match(/^\d\d:\d\d:\d\d · debug GET \/cluster\/resources: ok, \d+ ms$/m)
    expect(human.split('\n').filter((line) => line.length > 80 && line.includes(' info '))).to.deep.equal([])
    expect(await run('--log-format', 'human', '--log-level', 'error')).to.equal('')
    const plan = await lanista('plan', '--debug', '--config', site.config)
    expect(plan.output).to.match(/^debug: GET \/version: ok, \d+ ms$/m)
    const doctor = await lanista('doctor', '--debug', '--config', site.config)
    expect(doctor.output).to.match(/^debug: GET \/nodes\/pve1\/time: ok, \d+ ms$/m)
    const wrong = await lanista('run', '--once', '--log-level', 'loud', '--config', site.config)
    expect([wrong.status, wrong.output]).to.deep.equal([
      1,
      "error: option '--log-level <level>' argument 'loud' is invalid. Allowed choices are debug, info, warn, error.\n",
    ])
  })

  it('plan has nothing to do then, with status 0', async () => {
    const before = writes()
    const { status, output } = await lanista('plan', '--config', site.config)
    expect(output).to.match(/1 range, nothing to change/)
    expect(status, output).to.equal(0)
    expect(writes()).to.equal(before)
  })

  it('explain tells why a VM is where it is, as text and as JSON, and writes nothing', async () => {
    const before = writes()
    const [text, json, unknown] = await Promise.all([
      lanista('explain', 'JD/JD-a', '--config', site.config),
      lanista('explain', 'JD/JD-a', '--config', site.config, '--format', 'json'),
      lanista('explain', 'JD/JD-b', '--config', site.config),
    ])
    expect(text.output)
      .to.match(/^JD\/JD-a is on pve\d, where it stays: exists here$/m)
      .and.match(/^ {2}if it were new, it would go to pve\d: best of 3 nodes/m)
      .and.match(/^> +pve\d/m)
    expect(JSON.parse(json.output)).to.include({ range: 'JD', vm: 'JD-a', rule: 'exists' })
    expect(unknown.output).to.match(/range JD: it has no vm JD-b; did you mean JD-a\?/)
    expect([text.status, json.status, unknown.status]).to.deep.equal([0, 0, 1])
    expect(writes()).to.equal(before)
  })

  it('explain and fit take a file that is not in the folder', async () => {
    const file = path.join(path.dirname(site.config), 'KL.yml')
    await writeFile(file, rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 40 }]))
    const [explained, fit] = await Promise.all([
      lanista('explain', 'KL/KL-a', '--file', file, '--config', site.config),
      lanista('fit', file, '--copies', '9', '--config', site.config),
    ])
    expect(explained.output).to.match(/^KL\/KL-a goes to pve\d: best of 3 nodes.*\n {2}decided by auto-select$/m)
    expect(fit.output)
      .to.match(/3 of 9 copies fit now/)
      .and.match(/copy 4: memory runs out: vm KL-a needs 40\.0 GiB; pve\d has/)
    expect([explained.status, fit.status]).to.deep.equal([0, 1])
  })

  it("plan --without-node tells what a node's absence would mean", async () => {
    const { output } = await lanista('explain', 'JD/JD-a', '--config', site.config, '--format', 'json')
    const at = /^  "node": "(pve\d)"/m.exec(output)?.[1] ?? ''
    const { status, output: told } = await lanista('plan', '--without-node', at, '--config', site.config)
    expect(told)
      .to.match(new RegExp(`^without ${at}$`, 'm'))
      .and.match(/^ +JD\/JD-a +1010001 +(pve\d|nowhere)/m)
    expect(status, told).to.be.oneOf([1, 2])
    const wrong = await lanista('plan', '--without-node', 'pve9', '--config', site.config)
    expect(wrong.output).to.match(/--without-node pve9: it is not a node of this cluster; did you mean pve1\?/)
  })

  it('plan and run --once tell where a file is broken, with status 1, and change nothing', async () => {
    await writeFile(path.join(site.ranges, 'BAD.yml'), 'ludus:\n  - vm_name: x\n    vlam: 10\n')
    const before = writes()
    const [plan, once] = await Promise.all([
      lanista('plan', '--config', site.config),
      lanista('run', '--once', '--config', site.config),
    ])
    expect(plan.output).to.match(/^\/\S*BAD\.yml:3:5: .*vlam.*did you mean vlan\?/m)
    expect(once.output)
      .to.match(/^range BAD: not Ready: Invalid, by its file:\n\/\S*BAD\.yml:\d+:\d+: /m)
      .and.match(/^range JD: Ready$/m)
    expect([plan.status, once.status]).to.deep.equal([1, 1])
    expect(writes()).to.equal(before)
  })

  itLong('plan keeps its status when nobody reads on', async () => {
    const run = new Run(['plan', '--config', site.config])
    run.child.stdout?.destroy()
    const { status, output } = await run.ended
    expect(output).not.to.match(/EPIPE/)
    expect(status, output).to.equal(1)
  })

  itLong('run ends when its port is taken, and a command says in a line that its output is lost', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const environment = { LANISTA_HTTP_LISTEN: `127.0.0.1:${port}` }
    const run = new Run(['run', '--config', site.config], environment)
    const full = spawnSync('sh', ['-c', `"${process.execPath}" "${MAIN}" schema > /dev/full`], { encoding: 'utf8' })
    const { status, output } = await run.ended
    taken.close()
    expect([status, output]).to.deep.equal([
      1,
      `http: can't listen on 127.0.0.1:${port}: the address is already in use; stop what uses it, or set lanista.http.listen\n`,
    ])
    expect([full.status, full.stderr.split('\n').length]).to.deep.equal([1, 2])
    expect(full.stderr).to.match(/^standard output can't be written, so what it should say is lost: ENOSPC/)
  })

  itLong('commands end with the right status and no stack where their output or their log has no room', async () => {
    const shell = async (script: string, ...args: readonly string[]): Promise<Ended> => {
      const line = [process.execPath, MAIN, ...args, '--config', site.config].map((word) => `'${word}'`).join(' ')
      const child = spawn('sh', ['-c', `${line} ${script}`], { env: OUTSIDE })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
      const [status]: unknown[] = await once(child, 'close')
      return { status: typeof status === 'number' ? status : null, output }
    }
    const other = path.join(path.dirname(site.config), 'JD.yml')
    await writeFile(other, rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 7 }]))
    const lost = /^standard output can't be written, so what it should say is lost: ENOSPC.*\n$/
    const ended = await Promise.all([
      shell('> /dev/full', 'diff', other),
      shell('> /dev/full', 'doctor'),
      shell('> /dev/full', 'doctor', '-o', 'json'),
      shell('> /dev/full', 'plan'),
    ])
    expect(ended.map(({ status }) => status)).to.deep.equal([2, 1, 1, 1])
    for (const { output } of ended) expect(output).to.match(lost)
    const converged = await shell('2> /dev/full', 'run', '--once')
    expect(converged.output).to.match(/^range JD: Ready$/m)
    for (const args of [['diff', other], ['doctor'], ['plan']]) {
      const { output } = await shell('2>&1 | head -1', ...args)
      expect(output.split('\n')).to.have.length(2)
      expect(output).to.not.match(/EPIPE| at .*\.js/)
    }
  })

  it('validate tells all problems of all files with status 1, and with --online what the cluster lacks', async () => {
    const before = writes()
    const file = path.join(site.ranges, 'JD.yml')
    const [all, one] = await Promise.all([lanista('validate', '--config', site.config), lanista('validate', file)])
    expect(all.output).to.match(/BAD\.yml:3:5: .*\n {4}3 \| {5}vlam: 10\n {6}\| {5}\^\n/)
    expect(one.output).to.equal('1 file, 0 problems\n')
    expect([all.status, one.status]).to.deep.equal([1, 0])

    const elsewhere = path.join(site.ranges, '..', 'elsewhere')
    await mkdir(elsewhere)
    const text = rangeText([{ name: 'a', vlan: 10, octet: 1, targetNode: 'pve7' }])
    await writeFile(path.join(elsewhere, 'ZZ.yml'), text.replace('-server', '-sever'))
    const online = await lanista('validate', elsewhere, '--online', '--config', site.config, '--format', 'github')
    expect(online.output)
      .to.match(/ZZ\.yml,line=\d+,col=18::target_node of ZZ-a is pve7, .*; did you mean pve\d\?/)
      .and.match(/template of ZZ-a is debian-12-x64-sever-template, .*; did you mean debian-12-x64-server-template\?/)
    expect(online.status).to.equal(1)
    expect(writes()).to.equal(before)
  })

  it('approve shows what waits, wants --yes where nobody can be asked, and approves of exactly that', async () => {
    const before = writes()
    const files = approvalFiles(path.join(path.dirname(site.config), 'state'))
    const nothing = await lanista('approve', '--yes', '--config', site.config)
    expect([nothing.status, nothing.output]).to.deep.equal([1, 'nothing waits for approval\n'])
    const vms = [{ vmid: 2_010_001, name: 'KT-a', node: 'pve1' }]
    const waiting = { why: ['the folder had no valid range file at all'], ranges: [{ id: 'KT', vms }] }
    await files.ask(waiting)
    const refused = await lanista('approve', '--config', site.config)
    expect(refused.output)
      .to.match(/^ {2}the folder had no valid range file at all$/m)
      .and.match(/^ {2}- vm KT-a \(VMID 2010001 on pve1\)$/m)
      .and.match(/there is no terminal to ask on; .*--yes/)
    expect([refused.status, await files.approved()]).to.deep.equal([1, undefined])
    const approved = await lanista('approve', '--yes', '--config', site.config)
    expect(approved.output).to.match(/^approved; they go with the next look/m)
    expect([approved.status, await files.approved()]).to.deep.equal([0, waiting])
    await files.clear()
    expect(writes()).to.equal(before)
  })

  itLong(
    'run forgets what an earlier life said of ranges of which nothing is there, and watches the others where it prunes',
    async () => {
      const statuses = path.join(path.dirname(site.config), 'state', 'status')
      await mkdir(statuses, { recursive: true })
      const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: 'all is well' }
      for (const prune of ['false', 'true']) {
        await writeFile(path.join(statuses, 'ZZ.json'), JSON.stringify({ conditions: [ready] }))
        if (prune === 'true') {
          const { url, token } = site.simulator
          await ask(url, token, 'POST', '/pools', { poolid: 'ZZ', comment: 'Ludus range ZZ' })
        }
        const environment = { LANISTA_PRUNE_ENABLED: prune }
        const run = startHere(['run', '--config', site.config], { environment, log: 'on standard error' })
        await run.says(prune === 'true' ? /range ZZ: its file is gone; the range goes when that has been so/ : /"JD"/)
        const isForgotten = (): boolean => prune === 'true' || !existsSync(path.join(statuses, 'ZZ.json'))
        while (!isForgotten()) await new Promise((resolve) => setTimeout(resolve, 20))
        run.stop()
        const { status, stdout, stderr } = await run.ended
        printed.push(stdout, stderr)
        expect(status).to.equal(0)
        const left = await readFile(path.join(statuses, 'ZZ.json'), 'utf8').catch(() => 'none')
        expect(left).to.match(prune === 'true' ? /PruneLater/ : /^none$/)
      }
    },
  )

  itLong('says what is missing where there is no configuration, without a stack', async () => {
    const { status, output } = await new Run(['run', '--config', path.join(site.ranges, 'nothing.yml')]).ended
    expect(output)
      .to.match(/nothing\.yml: the configuration can't be read: .*--config/)
      .and.not.match(/ at .*\.js:/)
    expect(status).to.equal(1)
  })

  it('simulate --json prints what a program needs as its first line', async () => {
    const run = startHere(['simulate', '--json'])
    const [line = ''] = (await run.says(/\n/)).split('\n')
    run.stop()
    expect(JSON.parse(line)).to.have.all.keys('url', 'nodes', 'token', 'fingerprint')
    expect((await run.ended).status).to.equal(0)
  })

  it('simulate --cluster refuses a description that does not fit, and names the key', async () => {
    const file = path.join(site.ranges, 'cluster.txt')
    await writeFile(file, 'name: lab\nnodes:\n  - { name: alpha, corse: 4 }\n')
    const { status, output } = await lanista('simulate', '--cluster', file)
    expect(output).to.match(/corse/)
    expect(status).to.equal(1)
  })

  itLong('the demo leaves nothing behind when it is ended, and starts again', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lanista-demo-test-'))
    const temporary = path.join(folder, 'tmp')
    await mkdir(temporary)
    const run = new Run(['demo', '--listen', '127.0.0.1:0'], { TMPDIR: temporary, LANISTA_SDN_ZONE: 'nowhere' })
    await run.says(/cloning/)
    run.child.kill('SIGINT')
    const first = await run.ended
    expect(first.status, first.output).to.equal(0)
    expect(await readdir(temporary)).to.deep.equal([])
    const { TMPDIR } = process.env
    process.env['TMPDIR'] = temporary
    const again = startHere(['demo', '--listen', '127.0.0.1:0'], { environment: { LANISTA_SDN_ZONE: 'nowhere' } })
    await again.says(/absent/)
    again.stop()
    const { status, stdout } = await again.ended
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
    expect(status, stdout).to.equal(0)
    expect(await readdir(temporary)).to.deep.equal([])
    await rm(folder, { recursive: true })
  })

  it('none of them but simulate, which hands it out, printed the token secret', () => {
    const secret = controllerToken(site.simulator.world)?.split('=')[1] ?? ''
    expect(secret).to.have.length(36)
    expect(printed.join('')).to.include('JD').and.not.include(secret)
  })
})
