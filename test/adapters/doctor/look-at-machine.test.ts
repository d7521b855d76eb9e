import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { lookAtFolder } from '../../../adapters/doctor/look-at-machine.ts'

const NOBODY = 65_534

describe('a look at a folder of this machine', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-doctor-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('leaves nothing in it', async () => {
    expect((await lookAtFolder(folder)).unwritable).to.equal(undefined)
    expect(await readdir(folder)).to.deep.equal([])
  })

  for (const [name, mode] of [
    ['may not look into it', 0o600],
    ['may not write there', 0o500],
    ['may do nothing there', 0o000],
  ] as const)
    it(`tells that nothing can be written where this process ${name}`, async function () {
      const isRoot = process.getuid?.() === 0
      const state = path.join(folder, 'state')
      await mkdir(state)
      await chmod(state, mode)
      if (isRoot) await Promise.all([chmod(folder, 0o755), chown(state, NOBODY, NOBODY)])
      // Root may write everywhere.
      if (isRoot) process.seteuid?.(NOBODY)
      try {
        expect((await lookAtFolder(state)).unwritable).to.match(/permission denied|not permitted|EACCES/i)
      } finally {
        if (isRoot) process.seteuid?.(0)
        await chmod(state, 0o700)
      }
    })
})
