import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { revisionFiles } from '../../../adapters/state/revision-files.ts'
import type { RevisionRecord } from '../../../model/revision.ts'
import { itLong } from '../../runner/long-runs.ts'

const commit = { id: 'a', author: 'Ann', at: '2026-01-01T00:00:00.000Z', subject: 'Add JD' }
const seen = { digest: 'x', commit }
const recordOf = (rangeId: string): RevisionRecord => ({
  rangeId,
  seen,
  inForce: { ...seen, kind: 'file', source: `${rangeId}.yml`, text: 'ludus: []', wave: 1 },
  reached: seen,
})

describe('what is in force of range files, on disk', () => {
  let state: string
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'lanista-revisions-'))
  })
  afterEach(() => rm(state, { recursive: true, force: true }))

  it('is read back by whom it belongs to alone, and what is damaged or of another name is none', async () => {
    const files = revisionFiles(state)
    expect(await files.read()).to.deep.equal([])
    await files.write(recordOf('JD'))
    expect(await files.read()).to.deep.equal([recordOf('JD')])
    expect((await stat(join(state, 'revisions', 'JD.json'))).mode & 0o777).to.equal(0o600)
    const whole = JSON.stringify(recordOf('SL'))
    for (const damaged of [
      '',
      whole.slice(0, 40),
      '[]',
      whole.replace('"file"', '"later"'),
      JSON.stringify(recordOf('JD')),
    ]) {
      await writeFile(join(state, 'revisions', 'SL.json'), damaged)
      expect(await files.read(), damaged).to.deep.equal([recordOf('JD')])
    }
    await writeFile(join(state, 'revisions', '.SL.json.1.tmp'), whole.slice(0, 40))
    await mkdir(join(state, 'revisions', 'TX.json'))
    await files.remove('SL')
    await files.remove('SL')
    expect(await files.read()).to.deep.equal([recordOf('JD')])
  })

  itLong('is read of more ranges than files may be open', async () => {
    await mkdir(join(state, 'revisions'))
    const ids = Array.from({ length: 600 }, (_, index) => `R${index}`)
    for (const id of ids) await writeFile(join(state, 'revisions', `${id}.json`), JSON.stringify(recordOf(id)))
    const module = new URL('../../../adapters/state/revision-files.js', import.meta.url).href
    const script = `const { revisionFiles } = await import(${JSON.stringify(module)}); console.log((await revisionFiles(${JSON.stringify(state)}).read()).length)`
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      'ulimit -n 256 && exec "$0" --input-type=module -e "$1"',
      process.execPath,
      script,
    ])
    expect(stdout.trim()).to.equal('600')
  })
})
