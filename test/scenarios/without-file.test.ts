import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { approvalFiles } from '../../adapters/state/approval-files.ts'
import { seenRangesFile } from '../../adapters/state/seen-files.ts'
import { ask } from '../adapters/simulator/ask.ts'
import { type Ended, lanistaHere, type Started, startHere } from './command-line.ts'
import type { Lab } from './lab.ts'
import { openReadyLab } from './ready-lab.ts'
import { rangeText } from './ranges.ts'
import { hide, show } from './rights.ts'
import { openSite, type Site } from './site.ts'
import { cases, itLong } from '../runner/long-runs.ts'

const JD = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
const BROKEN = 'ludus: [\n'

const statuses = z.object({
  number: z.number().optional(),
  conditions: z
    .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
    .default([]),
  vms: z.array(z.object({ name: z.string(), phase: z.string() })).default([]),
})
type Status = z.output<typeof statuses>

const byCode = (a: string, b: string): number => (a < b ? -1 : 1)

describe('ranges without a file, after a restart', () => {
  let site: Site
  before(async () => {
    site = await openSite({ 'JD.yml': JD, 'KT.yml': JD })
    expect((await lanista('run', '--once')).status).to.equal(0)
    await site.nodesHaveTold()
    await rm(path.join(site.ranges, 'JD.yml'))
  })
  after(() => site.close())

  const state = (...parts: readonly string[]): string => path.join(path.dirname(site.config), 'state', ...parts)
  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--config', site.config])
  const planWithPruning = async (): Promise<string> => {
    const environment = { LANISTA_PRUNE_ENABLED: 'true' }
    return (await startHere(['plan', '--config', site.config], { environment }).ended).stdout
  }
  /** Told by status files, as they are by now. */
  const told = async (): Promise<readonly string[]> => (await readdir(state('status')).catch(() => [])).toSorted(byCode)
  const statusOf = async (id: string): Promise<Status> =>
    statuses.parse(JSON.parse(await readFile(state('status', `${id}.json`), 'utf8').catch(() => '{}')))
  const conditionOf = async (id: string, type: string) =>
    (await statusOf(id)).conditions.find((condition) => condition.type === type)
  const sleep = (milliseconds: number): Promise<void> => site.simulator.simulation.clock.sleep(milliseconds)
  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    for (let waited = 0; waited < 600 && !(await condition()); waited += 1) await sleep(500)
    expect(await condition(), 'waited in vain').to.equal(true)
  }
  /** Runs meanwhile. */
  const whileRunning = async (work: (running: Started) => Promise<void>): Promise<void> => {
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    try {
      await work(running)
    } finally {
      running.stop()
      await running.ended
    }
  }
  const metricsOf = async (running: Started): Promise<string> => {
    const at = /"http":"([^"]+)"/.exec(await running.says(/"started"/))?.[1] ?? ''
    return await (await fetch(`${at.startsWith('http') ? at : `http://${at}`}/metrics`)).text()
  }
  const isMissing = async (): Promise<boolean> =>
    (await conditionOf('JD', 'Ready'))?.reason === 'FileMissing' && (await statusOf('JD')).vms.length === 2

  itLong('are listed by plan, with what there is of them and what pruning would do', async () => {
    const { stdout, status } = await lanista('plan')
    expect(stdout)
      .to.match(
        /^# range JD: it has no file, and the cluster has 2 VMs \(2 running\), vnet r[12] and pool JD of it; .*lanista\.prune is off.*lanista destroy JD$/m,
      )
      .and.match(/^1 range, nothing to change, 1 without a file$/m)
    expect(status).to.equal(1)
    expect(await planWithPruning()).to.match(/^# range JD: .*lanista\.prune leaves it alone.*lanista destroy JD$/m)
    const seen = { rangeId: 'JD', names: ['JD-a'], folder: undefined, emptied: false, unread: false }
    await seenRangesFile(state()).write([seen])
    expect(await planWithPruning()).to.match(
      /^# range JD: .*; it goes once its file has been missing for 24h while lanista run watches \(lanista\.prune\); put the file back to keep it$/m,
    )
    const why = ['the folder had no range file at all']
    await approvalFiles(state()).ask({ why, ranges: [{ id: 'JD', vms: [] }] })
    expect(await planWithPruning()).to.match(
      /^# range JD: .*; it goes when somebody approves .*: the folder had no range file at all; run lanista approve/m,
    )
  })

  it('may be there unseen, which plan says while the token is not shown everything', async () => {
    hide(site.simulator.world, '/pool/JD')
    const { stdout } = await lanista('plan')
    show(site.simulator.world, '/pool/JD')
    expect(stdout).to.match(/^# ranges without a file may be there unseen: the API token lacks .*\/pool\/JD/m)
    expect(stdout).not.to.include('grant it with: grant it with')
  })

  it('are there again as FileMissing by the status of before, with their VMs, and as run --once ends with status 1', async () => {
    await whileRunning(async () => {
      await until(isMissing)
      const { message } = (await conditionOf('JD', 'Ready')) ?? {}
      expect(message).to.match(/its file is gone; its VMs and networks stay as they are; put the file back/)
    })
    const { status, stdout } = await lanista('run', '--once')
    expect(stdout)
      .to.match(/^range JD: not Ready: FileMissing: range JD: its file is gone/m)
      .and.match(/^range KT: Ready$/m)
    expect(status).to.equal(1)
  })

  it("are there again by the cluster alone, and none that Lanista never looked after: Ludus' own pools, tags in no pool", async () => {
    await rm(state(), { recursive: true })
    const { url, token } = site.simulator
    const person = (way: string, params: Readonly<Record<string, string | number>>) =>
      ask(url, token, 'POST', way, params)
    await person('/pools', { poolid: 'LU', comment: 'Created by Ludus' })
    await person('/nodes/pve1/qemu', { vmid: 501, name: 'LU-a', pool: 'LU' })
    await person('/nodes/pve1/qemu', { vmid: 502, name: 'XX-a', tags: 'lanista;xx' })
    await person('/nodes/pve1/qemu', { vmid: 503, name: 'LU-b', pool: 'LU', tags: 'lanista' })
    await whileRunning(async (running) => {
      await until(isMissing)
      const { vms, number } = await statusOf('JD')
      expect(vms).to.have.deep.members([
        { name: 'JD-a', phase: 'running' },
        { name: 'JD-router-debian12-x64', phase: 'running' },
      ])
      expect(number).to.be.oneOf([1, 2])
      expect(await conditionOf('JD', 'MachinesReady')).to.deep.include({ status: 'Unknown', reason: 'FileMissing' })
      expect((await conditionOf('JD', 'Ready'))?.message).to.match(/it has no file, .*lanista destroy JD$/)
      expect(await metricsOf(running))
        .to.include('lanista_range_vms{range="JD",phase="running"} 2')
        .and.include('lanista_range_condition{range="JD",type="Ready",status="False"} 1')
      await until(async () => (await conditionOf('KT', 'Ready'))?.reason === 'Ready')
      expect(await told()).to.deep.equal(['JD.json', 'KT.json'])
    })
  })

  itLong('are forgotten once nothing of them is left, whoever removed it, with their status and series', async () => {
    const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: '' }
    await writeFile(state('status', 'ZZ.json'), JSON.stringify({ conditions: [ready] }))
    await whileRunning(async (running) => {
      await until(async () => (await isMissing()) && (await told()).join() === 'JD.json,KT.json')
      expect((await lanista('destroy', 'JD', '--yes')).stdout).to.match(/^range JD: destroyed$/m)
      await until(async () => (await told()).join() === 'KT.json')
      expect(await metricsOf(running)).not.to.include('range="JD"')
    })
  })
})

describe('what plan knows of orders to destroy', () => {
  let site: Site
  afterEach(() => site.close())
  const lanista = (...args: readonly string[]): Promise<Ended> => lanistaHere([...args, '--config', site.config])

  itLong(
    'is only what its state directory holds, which it says where that has none and a range is to be built',
    async () => {
      site = await openSite({ 'JD.yml': JD })
      const once = await lanista('run', '--once')
      expect(once.status, once.stdout + once.stderr).to.equal(0)
      await site.nodesHaveTold()
      expect((await lanista('destroy', 'JD', '--yes')).status).to.equal(0)
      await site.nodesHaveTold()
      expect((await lanista('plan')).stdout)
        .to.match(/^# range JD: it was destroyed/m)
        .and.not.match(/orders to destroy/)
      const elsewhere = path.join(path.dirname(site.config), 'elsewhere')
      const environment = { LANISTA_STATE_DIR: elsewhere }
      const { stdout, status } = await startHere(['plan', '--config', site.config], { environment }).ended
      expect(stdout).to.match(
        /^# orders of lanista destroy are not known: no lanista run has worked with the state directory .*elsewhere; of range JD nothing is on the cluster, and one that was destroyed stays away; plan with the state directory of the Lanista that runs here$/m,
      )
      expect(status).to.equal(2)
      expect(await readdir(elsewhere).catch(() => 'none')).to.equal('none')
    },
  )
})

describe('a file that comes and goes', () => {
  let lab: Lab
  afterEach(() => lab.close())
  const written = new Set<string>()
  const store = {
    write: async ({ id }: { readonly id: string }) => void written.add(id),
    remove: async (id: string) => void written.delete(id),
  }
  const ids = (): readonly string[] => lab.controller.board.all().map(({ id }) => id)

  const names = [
    ['misnamed', 'my range.yml', JD],
    ['never valid', 'XX.yml', BROKEN],
  ] as const
  for (const [what, name, text] of cases<(typeof names)[number]>(names, ([what]) => what === 'misnamed'))
    it(`leaves nothing behind in statuses and memory when it was ${what}`, async () => {
      written.clear()
      lab = await openReadyLab({ 'JD.yml': JD }, { store })
      await lab.drop(name, text)
      await lab.until(() => ids().length === 2)
      await lab.remove(name)
      await lab.until(() => ids().join() === 'JD')
      await lab.sleep(1000)
      expect([[...written], lab.controller.ranges.ids()]).to.deep.equal([['JD'], ['JD']])
      await lab.drop(name, text)
      await lab.until(() => ids().length === 2)
    })

  itLong('stays told while it is not known whether anything of its range is there', async () => {
    lab = await openReadyLab({ 'JD.yml': JD })
    hide(lab.simulator.world, '/')
    await lab.drop('XX.yml', BROKEN)
    await lab.until(() => ids().length === 2)
    await lab.remove('XX.yml')
    await lab.until(() => lab.controller.board.get('XX')?.conditions.at(-1)?.reason === 'FileMissing')
    await lab.sleep(61_000)
    expect(ids()).to.deep.equal(['JD', 'XX'])
    show(lab.simulator.world, '/')
    await lab.until(() => ids().join() === 'JD')
  })
})
