import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'

const RUNNER = path.resolve('dist/test/runner/main.js')
const TESTS = [RUNNER, '--parallel', '--jobs', '2', path.resolve('dist/test/runner/fixture.js')]

/** Tests that never end, with a folder, and a process that one of them has started. */
interface Endless {
  readonly started: ChildProcess
  /** Of mocha, of its worker, and of the process that the worker's test has started. */
  readonly pids: readonly number[]
}

describe('tests that are interrupted', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })
  let folder: string
  let temporary: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lanista-interrupted-'))
    temporary = path.join(folder, 'tmp')
    mkdirSync(temporary)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  async function startEndless(program: string, args: readonly string[]): Promise<Endless> {
    const file = path.join(folder, 'pids')
    writeFileSync(file, '')
    const env = { ...process.env, TMPDIR: temporary, LANISTA_FIXTURE_PIDS: file }
    const started = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    const read = (): readonly number[] => readFileSync(file, 'utf8').trim().split(' ').map(Number)
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (read().length < 3) return
        watcher.close()
        resolve()
      }
      const watcher = watch(file, look)
      look()
    })
    return { started, pids: read() }
  }
  /** Resolves with the exit status when all who could print have ended. */
  const ended = async ({ started }: Endless): Promise<unknown> => {
    started.stdout?.resume()
    const [status, signal]: unknown[] = await once(started, 'close')
    return status ?? signal
  }
  /** Resolves when none of its processes is there; one that is killed needs a moment, and init another to take note. */
  const gone = async ({ pids }: Endless): Promise<void> => {
    while (pids.some(isThere)) await sleep(10)
  }
  const isThere = (pid: number): boolean => {
    try {
      return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return false
    }
  }

  for (const [signal, status] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    it(`by ${signal} to their process group fail, and leave no process and no folder`, async () => {
      const tests = await startEndless(process.execPath, TESTS)
      process.kill(-tests.started.pid!, signal)
      expect(await ended(tests)).to.equal(status)
      await gone(tests)
      expect(readdirSync(temporary)).to.deep.equal([])
    })

  it('by a kill of mocha fail, and leave no process and no folder', async () => {
    const tests = await startEndless(process.execPath, TESTS)
    process.kill(tests.pids[0]!, 'SIGKILL')
    expect(await ended(tests)).to.equal(1)
    await gone(tests)
    expect(readdirSync(temporary)).to.deep.equal([])
  })

  it('by a kill of the shell that started them leave no process and no folder', async () => {
    const tests = await startEndless('sh', ['-c', `"$0" "$@"; true`, process.execPath, ...TESTS])
    tests.started.kill('SIGKILL')
    await ended(tests)
    await gone(tests)
    expect(readdirSync(temporary)).to.deep.equal([])
  })

  it('by a kill of their runner leave no process, and the next run removes their folder', async () => {
    const tests = await startEndless(process.execPath, TESTS)
    tests.started.kill('SIGKILL')
    await ended(tests)
    await gone(tests)
    expect(readdirSync(temporary)).to.have.length(1)
    const next = spawn(process.execPath, [RUNNER, '--version', 'none.js'], {
      env: { ...process.env, TMPDIR: temporary },
    })
    await once(next, 'exit')
    expect(readdirSync(temporary)).to.deep.equal([])
  })
})
