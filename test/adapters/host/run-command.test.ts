import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { runCommand } from '../../../adapters/host/run-command.ts'
import { HostError } from '../../../model/host-ports.ts'

const failure = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it ended well',
    (error: unknown) => (error instanceof HostError ? error.message : `another error: ${String(error)}`),
  )

/** A process that has ended may wait for its parent to notice. */
function isAlive(pid: string): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('runCommand', () => {
  it('gives what was printed', async () => {
    expect((await runCommand(['sh', '-c', 'echo $LC_ALL'], 10_000)).stdout).to.equal('C\n')
  })

  it('hands none of the environment on, which may hold the API token', async () => {
    process.env['LANISTA_PLANTED'] = 'planted'
    expect((await runCommand(['env'], 10_000)).stdout).not.to.include('planted')
    delete process.env['LANISTA_PLANTED']
  })

  it('ends a command at its time limit, with all that it has started', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'run-')), 'pid')
    const script = `sleep 600 & echo $! > ${file}.new && mv ${file}.new ${file}; sleep 600`
    // A busy machine may not have started the second by then.
    for (let limit = 200; !existsSync(file); limit *= 4)
      expect(await failure(runCommand(['sh', '-c', script], limit))).to.include(
        `it did not end within ${limit / 1000} s, and was ended`,
      )
    const pid = readFileSync(file, 'utf8').trim()
    while (isAlive(pid))
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
  })

  it('does not wait for what a command that ended well left behind with its output', async () => {
    const { stdout } = await runCommand(['sh', '-c', 'sleep 2 & echo done'], 60_000)
    expect(stdout).to.equal('done\n')
  })

  it('says what a command said that failed, on one line', async () => {
    expect(await failure(runCommand(['sh', '-c', 'echo no; printf "a\\nb" >&2; exit 3'], 10_000))).to.match(
      /it ended with status 3 and said "a\\nb"$/,
    )
  })

  it('says so when there is no such program', async () => {
    expect(await failure(runCommand(['no-such-program'], 10_000))).to.equal(
      'there is no program no-such-program that may be run',
    )
  })
})
