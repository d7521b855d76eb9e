import { expect } from 'chai'
import { runCommand } from '../../../adapters/host/run-command.ts'
import { HostError } from '../../../model/host-ports.ts'

const failure = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it ended well',
    (error: unknown) => (error instanceof HostError ? error.message : `another error: ${String(error)}`),
  )

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
    expect(await failure(runCommand(['sh', '-c', 'sleep 600 & sleep 600'], 50))).to.equal(
      'sh -c sleep 600 & sleep 600: it did not end within 0.05 s, and was ended',
    )
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
