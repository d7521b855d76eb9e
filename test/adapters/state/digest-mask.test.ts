import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { digestMask } from '../../../adapters/state/digest-mask.ts'
import { maskedStatus } from '../../../model/digest-mask.ts'
import { rangeStatus } from '../../builders/status.ts'

const DIGEST = createHash('sha256').update('ludus: []').digest('hex')

describe('the mask of digests', () => {
  let state = ''
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'lanista-'))
  })
  afterEach(() => rm(state, { recursive: true, force: true }))
  const opened = async (folder = state): Promise<ReturnType<typeof digestMask>> => {
    const mask = digestMask(folder)
    await mask.load()
    return mask
  }

  it('tells the same of a content over restarts, and elsewhere another thing, so that nobody can try what it stands for', async () => {
    const told = (await opened()).of(DIGEST)
    expect(told).to.match(/^[0-9a-f]{16}$/)
    expect((await opened()).of(DIGEST)).to.equal(told)
    expect((await opened()).of(DIGEST.replace(/^./, 'x'))).not.to.equal(told)
    expect((await opened(join(state, 'elsewhere'))).of(DIGEST)).not.to.equal(told)
    expect(createHash('sha256').update(DIGEST).digest('hex')).not.to.contain(told)
  })

  it('keeps its key from others, and goes on with another when it can not be understood or kept', async () => {
    await opened()
    const file = join(state, 'mask.json')
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
    await writeFile(file, '{"key":""}')
    const told = (await opened()).of(DIGEST)
    expect((await opened()).of(DIGEST)).to.equal(told)
    expect(await readFile(file, 'utf8')).not.to.contain(told)
    expect((await opened('/proc/nowhere')).of(DIGEST)).to.match(/^[0-9a-f]{16}$/)
  })

  it('is on every digest of a status, and on no commit', async () => {
    const mask = await opened()
    const commit = 'c'.repeat(40)
    const revision = { digest: DIGEST, at: 1, commit: undefined }
    const status = rangeStatus('JD', [])
    const told = maskedStatus(
      {
        ...status,
        conditions: [...status.conditions, ...status.conditions].map((each, index) => ({
          ...each,
          observedRevision: index === 0 ? DIGEST : commit,
        })),
        revisions: { seen: revision, actedOn: revision, reached: revision, held: undefined },
      },
      mask,
    )
    const text = JSON.stringify(told)
    expect(text).not.to.contain(DIGEST)
    expect(text.split(mask.of(DIGEST)).length - 1).to.equal(4)
    expect(text).to.contain(commit)
  })
})
