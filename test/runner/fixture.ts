/** Tests that never end: for a test of what is left when they are interrupted. */
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startVirtualTime } from '../builders/virtual-time.ts'

describe('tests that never end', () => {
  it('and hold a folder, a process and the time', async function () {
    this.timeout(0)
    mkdtempSync(join(tmpdir(), 'lanista-fixture-'))
    startVirtualTime()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
    writeFileSync(process.env['LANISTA_FIXTURE_PIDS'] ?? '', `${process.ppid} ${process.pid} ${child.pid}`)
    await new Promise(() => undefined)
  })
})
