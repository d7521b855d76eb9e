import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { destroyCommand } from '../../controllers/commands/destroy.ts'
import { compose } from '../../controllers/compose/compose.ts'
import { quiet } from '../builders/quiet.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { madeWorld } from './made-world.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'
import { itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const CHANGED = rangeText([{ name: 'a', vlan: 10, octet: 1, ram: 1 }])

interface Told {
  readonly status: number
  readonly output: string
}

describe('lanista destroy', function () {
  this.timeout(60_000)
  let site: Site
  afterEach(() => site.close())

  const lanista = async (args: readonly string[]): Promise<Told> => {
    const { status, stdout, stderr } = await lanistaHere([...args, '--config', site.config])
    return { status, output: `${stdout}${stderr}`.trimEnd() }
  }
  const runOnce = (): Promise<Told> => lanista(['run', '--once'])
  const destroy = (range = 'JD'): Promise<Told> => lanista(['destroy', range, '--yes'])
  /** As by a person at a terminal. */
  const destroyAnswering = async (question: (text: string) => Promise<string>): Promise<Told> => {
    const lines: string[] = []
    const composition = { ...compose({ version: 'test', environment: {} }), openLog: () => quiet }
    const conversation = {
      print: (line: string): void => void lines.push(line),
      paint: (_: unknown, text: string): string => text,
      question,
    }
    const options = { config: site.config, range: 'JD', yes: false }
    const status = await destroyCommand(options, composition, conversation, new AbortController().signal)
    return { status, output: lines.join('\n') }
  }
  const world = () => site.simulator.world
  const vmsOfJd = (): readonly number[] => [...(world().pools.get('JD')?.vms ?? [])]
  const writes = () => site.simulator.journal.entries().filter(({ method }) => method !== 'GET')
  const state = (...parts: readonly string[]) => path.join(path.dirname(site.config), 'state', ...parts)
  const open = async (): Promise<void> => {
    const backToRealTime = startVirtualTime()
    site = await openSite({ 'JD.yml': JD }, await madeWorld({ 'JD.yml': JD }))
    backToRealTime()
    const { status, output } = await runOnce()
    expect(status, output).to.equal(0)
    await site.nodesHaveTold()
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

  it("destroys nothing in a pool that is no range's, whatever case it is written in", async () => {
    site = await openSite({})
    for (const id of ['SHARED', 'Admin', 'cicd', 'root', 'LANISTA']) {
      const { status, output } = await destroy(id)
      expect(output).to.match(new RegExp(`^${id} is reserved, and no range's`))
      expect(status).to.equal(1)
    }
    expect(site.simulator.journal.entries()).to.deep.equal([])
  })

  it('shows what there is, destroys nothing at a wrong answer, and all of it at the right one', async () => {
    await open()
    const before = writes().length
    expect((await destroy('jd')).output).to.equal('range jd: there is nothing of it on the cluster; did you mean JD?')
    const [router, a] = [...vmsOfJd()].sort((one, other) => one - other)
    const asked: string[] = []
    const answering = (answer: string) => (text: string) => {
      asked.push(text)
      return Promise.resolve(answer)
    }
    const wrong = await destroyAnswering(answering('JX'))
    expect(asked).to.deep.equal(['Type the range id (JD) to destroy it: '])
    expect(wrong.output)
      .to.match(/^range JD: this is destroyed, disks and all, and can't be brought back$/m)
      .and.match(new RegExp(`^JD-a +${a} +pve\\d +running$`, 'm'))
      .and.match(new RegExp(`^JD-router-debian12-x64 +${router} +pve\\d +running$`, 'm'))
      .and.match(/^and vnet r1, pool JD$/m)
      .and.match(/^Its file .*JD\.yml asks for it\. It stays away until that file changes/m)
      .and.match(/^nothing is destroyed$/m)
    expect([wrong.status, writes().length]).to.deep.equal([1, before])

    const right = await destroyAnswering(answering('JD'))
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

  itLong(
    'keeps a range away whose file still asks for it, never calls it Ready, and builds it when the file changes',
    async () => {
      await open()
      expect((await destroy()).status).to.equal(0)
      await site.nodesHaveTold()
      const before = writes().length
      const [again, planned] = [await runOnce(), await lanista(['plan'])]
      expect(again.output).to.match(
        /^range JD: not Ready: Destroyed: range JD: it was destroyed \(lanista destroy, \d{4}-/m,
      )
      expect(planned.output).to.match(/^# range JD: it was destroyed .*nothing to change/ms)
      expect([again.status, planned.status, writes().length]).to.deep.equal([1, 0, before])
      const restored = { vmid: 1_010_001, name: 'JD-a', pool: 'JD', tags: 'jd;lanista' }
      const { url, token } = site.simulator
      await ask(url, token, 'POST', '/pools', { poolid: 'JD' })
      await ask(url, token, 'POST', '/nodes/pve1/qemu', restored)
      await until(() => vmsOfJd().length === 1)
      const theirs = writes().length
      expect((await runOnce()).status).to.equal(1)
      expect([vmsOfJd(), writes().length], 'what was restored was not ordered to go').to.deep.equal([
        [1_010_001],
        theirs,
      ])
      await writeFile(path.join(site.ranges, 'JD.yml'), CHANGED)
      const built = await runOnce()
      expect(built.status, built.output).to.equal(0)
      expect(vmsOfJd()).to.have.length(2)
      expect(await readdir(state('destroy'))).to.deep.equal([])
    },
  )

  itLong(
    'keeps it away when its folder is reached by another path, and when its file moves to the other layout',
    async () => {
      await open()
      expect((await destroy()).status).to.equal(0)
      await site.nodesHaveTold()
      const before = writes().length
      const isAway = async (why: string): Promise<void> => {
        const { output } = await runOnce()
        expect(output, why).to.match(/^range JD: not Ready: Destroyed:/m)
        expect(writes().length, why).to.equal(before)
      }
      await symlink(site.ranges, `${site.ranges}-linked`)
      const config = await readFile(site.config, 'utf8')
      await writeFile(site.config, config.replace('ranges: ranges', 'ranges: ranges-linked'))
      await isAway('by a link')
      await mkdir(path.join(site.ranges, 'JD'))
      await rename(path.join(site.ranges, 'JD.yml'), path.join(site.ranges, 'JD', 'range-config.yml'))
      await isAway('in the other layout')
    },
  )

  it('keeps the range as it is while the order can not be understood, and says so', async () => {
    await open()
    const before = writes().length
    await mkdir(state('destroy'), { recursive: true })
    await writeFile(state('destroy', 'JD.json'), '{')
    const { status, output } = await runOnce()
    expect(status).to.equal(1)
    expect(output).to.match(
      /^range JD: not Ready: FileUnreadable: .*destroy\/JD\.json can't be understood; let Lanista read it, or remove it; its VMs and networks stay/m,
    )
    expect([vmsOfJd().length, writes().length]).to.deep.equal([2, before])
  })

  itLong('forgets a range that has no file, with its status', async () => {
    await open()
    await rm(path.join(site.ranges, 'JD.yml'))
    const refusal = { kind: 'answer', status: 500, message: "cfs-lock 'file-user_cfg' error: no quorum!" } as const
    const match = { method: 'DELETE', path: /^\/pools/ }
    const faulty = site.simulator.arm({ on: 'request', match, at: 'before', effect: refusal, times: 100 })
    const unfinished = await destroy()
    faulty.disarm()
    expect(unfinished.output)
      .to.match(/^range JD: still there: pool JD\n.*no quorum.*\nthe order stays, and is carried out by the next run$/m)
      .and.not.match(/destroyed$/m)
    expect(unfinished.status).to.equal(1)
    const { status, output } = await destroy()
    expect(output)
      .to.match(/^range JD: destroyed$/m)
      .and.not.match(/Its file/)
    expect(status).to.equal(0)
    expect([vmsOfJd(), await readdir(state('destroy')), await readdir(state('status'))]).to.deep.equal([[], [], []])
    expect((await destroy()).output).to.equal('range JD: there is nothing of it on the cluster')
  })

  itLong('is carried out by the next run when it was broken off, which is all that run has to do', async () => {
    await open()
    await rm(path.join(site.ranges, 'JD.yml'))
    const vms = vmsOfJd().map((vmid) => ({ vmid, name: String(world().guests.get(vmid)?.config.get('name')) }))
    await destroyOrderFiles(state()).write({ rangeId: 'JD', at: 0, vms, file: undefined, carriedOut: false })
    expect(await runOnce()).to.deep.equal({ status: 0, output: '' })
    expect(vmsOfJd()).to.deep.equal([])
  })

  it('destroys nothing when the order can not be written, and says who could', async () => {
    await open()
    const before = writes().length
    await rm(state(), { recursive: true })
    await writeFile(state(), 'no folder')
    const { status, output } = await destroy()
    expect(output).to.match(
      /state: the order can't be written \(.*\), and nothing is destroyed; run this as root or as the user/,
    )
    expect([status, writes().length]).to.deep.equal([1, before])
  })

  itLong('is carried out by the Lanista that is running, which does not build the range again', async () => {
    await open()
    const running = startHere(['run', '--config', site.config])
    await until(() => existsSync(state('lanista.sock')))
    const second = await runOnce()
    expect(second.output).to.match(/a Lanista \(process \d+\) is at work on this state directory.*; stop it first/)
    expect(second.status).to.equal(1)
    const before = writes().length
    const { status, output } = await destroy()
    expect(output)
      .to.match(/^handed over to the Lanista that is running$/m)
      .and.match(/^range JD: destroyed$/m)
    expect(status).to.equal(0)
    const clones = writes().filter(({ path: at }, index) => index >= before && at.endsWith('/clone'))
    expect(clones).to.deep.equal([])
    await writeFile(path.join(site.ranges, 'JD.yml'), CHANGED)
    await until(() => vmsOfJd().length === 2)
    running.stop()
    await running.ended
    expect(existsSync(state('lanista.sock'))).to.equal(false)
  })

  it('refuses before it asks while a VM is protected, and where nobody can be asked', async () => {
    await open()
    const before = writes().length
    const [vmid, other] = vmsOfJd()
    world().guests.get(vmid!)?.config.set('protection', '1')
    world().guests.get(vmid!)?.config.set('lock', 'backup')
    world().guests.get(other!)?.config.set('tags', 'theirs')
    const [protectedVm, nobody, misspelt] = await Promise.all([destroy(), lanista(['destroy', 'JD']), destroy('../JD')])
    expect(protectedVm.output).to.match(
      /none of its VMs is touched, because vm JD-.* is protected; if it is to go: qm set .*; vm JD-.* is locked \(backup\); .*; vm JD-.* lacks the tags/,
    )
    expect(nobody.output).to.equal('destroy: nobody is at the terminal to confirm it; say --yes if it is meant so')
    expect(misspelt.output).to.match(/^\.\.\/JD can't be a range id: a letter/)
    expect([protectedVm.status, nobody.status, misspelt.status, writes().length]).to.deep.equal([1, 1, 1, before])
  })
})
