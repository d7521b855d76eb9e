import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { destroyCommand } from '../../controllers/commands/destroy.ts'
import { compose } from '../../controllers/compose/compose.ts'
import { quiet } from '../builders/quiet.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const MAIN = path.resolve('dist/controllers/main.js')
const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const CHANGED = rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 1 }])

interface Ended {
  readonly status: number | null
  readonly output: string
}

describe('lanista destroy', function () {
  this.timeout(60_000)
  let site: Site
  const running: ChildProcess[] = []
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    await site.close()
  })

  const begin = (...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } => {
    const child = spawn(process.execPath, [MAIN, ...args, '--config', site.config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    return { child, ended: new Promise((resolve) => child.once('close', (status) => resolve({ status, output }))) }
  }
  const lanista = (...args: readonly string[]): Promise<Ended> => begin(...args).ended
  const world = () => site.simulator.world
  const vmsOfJd = (): readonly number[] => [...(world().pools.get('JD')?.vms ?? [])]
  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  const state = (...parts: readonly string[]) => path.join(path.dirname(site.config), 'state', ...parts)
  const open = async (): Promise<void> => {
    site = await openSite({ 'JD.yml': JD })
    const { status, output } = await lanista('run', '--once')
    expect(status, output).to.equal(0)
  }
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return
        stop()
        resolve()
      }
      const stop = site.simulator.journal.listen(look)
      look()
    })
  /** As a person at a terminal, with an answer. */
  const answered = async (answer: string): Promise<Ended & { readonly asked: readonly string[] }> => {
    const [lines, asked] = [[] as string[], [] as string[]]
    const question = (text: string): Promise<string> => {
      asked.push(text)
      return Promise.resolve(answer)
    }
    const conversation = {
      print: (line: string) => void lines.push(line),
      paint: (_: unknown, text: string) => text,
      question,
    }
    const composition = { ...compose({ version: 'test', environment: {} }), openLog: () => quiet }
    const options = { config: site.config, range: 'JD', yes: false }
    const status = await destroyCommand(options, composition, conversation, new AbortController().signal)
    return { status, output: lines.join('\n'), asked }
  }

  it('shows what there is, destroys nothing at a wrong answer, and all of it at the right one', async () => {
    await open()
    const before = writes().length
    const [router, a] = [...vmsOfJd()].sort((one, other) => one - other)
    const wrong = await answered('JX')
    expect(wrong.asked).to.deep.equal(['Type the range id (JD) to destroy it: '])
    expect(wrong.output)
      .to.match(/^range JD: this is destroyed, disks and all, and can't be brought back$/m)
      .and.match(new RegExp(`^JD-a +${a} +pve\\d +running$`, 'm'))
      .and.match(new RegExp(`^JD-router-debian11-x64 +${router} +pve\\d +running$`, 'm'))
      .and.match(/^and vnet r1, pool JD$/m)
      .and.match(/^Its file .*JD\.yml asks for it\. It stays away until that file changes/m)
      .and.match(/^nothing is destroyed$/m)
    expect([wrong.status, writes().length]).to.deep.equal([1, before])

    const right = await answered('JD')
    expect(right.output)
      .to.match(/^vm JD-a: stopping$/m)
      .and.match(/^vm JD-a: deleting$/m)
      .and.match(/^vm JD-a: gone$/m)
      .and.match(/^range JD: destroyed$/m)
    expect(right.status).to.equal(0)
    expect([vmsOfJd(), world().pools.has('JD'), world().sdn.running.vnets.has('r1')]).to.deep.equal([[], false, false])
    const calls = writes().slice(before)
    expect(calls.filter(({ method, path: at }) => method === 'DELETE' && at.includes('/qemu/'))).to.have.length(2)
  })

  it('keeps a range away whose file still asks for it, never calls it Ready, and builds it when the file changes', async () => {
    await open()
    expect((await lanista('destroy', 'JD', '--yes')).status).to.equal(0)
    const before = writes().length
    const [once1, plan] = [await lanista('run', '--once'), await lanista('plan')]
    expect(once1.output).to.match(
      /^range JD: not Ready: Destroyed: range JD: it was destroyed \(lanista destroy, \d{4}-/m,
    )
    expect(plan.output).to.match(/^# range JD: it was destroyed .*nothing to change/ms)
    expect([once1.status, plan.status, writes().length]).to.deep.equal([1, 0, before])
    await writeFile(path.join(site.ranges, 'JD.yml'), CHANGED)
    const built = await lanista('run', '--once')
    expect(built.status, built.output).to.equal(0)
    expect(vmsOfJd()).to.have.length(2)
    expect(await readdir(state('destroy'))).to.deep.equal([])
  })

  it('forgets a range that has no file, with its status', async () => {
    await open()
    await rm(path.join(site.ranges, 'JD.yml'))
    const { status, output } = await lanista('destroy', 'JD', '--yes')
    expect(output)
      .to.match(/^range JD: destroyed$/m)
      .and.not.match(/Its file/)
    expect(status).to.equal(0)
    expect([vmsOfJd(), await readdir(state('destroy')), await readdir(state('status'))]).to.deep.equal([[], [], []])
    expect((await lanista('destroy', 'JD', '--yes')).output).to.equal(
      'range JD: there is nothing of it on the cluster\n',
    )
  })

  it('is carried out by the Lanista that is running, which does not build the range again', async () => {
    await open()
    const run = begin('run')
    await until(() => run.child.exitCode === null && site.simulator.journal.entries().length > 0)
    await new Promise<void>((resolve) => {
      const look = (): void =>
        void run.child.stderr?.once('data', (chunk: Buffer) =>
          chunk.toString().includes('"started"') ? resolve() : look(),
        )
      look()
    })
    const second = await lanista('run', '--once')
    expect(second.output).to.match(/a Lanista \(process \d+\) is at work on this state directory.*; stop it first/)
    expect(second.status).to.equal(1)
    const before = writes().length
    const { status, output } = await lanista('destroy', 'JD', '--yes')
    expect(output)
      .to.match(/^handed over to the Lanista that is running$/m)
      .and.match(/^range JD: destroyed$/m)
    expect(status).to.equal(0)
    expect(
      writes()
        .slice(before)
        .filter(({ path: at }) => at.endsWith('/clone')),
    ).to.deep.equal([])
    await writeFile(path.join(site.ranges, 'JD.yml'), CHANGED)
    await until(() => vmsOfJd().length === 2)
  })

  it('refuses before it asks while a VM is protected, and where nobody can be asked', async () => {
    await open()
    const before = writes().length
    const [vmid] = vmsOfJd()
    world().guests.get(vmid!)?.config.set('protection', '1')
    const [protectedVm, nobody, misspelt] = await Promise.all([
      lanista('destroy', 'JD', '--yes'),
      lanista('destroy', 'JD'),
      lanista('destroy', '../JD', '--yes'),
    ])
    expect(protectedVm.output).to.match(
      /none of its VMs is touched, because vm JD-.* is protected; if it is to go: qm set/,
    )
    expect(nobody.output).to.equal('destroy: nobody is at the terminal to confirm it; say --yes if it is meant so\n')
    expect(misspelt.output).to.match(/^\.\.\/JD can't be a range id: a letter/)
    expect([protectedVm.status, nobody.status, misspelt.status, writes().length]).to.deep.equal([1, 1, 1, before])
  })
})
