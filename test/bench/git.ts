import { spawn, execFileSync } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { gitIn } from '../builders/git-repository.ts'
import { openGitLife } from '../builders/git-life.ts'
import { hookHeaders } from '../builders/hooks.ts'
import { type HttpsGitServer, startHttpsGitServer } from '../builders/https-git-server.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../builders/range-repository.ts'
import { rangeText } from '../scenarios/ranges.ts'
import { openSiteForProcesses, type Site } from '../scenarios/site.ts'

/** A cluster has numbers for 153 ranges: of so many files the rest is suspended, and is read and told of all the same. */
const [RANGES, AWAKE] = [1000, 100]
const PUSHES = 15
const POLLS = 20
const SECRET = 'bench-bench-bench-bench-bench-bench'
/** From the webhook to the plan, in seconds. */
const ENOUGH = 2
const HISTORIES = [10, 10_000] as const

/** What a process has spent so far, its children that have ended among it, in milliseconds. */
async function spentBy(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0)
  return ticks * 10
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const vms = (more: number): string =>
  rangeText([
    { name: 'a', vlan: 10, octet: 11 },
    ...Array.from({ length: more }, (_, index) => ({ name: `n${index}`, vlan: 10, octet: 20 + index })),
  ])

const idOf = (index: number): string => `R${String(index).padStart(4, '0')}`

/** `lanista.git`: a push to the plan of its range, what a poll costs that finds nothing, and fetches after long histories. */
export async function benchGit(): Promise<void> {
  console.log(
    `git: ${RANGES} ranges in the repository, ${AWAKE} of them made and the others suspended; ${availableParallelism()} processors, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
  )
  await benchPushes()
  await benchHistories()
}

async function benchPushes(): Promise<void> {
  const site = await openSiteForProcesses({})
  const folder = path.dirname(site.config)
  const forge = await rangeRepositoryIn(path.join(folder, 'forge'))
  const server = await startHttpsGitServer(path.join(folder, 'forge'))
  try {
    await configure(site, server, folder)
    const suspended = `${vms(0)}ludus_extensions: { lanista: { suspend: { reason: not now } } }\n`
    await forge.push(
      Object.fromEntries(
        Array.from({ length: RANGES }, (_, index) => [
          `ranges/${idOf(index)}.yml`,
          index < AWAKE ? `${vms(0)}ludus_extensions: { lanista: { power: keep } }\n` : suspended,
        ]),
      ),
    )
    await measure(site, forge)
  } finally {
    await server.close()
    await site.close()
  }
}

async function configure(site: Site, server: HttpsGitServer, folder: string): Promise<void> {
  await writeFile(path.join(folder, 'ca.pem'), server.certificate)
  await writeFile(path.join(folder, 'hook'), `${SECRET}\n`, { mode: 0o600 })
  const text = await readFile(site.config, 'utf8')
  const git = `  git: { url: "${server.url('ranges.git')}", path: ranges, interval: 24h, https: { ca_file: ca.pem }, webhook: { secret_file: hook } }\n  resync: 1h\n`
  await writeFile(site.config, text.replace('  ranges: ranges\n', git))
}

async function measure(site: Site, forge: RangeRepositoryFixture): Promise<void> {
  const lanista = path.join(import.meta.dirname, '..', '..', 'controllers', 'main.js')
  const child = spawn(process.execPath, [lanista, 'run', '--config', site.config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  const began = performance.now()
  const api = new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      const address = /"http":"([^"]+)"/.exec(line)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
  })
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', () => reject(new Error(`lanista ended early: ${lines.slice(-3).join('\n')}`))),
  )
  ended.catch(() => undefined)
  const base = await Promise.race([api, ended])
  const ranges = async (): Promise<string> => await (await fetch(`${base}/api/v1/ranges`)).text()
  const isReadyOf = (text: string): number => text.split('"reason":"Ready"').length - 1
  while (isReadyOf(await ranges()) < AWAKE) await Promise.race([pause(500), ended])
  console.log(`git: first start until ${AWAKE} ranges are Ready: ${seconds(performance.now() - began)}`)

  const times: number[] = []
  for (let push = 0; push < PUSHES; push += 1) {
    const id = idOf(push)
    const commit = await forge.push({ [`ranges/${id}.yml`]: vms(1) }, `Change ${id}`)
    const from = performance.now()
    await hint(base)
    const isPlanned = async (): Promise<boolean> => {
      const status = await (await fetch(`${base}/api/v1/ranges/${id}`)).text()
      return status.includes(commit) && status.includes(`"${id}-n0"`)
    }
    while (!(await isPlanned())) await Promise.race([pause(5), ended])
    times.push(performance.now() - from)
    // Hints are heeded within reason: five at once, and one every two seconds.
    await pause(2500)
  }
  const median = medianOf(times) / 1000
  console.log(
    `git: from the webhook to the plan of the changed range: median of ${PUSHES} ${median.toFixed(2)} s, longest ${seconds(Math.max(...times))}: ${median <= ENOUGH ? 'within' : 'NOT within'} ${ENOUGH} s`,
  )

  const pid = child.pid ?? 0
  const span = POLLS * 2500
  await pause(5000)
  const idle = await spentIn(pid, () => pause(span))
  const polling = await spentIn(pid, async () => {
    for (let poll = 0; poll < POLLS; poll += 1) {
      await hint(base)
      await pause(2500)
    }
  })
  console.log(
    `git: a poll that finds nothing new, by https: ${((polling - idle) / POLLS).toFixed(0)} ms of processor time, git's own among it (${POLLS} polls; idle for as long: ${idle.toFixed(0)} ms)`,
  )
  child.removeAllListeners('exit')
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exit
}

async function hint(base: string): Promise<void> {
  const body = '{"ref":"refs/heads/main"}'
  const answer = await fetch(`${base}/hooks/git`, { method: 'POST', body, headers: hookHeaders.github(SECRET, body) })
  if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status}`)
}

async function spentIn(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await spentBy(pid)
  await work()
  return (await spentBy(pid)) - before
}

/** Fetches of one new commit after histories of different lengths, as time and as bytes received. */
async function benchHistories(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-bench-git-'))
  try {
    const medians: number[] = []
    for (const commits of HISTORIES) medians.push(await fetchAfter(commits, path.join(folder, String(commits))))
    const [few = 1, many = 0] = medians
    console.log(
      `git: a fetch of one new commit: ${few.toFixed(0)} ms after ${HISTORIES[0]} commits, ${many.toFixed(0)} ms after ${HISTORIES[1]}: ratio ${(many / few).toFixed(2)}`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fetchAfter(commits: number, folder: string): Promise<number> {
  const forge = await rangeRepositoryIn(folder)
  const history = Array.from(
    { length: commits },
    (_, each) =>
      `commit refs/heads/main\ncommitter Ann <ann@example.org> 1700000000 +0000\ndata 1\nc\nM 100644 inline note\ndata ${String(each).length}\n${each}\n`,
  ).join('')
  execFileSync('git', ['-C', forge.bare, 'fast-import', '--quiet'], { input: history })
  gitIn(forge.work)('fetch', '--quiet', 'origin')
  gitIn(forge.work)('reset', '--quiet', '--hard', 'origin/main')
  await forge.push({ 'ranges/JD.yml': vms(0) })
  const life = await openGitLife({ stateDir: path.join(folder, 'state'), git: { url: forge.bare, path: 'ranges' } })
  await life.poll()
  const times: number[] = []
  for (let push = 0; push < PUSHES; push += 1) {
    await forge.push({ 'ranges/JD.yml': vms(push + 1) })
    const from = performance.now()
    await life.poll()
    times.push(performance.now() - from)
  }
  return medianOf(times)
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
