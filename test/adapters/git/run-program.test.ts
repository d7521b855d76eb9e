import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect } from 'chai'

const module = path.resolve(import.meta.dirname, '../../../adapters/git/run-program.js')

describe('a program that is run', () => {
  it('can not be started where no file can be opened any more, which ends nothing else', () => {
    const script = `
      import { openSync } from 'node:fs'
      import { runProgram } from ${JSON.stringify(module)}
      const run = { program: 'git', args: [], environment: {}, folder: '/', patience: 10_000, mostOutput: 100 }
      try { for (;;) openSync('/dev/null') } catch {}
      const end = await runProgram(run, new AbortController().signal)
      process.exitCode = end.kind === 'unstartable' ? 42 : 1`
    const limited = ['-c', 'ulimit -n 64 && exec "$0" --input-type=module --eval "$1"', process.execPath, script]
    let status: unknown = 0
    try {
      execFileSync('bash', limited, { stdio: 'pipe' })
    } catch (error) {
      status = error instanceof Error && 'status' in error ? error.status : undefined
    }
    expect(status).to.equal(42)
  })
})
