/**
 * Runs mocha so that it leaves nothing behind, however it ends: `npm test`.
 *
 *     node dist/test/runner/main.js [arguments of mocha]     all tests, unless the arguments name files
 *
 * Its tests make their folders in one that goes with them, and it has a process group of its own, so that the processes of the
 * tests end with it: when it is interrupted, killed, or finds that whoever started it is gone.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isLong } from './long-runs.ts'

const PREFIX = 'lanista-tests-'
/** Each loads the product, so there are no more than work: three on two processors, as tests wait for files and processes now and then. */
const JOBS = Math.max(3, Math.min(8, availableParallelism()))
/**
 * What tests make is soon forgotten: with more room for the young, a process collects garbage a third as often. No thread helps
 * it with that, as there is no processor left for one.
 */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--single-threaded-gc']
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
/** How often it is looked whether this process has become an orphan, in milliseconds. */
const LOOK_EVERY = 500

const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 50 })

/** Removes the folders of runs that could not do so themselves. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN
    if (!Number.isNaN(pid) && !isAlive(pid)) remove(join(tmpdir(), name))
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** All tests, the longest first, so that no process is left with one of them in the end. */
function allTests(): readonly string[] {
  const name = isLong ? '*.{long,test}.js' : '*.test.js'
  const folders = ['scenarios/**/', 'histories/**/', 'deploy/**/', '{!(scenarios|histories|deploy)/**/,}']
  return folders.map((folder) => `dist/test/${folder}${name}`)
}

const argumentsFor = (asked: readonly string[]): readonly string[] =>
  asked.some((each) => each.endsWith('.js'))
    ? asked
    : ['--parallel', '--jobs', String(JOBS), '--reporter', 'dot', ...asked, ...allTests()]

/** Resolves with mocha's exit status, or another than 0 when it was ended. */
async function run(args: readonly string[], folder: string): Promise<number> {
  const mocha = spawn(process.execPath, [...NODE_OPTIONS, resolve('node_modules/mocha/bin/mocha.js'), ...args], {
    detached: true,
    // Over the last one mocha hears when this process is gone.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Started by a test, it is no worker of that test's mocha, and neither is what it starts.
    env: { ...process.env, TMPDIR: folder, MOCHA_WORKER_ID: undefined },
  })
  const killAll = (): void => {
    try {
      process.kill(-(mocha.pid ?? Number.NaN), 'SIGKILL')
    } catch {
      // All have ended.
    }
  }
  let ended: number | undefined
  const interrupt = (why: string, status: number): void => {
    if (ended === undefined) process.stderr.write(`\ntests: ${why}; nothing is left of them\n`)
    ended ??= status
    killAll()
  }
  for (const signal of SIGNALS)
    process.on(signal, () => interrupt(`ended by ${signal}`, 128 + constants.signals[signal]))
  const { ppid } = process
  const looking = setInterval(() => {
    if (process.ppid !== ppid) interrupt('whoever started them is gone', 1)
  }, LOOK_EVERY)
  const [status, signal]: (number | string | null)[] = await once(mocha, 'exit')
  clearInterval(looking)
  if (signal !== null) interrupt(`mocha was ended by ${signal}`, 1)
  killAll()
  return ended ?? Number(status)
}

removeLeftovers()
const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
// Some tests are about what another user may read.
chmodSync(folder, 0o755)
process.exitCode = await run(argumentsFor(process.argv.slice(2)), folder)
remove(folder)
