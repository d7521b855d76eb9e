import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { z } from 'zod'
import { privateJsonFile } from '../../../adapters/state/private-json-file.ts'

interface Handle {
  sync(): Promise<void>
}

const isHandle = (value: unknown): value is Handle => typeof value === 'object' && value !== null && 'sync' in value

describe('a small file of the state directory', () => {
  let folder: string
  let prototype: Handle
  let sync: Handle['sync']
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-state-'))
    const handle = await open(folder, 'r')
    const found: unknown = Object.getPrototypeOf(handle)
    if (!isHandle(found)) throw new Error('a file handle has no sync')
    prototype = found
    sync = prototype.sync
    await handle.close()
  })
  afterEach(async () => {
    prototype.sync = sync
    await rm(folder, { recursive: true, force: true })
  })

  it('is flushed before it takes its name, and its folder after, before it counts as written', async () => {
    const file = path.join(folder, 'note.json')
    const flushed: boolean[] = []
    prototype.sync = async function (this: Handle) {
      flushed.push(existsSync(file))
      await sync.call(this)
    }
    await privateJsonFile(file, z.string()).write('token')
    expect(flushed).to.deep.equal([false, true])
  })

  it('is there, old or new, at every moment of a write', async () => {
    const file = path.join(folder, 'note.json')
    const store = privateJsonFile(file, z.string())
    await store.write('old')
    const seen: string[] = []
    prototype.sync = async function (this: Handle) {
      seen.push(await readFile(file, 'utf8'))
      await sync.call(this)
    }
    await store.write('new')
    expect(seen).to.deep.equal(['"old"\n', '"new"\n'])
    // What replaces it keeps its number: it was not written in place.
    prototype.sync = sync
    await rename(file, `${file}.kept`)
    await store.write('newest')
    expect(await readFile(`${file}.kept`, 'utf8')).to.equal('"new"\n')
  })
})
