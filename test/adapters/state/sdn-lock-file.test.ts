import { expect } from 'chai'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sdnLockFile } from '../../../adapters/state/sdn-lock-file.ts'

describe('the note on the SDN lock', () => {
  let folder: string
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'lanista-lock-')), 'state')
  })
  afterEach(() => rm(path.dirname(folder), { recursive: true, force: true }))

  it('is what was written last, by whichever process, until it is cleared', async () => {
    const store = sdnLockFile(folder)
    expect(await store.read()).to.equal(undefined)
    await store.write({ kind: 'asked', at: 5 })
    await store.write({ kind: 'held', token: 'abc', at: 6 })
    expect(await sdnLockFile(folder).read()).to.deep.equal({ kind: 'held', token: 'abc', at: 6 })
    await store.clear()
    await store.clear()
    expect(await store.read()).to.equal(undefined)
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('can be read by its owner alone, since whoever has the token can write', async () => {
    await sdnLockFile(folder).write({ kind: 'held', token: 'abc', at: 6 })
    expect((await stat(path.join(folder, 'sdn-lock.json'))).mode & 0o777).to.equal(0o600)
  })

  it('counts as absent where it makes no sense', async () => {
    const store = sdnLockFile(folder)
    await store.write({ kind: 'asked', at: 5 })
    for (const text of ['', '{', '{"kind":"held"}', '[]']) {
      await writeFile(path.join(folder, 'sdn-lock.json'), text)
      expect(await store.read(), text).to.equal(undefined)
    }
  })
})
