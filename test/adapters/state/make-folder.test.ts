import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeFolder } from '../../../adapters/state/make-folder.ts'

describe('a folder of the state directory', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'lanista-folder-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  const end = (folder: string): Promise<string> =>
    makeFolder(folder).then(
      () => 'made',
      (error: unknown) => String(error),
    )

  it('is made with those above it, and left as it is where it is there', async () => {
    const folder = join(home, 'a', 'b', 'c')
    expect([await end(folder), await end(folder)]).to.deep.equal(['made', 'made'])
    expect((await stat(folder)).isDirectory()).to.equal(true)
  })

  it('is refused in words where the system makes none, instead of trying for ever', async () => {
    expect(await end('/proc/lanista/state')).to.equal(
      "Error: the folder /proc/lanista can't be made: the system makes none there",
    )
    await writeFile(join(home, 'file'), '')
    expect(await end(join(home, 'file'))).to.match(/file can't be made: something else has that name$/)
    expect(await end(join(home, 'file', 'state'))).to.match(/file\/state can't be made: it is not a folder$/)
  })
})
