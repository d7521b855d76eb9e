import { expect } from 'chai'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
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

  it('is neither taken for none nor written over where it makes no sense or can not be read', async () => {
    const store = sdnLockFile(folder)
    await store.write({ kind: 'asked', at: 5 })
    const file = path.join(folder, 'sdn-lock.json')
    const failing = (): Promise<string> =>
      store.read().then(
        () => 'read',
        (error: unknown) => String(error),
      )
    for (const text of ['', '{', '{"kind":"held"}', '[]', '{"kind":"held","secret-token":"abc"']) {
      await writeFile(file, text)
      expect(await failing(), text).to.match(/sdn-lock\.json can't be understood$/)
    }
    const error: unknown = await store.read().catch((caught: unknown) => caught)
    expect(inspect(error, { showHidden: true })).not.to.contain('secret-token')
    await rm(file)
    await mkdir(file)
    expect(await failing()).to.match(/sdn-lock\.json can't be read: /)
  })
})
