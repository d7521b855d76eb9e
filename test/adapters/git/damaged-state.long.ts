import { mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { hasGit } from '../../builders/git-repository.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])

describe('what was fetched, and is damaged', function () {
  this.timeout(120_000)
  before(function () {
    if (!hasGit()) this.skip()
  })
  let folder: string
  let forge: RangeRepositoryFixture
  let life: GitLife
  let good: string
  const state = (...names: string[]): string => path.join(folder, 'state', ...names)
  const own = (...names: string[]): string => state('git', 'repository', ...names)
  const begin = async (git: object = {}): Promise<GitLife> =>
    await openGitLife({ stateDir: state(), git: { url: forge.bare, path: 'ranges', ...git } })
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-git-test-'))
    forge = await rangeRepositoryIn(folder)
    life = await begin()
    good = await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  for (const [what, spoil] of [
    ['where the history is cut is garbage', () => writeFile(own('shallow'), 'garbage\n')],
    ['where the history is cut is empty', () => truncate(own('shallow'), 0)],
    ['where the history is cut is not there', () => rm(own('shallow'))],
    ['the configuration is garbage', () => writeFile(own('config'), '[garbage')],
    ['the configuration is empty', () => writeFile(own('config'), '')],
    ['the name of the head is of nothing', () => writeFile(own('refs', 'lanista', 'head'), `${'1'.repeat(40)}\n`)],
    ['the name of the head is empty', () => writeFile(own('refs', 'lanista', 'head'), '')],
    ['the name of the commit in force is empty', () => writeFile(own('refs', 'lanista', 'accepted'), '')],
    ['HEAD is empty', () => writeFile(own('HEAD'), '')],
    ['a git that was killed left its lock on a name', () => writeFile(own('refs', 'lanista', 'head.lock'), '')],
    ['a git that was killed left its lock on the cut', () => writeFile(own('shallow.lock'), '')],
    ['all of it is gone', () => rm(state('git'), { recursive: true })],
  ] as const)
    for (const isLater of [false, true])
      it(`is fetched anew when ${what}, ${isLater ? 'after a restart' : 'while it runs'}`, async () => {
        await spoil()
        const next = await forge.push({ 'ranges/JD.yml': range(2) })
        if (isLater) life = await begin()
        expect(await life.poll()).to.deep.equal({ commit: next, finding: undefined, reason: undefined })
        await rename(forge.bare, `${forge.bare}.away`)
        life = await begin()
        expect(await life.poll()).to.include({ commit: next })
      })

  it('is found by a next life where it was set aside when this one was killed', async () => {
    await rename(own(), `${own()}-before`)
    await mkdir(own())
    await rename(forge.bare, `${forge.bare}.away`)
    life = await begin()
    expect(await life.poll()).to.include({ commit: good, reason: 'RepositoryMissing' })
    await rename(`${forge.bare}.away`, forge.bare)
    expect(await life.poll()).to.deep.equal({ commit: good, finding: undefined, reason: undefined })
  })

  it('is not, when only what is in force can not be remembered, which is told as that', async () => {
    await rm(state('git-accepted.json'))
    await mkdir(state('git-accepted.json'))
    const next = await forge.push({ 'ranges/JD.yml': range(2) })
    expect(await life.poll()).to.include({ commit: good, reason: 'StateUnwritable' })
    await rm(state('git-accepted.json'), { recursive: true })
    expect(await life.poll()).to.deep.equal({ commit: next, finding: undefined, reason: undefined })
  })

  it('gives nothing of which fewer files are found than went in force', async () => {
    const text = await readFile(state('git-accepted.json'), 'utf8')
    await writeFile(state('git-accepted.json'), text.replace('"files":1', '"files":2'))
    await rename(forge.bare, `${forge.bare}.away`)
    life = await begin()
    expect(await life.poll()).to.include({ commit: undefined })
  })

  for (const other of [{ path: '' }, { branch: 'side' }])
    it(`gives nothing to a configuration with another ${Object.keys(other).join()}`, async () => {
      await rename(forge.bare, `${forge.bare}.away`)
      life = await begin(other)
      expect(await life.poll()).to.include({ commit: undefined, reason: 'RepositoryMissing' })
    })
})
