import { execFileSync } from 'node:child_process'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { gitIn, hasGit } from '../../builders/git-repository.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])
const WHO = 'Ann <ann@example.org> 1700000000 +0000'

describe('a head that was made by hand', function () {
  this.timeout(120_000)
  before(function () {
    if (!hasGit()) this.skip()
  })
  let folder: string
  let forge: RangeRepositoryFixture
  let life: GitLife
  /** The commit in force. */
  let good: string
  const begin = async (): Promise<GitLife> =>
    await openGitLife({ stateDir: path.join(folder, 'state'), git: { url: forge.bare, path: 'ranges' } })
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-git-test-'))
    forge = await rangeRepositoryIn(folder)
    life = await begin()
    good = await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** Writes an object into the forge, whatever is in it. */
  const object = (type: 'blob' | 'tree' | 'commit', content: string | Uint8Array): string =>
    execFileSync('git', ['-C', forge.bare, 'hash-object', '-t', type, '-w', '--literally', '--stdin'], {
      input: content,
    })
      .toString()
      .trim()
  const tree = (...entries: readonly (readonly [string, string, string])[]): string =>
    object(
      'tree',
      Buffer.concat(entries.flatMap(([mode, name, id]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])),
    )
  const pushed = (content: string): string => {
    const id = object('commit', content)
    gitIn(forge.bare)('update-ref', 'refs/heads/main', id)
    return id
  }

  it('does not descend from the one in force for saying so in a line that git passes over', async () => {
    const files = tree(['40000', 'ranges', tree(['100644', 'JD.yml', object('blob', range(2))])])
    pushed(`tree ${files}\nauthor ${WHO}\ncommitter ${WHO}\nparent ${good}\n\nForged\n`)
    expect(await life.poll()).to.include({ commit: good, reason: 'HistoryRewritten' })
  })

  for (const [what, broken] of [
    ['a folder in the place of a file', () => tree(['100644', 'JD.yml', tree()])],
    ['a file in the place of a folder', () => tree(['40000', 'JD', object('blob', range(2))])],
  ] as const)
    it(`and has ${what} costs the one in force nothing, in a next life without the server either`, async () => {
      const head = (parent: string, files: string): string =>
        pushed(`tree ${files}\nparent ${parent}\nauthor ${WHO}\ncommitter ${WHO}\n\nBroken\n`)
      const bad = head(good, tree(['40000', 'ranges', broken()]))
      for (let again = 0; again < 2; again += 1) {
        const told = await life.poll()
        expect(told.commit).to.equal(good)
        expect(told.reason).not.to.equal(undefined)
      }
      await rename(forge.bare, `${forge.bare}.away`)
      life = await begin()
      expect(await life.poll()).to.include({ commit: good, reason: 'RepositoryMissing' })
      await rename(`${forge.bare}.away`, forge.bare)
      const next = head(bad, tree(['40000', 'ranges', tree(['100644', 'JD.yml', object('blob', range(3))])]))
      expect(await life.poll()).to.deep.equal({ commit: next, finding: undefined, reason: undefined })
    })

  it('of a repository with other ids behind the same URL goes in force when a person approves', async () => {
    await rm(forge.bare, { recursive: true })
    await rm(forge.work, { recursive: true })
    gitIn(folder)('init', '--quiet', '--bare', '--initial-branch=main', '--object-format=sha256', forge.bare)
    gitIn(folder)('init', '--quiet', '--object-format=sha256', forge.work)
    forge.git('remote', 'add', 'origin', forge.bare)
    const other = await forge.push({ 'ranges/JD.yml': range(2) })
    for (let again = 0; again < 2; again += 1)
      expect(await life.poll()).to.include({ commit: good, reason: 'HistoryRewritten' })
    await life.approvals.approve(other)
    expect(await life.poll()).to.deep.equal({ commit: other, finding: undefined, reason: undefined })
  })

  it('and neither descends from the one in force nor has range files says both to who approves', async () => {
    forge.git('checkout', '--quiet', '--orphan', 'anew')
    await forge.push({ 'ranges/JD.yml': undefined, README: 'x' })
    expect((await life.poll()).finding)
      .to.match(/is not among its ancestors/)
      .and.to.match(/there is no folder ranges in it/)
    expect((await life.approvals.asked())?.why).to.match(/there is no folder ranges in it/)
    await forge.push({ 'ranges/README': 'x' })
    expect((await life.poll()).finding)
      .to.match(/is not among its ancestors/)
      .and.to.match(/there is no range file in its folder ranges/)
  })

  it('with submodules and attributes at its top is fetched, and so are many at once', async () => {
    const extra = { '.gitattributes': '* text\n', '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ../x\n' }
    const next = await forge.push({ 'ranges/.gitattributes': '* text\n', ...extra })
    expect(await life.poll()).to.include({ commit: next })
    for (let index = 0; index < 70; index += 1) forge.git('commit', '--quiet', '--allow-empty', '-m', 'x')
    const last = await forge.push({ '.gitmodules': '[submodule "y"]\n\tpath = x\n\turl = ../y\n' })
    expect(await life.poll()).to.include({ commit: last })
  })
})
