import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { gitIn, hasGit } from '../../builders/git-repository.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])
const SIZE = 2 * 1_048_576

describe('heads that are refused', function () {
  this.timeout(120_000)
  before(function () {
    if (!hasGit()) this.skip()
  })
  let folder: string
  let forge: RangeRepositoryFixture
  let life: GitLife
  let good: string
  const begin = async (): Promise<GitLife> =>
    await openGitLife({ stateDir: path.join(folder, 'state'), git: { url: forge.bare, path: 'ranges' } })
  const bytes = async (): Promise<number> => {
    const at = path.join(folder, 'state', 'git', 'repository', 'objects')
    const names = await readdir(at, { recursive: true })
    const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(at, name))).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-git-test-'))
    forge = await rangeRepositoryIn(folder)
    gitIn(forge.bare)('config', 'core.compression', '0')
    forge.git('config', 'core.compression', '0')
    life = await begin()
    // What is in force is where the history is cut off, until a head that is refused has it walked through.
    await forge.push({ README: 'x' })
    await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    good = await forge.push({ 'ranges/JD.yml': range(2) })
    await life.poll()
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const refused = async (from: string): Promise<void> => {
    forge.git('checkout', '--quiet', '--force', '-B', 'main', from)
    await forge.commit({ README: randomBytes(8).toString('hex') })
    await forge.push({ 'ranges/JD.yml': randomBytes(SIZE) })
    expect(await life.poll()).to.include({ commit: good, reason: 'HistoryRewritten' })
  }

  it('leave no more than one of them on the disk, over restarts as well, and the next good one goes in force', async () => {
    for (let at = 0; at < 6; at += 1) {
      await refused(`${good}~1`)
      expect(await bytes(), `after ${at + 1}`).to.be.below(1.5 * SIZE)
      if (at === 2) life = await begin()
    }
    forge.git('checkout', '--quiet', '--force', '-B', 'main', good)
    await forge.commit({ README: 'y' })
    const next = await forge.push({ 'ranges/JD.yml': range(3) })
    expect(await life.poll()).to.deep.equal({ commit: next, finding: undefined, reason: undefined })
    expect(await bytes()).to.be.below(SIZE / 2)
    gitIn(path.join(folder, 'state', 'git', 'repository'))('log', '--oneline', 'refs/lanista/accepted')
    await rename(forge.bare, `${forge.bare}.away`)
    life = await begin()
    expect(await life.poll()).to.include({ commit: next, reason: 'RepositoryMissing' })
  })

  it('leave no name of what is gone, also when the fetch of the next one fails', async () => {
    await refused(`${good}~1`)
    forge.git('checkout', '--quiet', '--force', '-B', 'main', good)
    await forge.commit({ README: 'y' })
    await forge.push({ 'ranges/JD.yml': undefined })
    expect(await life.poll()).to.include({ commit: good, reason: 'PathMissing' })
    const tools = path.join(folder, 'tools')
    await mkdir(tools)
    const git = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
    const refusing = `#!/bin/sh\ncase "$*" in *--depth=1*) echo 'fatal: remote error: not now' >&2; exit 128;; esac\nexec ${git} "$@"\n`
    await writeFile(path.join(tools, 'git'), refusing, { mode: 0o755 })
    forge.git('checkout', '--quiet', '--force', '-B', 'main', `${good}~1`)
    await forge.push({ 'ranges/JD.yml': range(4) })
    const url = { url: forge.bare, path: 'ranges' }
    const state = path.join(folder, 'state')
    life = await openGitLife({ stateDir: state, git: url, path: `${tools}:${process.env['PATH']}` })
    expect((await life.poll()).commit).to.equal(good)
    const own = gitIn(path.join(state, 'git', 'repository'))
    const names = own('for-each-ref', '--format=%(objectname)').split('\n')
    const cut = (await readFile(path.join(state, 'git', 'repository', 'shallow'), 'utf8')).trim().split('\n')
    expect(own('rev-list', 'refs/lanista/accepted')).to.include(good)
    for (const id of [...names, ...cut]) expect(own('cat-file', '-t', id)).to.equal('commit')
    expect(await bytes()).to.be.below(SIZE / 2)
  })

  it('stay while a person is asked about one, which goes in force when it is approved, and is kept then', async () => {
    await refused(`${good}~1`)
    await refused(`${good}~1`)
    const head = forge.git('rev-parse', 'HEAD')
    await life.approvals.approve(head)
    expect(await life.poll()).to.deep.equal({ commit: head, finding: undefined, reason: undefined })
    good = head
    await refused(`${head}~1`)
    await refused(`${head}~1`)
    expect(await bytes()).to.be.below(2.5 * SIZE)
    await rename(forge.bare, `${forge.bare}.away`)
    life = await begin()
    expect(await life.poll()).to.include({ commit: head, reason: 'RepositoryMissing' })
  })
})
