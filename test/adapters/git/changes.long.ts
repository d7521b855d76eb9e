import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { changesSince } from '../../../adapters/git/changes-since.ts'
import type { TreeBounds } from '../../../adapters/git/commit-trees.ts'
import { GIT_PATIENCE, OwnGit } from '../../../adapters/git/own-git.ts'
import { rangeRepository } from '../../../adapters/git/range-repository.ts'
import { gitSection } from '../../../model/git-section.ts'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { gitIn, hasGit } from '../../builders/git-repository.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])

describe('who changed what since the commit in force', function () {
  this.timeout(300_000)
  before(function () {
    if (!hasGit()) this.skip()
  })
  let folder: string
  let forge: RangeRepositoryFixture
  let life: GitLife
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-changes-'))
    forge = await rangeRepositoryIn(folder)
    life = await openGitLife({
      stateDir: path.join(folder, 'state'),
      git: { url: forge.bare, path: 'labs/ranges' },
    })
    await forge.push({
      'labs/ranges/JD.yml': range(1),
      'labs/ranges/SL.yml': range(2),
      'labs/ranges/MN/range-config.yml': range(3),
      'labs/x': 'x',
    })
    await life.poll()
  })
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const own = (...args: readonly string[]): string => gitIn(path.join(folder, 'state', 'git', 'repository'))(...args)
  const kinds = (): string => own('cat-file', '--batch-all-objects', '--batch-check=%(objecttype) %(objectname)')
  const pushed = async (): Promise<readonly string[] | undefined> => {
    forge.git('push', '--quiet', '--force', 'origin', 'HEAD:main')
    const { commit } = await life.poll()
    expect(commit).to.equal(forge.git('rev-parse', 'HEAD'))
    return life.changes()
  }

  it('is the commit itself where one is new, and nothing more is asked for that', async () => {
    const before = await readdir(path.join(folder, 'state', 'git', 'repository', 'objects', 'pack'))
    await forge.commit({ 'labs/ranges/JD.yml': undefined, 'labs/ranges/AB.yml': range(4) }, 'Swap')
    expect(await pushed()).to.have.members(['JD: Swap', 'AB: Swap'])
    const after = await readdir(path.join(folder, 'state', 'git', 'repository', 'objects', 'pack'))
    expect(after.filter((name) => name.endsWith('.pack'))).to.have.length(
      before.filter((name) => name.endsWith('.pack')).length + 2,
    )
  })

  it('is the latest of several for each range, found without any file but those of the newest', async () => {
    await forge.commit({ 'labs/ranges/JD.yml': range(7), 'labs/ranges/SL.yml': undefined }, 'One')
    await forge.commit({ 'labs/ranges/JD.yml': range(8), 'other/big.bin': 'big' }, 'Two')
    await forge.commit({ 'labs/ranges/MN/notes': 'beside the range file' }, 'Three')
    await forge.commit({ 'labs/ranges/MN/range-config.yml': range(9), 'other/big.bin': 'bigger' }, 'Four')
    await forge.commit({ README: 'none of them' }, 'Five')
    const blobs = kinds()
      .split('\n')
      .filter((line) => line.startsWith('blob')).length
    expect(await pushed()).to.have.members(['JD: Two', 'SL: One', 'MN: Four'])
    expect(
      kinds()
        .split('\n')
        .filter((line) => line.startsWith('blob')),
    ).to.have.length(blobs + 2)
    expect(await life.files.list()).to.deep.equal(['JD', 'MN'])
  })

  it('is the commit on the side of a merge, the merge where it resolved a conflict, and the latest of a range that moved', async () => {
    forge.git('checkout', '--quiet', '-b', 'side')
    await forge.commit({ 'labs/ranges/SL.yml': undefined }, 'Remove SL')
    await forge.commit({ 'labs/ranges/JD.yml': range(7) }, 'JD on the side')
    forge.git('checkout', '--quiet', 'main')
    await forge.commit({ 'labs/ranges/JD.yml': range(8) }, 'JD on main')
    forge.git('mv', 'labs/ranges/MN/range-config.yml', 'labs/ranges/MN.yml')
    await forge.commit({}, 'Move MN')
    expect(() => forge.git('merge', '--quiet', 'side')).to.throw(/merge/)
    await forge.commit({ 'labs/ranges/JD.yml': range(9) }, 'Merge side')
    expect(await pushed()).to.have.members(['SL: Remove SL', 'JD: Merge side', 'MN: Move MN'])
    expect(await life.files.list()).to.deep.equal(['JD', 'MN'])
  })

  it('is found over a merge that has the commit in force as a parent, and a side from before it', async () => {
    forge.git('checkout', '--quiet', '-b', 'side', 'HEAD')
    await forge.commit({ 'labs/ranges/SL.yml': undefined }, 'Remove SL')
    forge.git('checkout', '--quiet', 'main')
    await forge.commit({ 'labs/ranges/JD.yml': range(8) }, 'JD on main')
    expect(await pushed()).to.deep.equal(['JD: JD on main'])
    forge.git('merge', '--quiet', '--no-edit', 'side')
    expect(await pushed()).to.deep.equal(['SL: Remove SL'])
  })

  it('is not asked for where no range file differs, and not known of more than a thousand commits', async () => {
    for (let index = 0; index < 3; index += 1) await forge.commit({ README: String(index) })
    const before = kinds().split('\n').length
    expect(await pushed()).to.deep.equal([])
    // The head with three of its folders, and the two other commits.
    expect(kinds().split('\n').length - before).to.be.at.most(6)
    const input = Array.from({ length: 1010 }, (_, at) =>
      [
        `commit refs/heads/main`,
        `committer Ann <ann@example.org> ${1_700_000_000 + at} +0000`,
        `data 2`,
        `c`,
        ...(at === 0 ? ['from refs/heads/main^0', 'D labs/ranges/JD.yml'] : []),
        '',
      ].join('\n'),
    ).join('\n')
    execFileSync('git', ['-C', forge.work, 'fast-import', '--quiet'], { input })
    forge.git('reset', '--quiet', '--hard', 'main')
    expect(await pushed()).to.deep.equal([])
    expect(await life.files.list()).to.deep.equal(['MN', 'SL'])
  })

  it('keeps no commit out when it can not be found out, and says so', async () => {
    const tools = path.join(folder, 'tools')
    await mkdir(tools)
    const git = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
    const refusing = `#!/bin/sh\ncase "$*" in *tree:0*--stdin*) echo 'fatal: remote error: not our ref' >&2; exit 128;; esac\nexec ${git} "$@"\n`
    await writeFile(path.join(tools, 'git'), refusing, { mode: 0o755 })
    life = await openGitLife({
      stateDir: path.join(folder, 'state'),
      git: { url: forge.bare, path: 'labs/ranges' },
      path: `${tools}:${process.env['PATH']}`,
    })
    await life.poll()
    await forge.commit({ 'labs/ranges/JD.yml': undefined }, 'Remove JD')
    await forge.commit({ 'labs/ranges/SL.yml': range(7) }, 'Change SL')
    expect(await pushed()).to.equal(undefined)
    expect(life.log()).to.match(/which of the new commits changed which range could not be found out .*not our ref/)
    expect(await life.files.list()).to.deep.equal(['MN', 'SL'])
  })

  it('is not looked for in a history of merges of all with all, which a thousand commits are enough for to take minutes', async () => {
    const many = 110
    const input = Array.from({ length: many }, (_, at) =>
      [
        `commit refs/heads/main\nmark :${at + 1}\ncommitter Ann <ann@example.org> ${1_700_000_000 + at} +0000\ndata 1\nc`,
        at === 0 ? 'from refs/heads/main^0\nD labs/ranges/JD.yml' : `from :${at}`,
        ...Array.from({ length: Math.max(0, at - 1) }, (_none, back) => `merge :${at - 1 - back}`),
        '',
      ].join('\n'),
    ).join('\n')
    execFileSync('git', ['-C', forge.work, 'fast-import', '--quiet'], { input })
    forge.git('reset', '--quiet', '--hard', 'main')
    expect(await pushed()).to.equal(undefined)
    expect(life.log()).to.match(/which of the new commits changed which range could not be found out .*more parents/)
    expect(await life.files.list()).to.deep.equal(['MN', 'SL'])
  })

  it('is not looked for among more or larger folders than are allowed, however they come', async () => {
    const settings = gitSection.parse({ url: forge.bare, path: 'labs/ranges' })
    const parts = { settings, stateDir: path.join(folder, 'state'), path: process.env['PATH'] ?? '' }
    const repository = rangeRepository(parts)
    const { signal } = new AbortController()
    const accepted = await repository.read(forge.git('rev-parse', 'HEAD'), signal)
    // Every other commit has a large folder on the way to the range files, with names of its own; the next one drops it.
    const blob = forge.git('rev-parse', 'HEAD:labs/x')
    for (let at = 0; at < 40; at += 1) {
      await forge.commit({ 'labs/ranges/JD.yml': range(at + 10) })
      const input = Array.from({ length: 200 }, () => `100644 ${blob}\tlabs/${randomBytes(40).toString('hex')}\n`).join(
        '',
      )
      execFileSync('git', ['-C', forge.work, 'update-index', '--index-info'], { input })
      forge.git('commit', '--quiet', '-m', `large ${at}`)
    }
    forge.git('push', '--quiet', 'origin', 'HEAD:main')
    const brought = await repository.bring(forge.git('rev-parse', 'HEAD'), accepted.commit.id, false, signal)
    const head = brought.files.kind === 'files' ? brought.files.snapshot : accepted
    const git = new OwnGit({ folder: path.join(folder, 'state', 'git'), path: parts.path }, settings, GIT_PATIENCE)
    const asked = (bounds: TreeBounds) =>
      changesSince(git, 'labs/ranges', { accepted, head }, signal, bounds).then(
        ({ commits }) => `told of ${commits}`,
        (error: unknown) => String(error),
      )
    const trees = (): number =>
      kinds()
        .split('\n')
        .filter((line) => line.startsWith('tree')).length
    const before = trees()
    expect(await asked({ trees: 50, bytes: 1e9 })).to.match(
      /more and larger folders, or more parents, than are looked at/,
    )
    expect(trees(), 'too many are not even asked for').to.equal(before)
    expect(await asked({ trees: 10_000, bytes: 60_000 })).to.match(
      /more and larger folders, or more parents, than are looked at/,
    )
    expect(trees() - before, 'nor more when the first are too large').to.be.at.most(120)
    expect(await asked({ trees: 10_000, bytes: 1e9 })).to.equal('told of 80')
    expect(await asked({ trees: 10_000, bytes: 60_000 }), 'also where all of them are here').to.match(/more and larger/)
  })

  it('is what git log names, in any history without merges that undo what the commit in force did', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            side: fc.boolean(),
            id: fc.constantFrom('JD', 'SL', 'XY'),
            octet: fc.option(fc.integer({ min: 1, max: 3 })),
            merge: fc.boolean(),
          }),
          { minLength: 2, maxLength: 7 },
        ),
        async (steps) => {
          const accepted = forge.git('rev-parse', 'HEAD')
          forge.git('branch', '--quiet', '--force', 'side')
          for (const [at, { side, id, octet, merge }] of steps.entries()) {
            forge.git('checkout', '--quiet', side ? 'side' : 'main')
            const name = `labs/ranges/${id}.yml`
            const there = (await readdir(path.join(forge.work, 'labs/ranges'))).includes(`${id}.yml`)
            if (octet !== null || there)
              await forge.commit({ [name]: octet === null ? undefined : range(octet) }, `${id} ${at}`)
            if (!merge) continue
            forge.git('checkout', '--quiet', 'main')
            forge.git('merge', '--quiet', '-X', 'theirs', '-m', `merge ${at}`, 'side')
          }
          forge.git('checkout', '--quiet', 'main')
          const changes = await pushed()
          const differ = forge
            .git('diff', '--no-renames', '--name-only', accepted, 'HEAD')
            .split('\n')
            .filter((name) => name !== '')
          const named = differ.map(
            (name) =>
              `${path.basename(name, '.yml')}: ${forge.git('log', '-1', '--format=%s', `${accepted}..HEAD`, '--', name)}`,
          )
          expect(changes ?? []).to.have.members(named)
        },
      ),
      { numRuns: 8 },
    )
  })
})
