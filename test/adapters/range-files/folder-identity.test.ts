import { chmod, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { folderProvenance } from '../../../adapters/range-files/folder-identity.ts'
import type { FolderIdentity } from '../../../model/prune.ts'
import { doubtsOf } from '../../../reconcilers/prune/doubt-file.ts'
import { gitIn, hasGit } from '../../builders/git-repository.ts'

describe('what a folder of range files is', () => {
  let top: string
  let folder: string
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'lanista-folder-'))
    folder = join(top, 'ranges')
    await mkdir(folder)
  })
  afterEach(() => rm(top, { recursive: true, force: true }))

  const look = (): Promise<FolderIdentity> => folderProvenance(folder).identity()
  const doubts = (before: FolderIdentity, now: FolderIdentity, follows = false): readonly string[] =>
    doubtsOf({ rangeId: 'JD', names: [], folder: before, emptied: false, unread: false }, now, follows)

  it('stays the same while files come and go', async () => {
    const before = await look()
    await writeFile(join(folder, 'JD.yml'), '')
    await unlink(join(folder, 'JD.yml'))
    expect(doubts(before, await look())).to.deep.equal([])
  })

  it('is another when one takes its place, by rename, by deletion or by a link turned elsewhere', async () => {
    const seen = [await look()]
    await rename(folder, join(top, 'old'))
    await mkdir(folder)
    seen.push(await look())
    await rm(folder, { recursive: true })
    await mkdir(folder)
    await writeFile(join(folder, 'JD.yml'), '')
    seen.push(await look())
    await rename(folder, join(top, 'a'))
    await symlink(join(top, 'a'), folder)
    expect(doubts(seen.at(-1)!, await look()), 'a link to the same').to.deep.equal([])
    await unlink(folder)
    await symlink(join(top, 'old'), folder)
    seen.push(await look())
    for (const [index, each] of seen.slice(1).entries())
      expect(doubts(seen[index]!, each).join(), `change ${index}`).to.match(/replaced by another of the same name/)
  })

  it('can not be told where there is none', async () => {
    await rm(folder, { recursive: true })
    expect(String(await look().catch((error: unknown) => error))).to.match(/ENOENT/)
  })

  it('is not told by a git that is not there', async () => {
    const { PATH } = process.env
    await mkdir(join(top, '.git'))
    process.env['PATH'] = folder
    try {
      expect((await look()).git).to.deep.equal({
        kind: 'untold',
        why: 'there is no git on this machine; install it',
      })
    } finally {
      process.env['PATH'] = PATH
    }
  })

  describe('in a Git working tree', function () {
    let git: ReturnType<typeof gitIn>
    before(function () {
      // Without git there is nothing to tell these apart by.
      if (!hasGit()) this.skip()
    })
    const commit = async (name: string): Promise<string> => {
      await writeFile(join(folder, name), name)
      git('add', '-A')
      git('commit', '-q', '-m', name)
      return git('rev-parse', 'HEAD')
    }
    beforeEach(async () => {
      git = gitIn(top)
      git('init', '-q', '-b', 'main')
      await commit('JD.yml')
    })
    const follows = (commit: string, ancestor: string): Promise<boolean> =>
      folderProvenance(folder).follows(commit, ancestor)

    it('has its branch, commit and origin, and no password', async () => {
      const { git: before } = await look()
      expect(before).to.deep.equal({ kind: 'known', branch: 'main', head: git('rev-parse', 'HEAD'), origin: undefined })
      git('remote', 'add', 'origin', 'https://ann:hunter2@example.org/ranges.git')
      const now = await look()
      expect(JSON.stringify(now)).not.to.match(/hunter2|example/)
      expect(
        doubtsOf(
          { rangeId: 'JD', names: [], folder: { ...now, git: before }, emptied: false, unread: false },
          now,
          true,
        ),
      )
        .to.have.length(1)
        .and.to.match(/origin/)
      git('checkout', '-q', '--detach')
      expect((await look()).git).to.deep.include({ branch: undefined })
    })

    it('has no commit before the first', async () => {
      await rm(join(top, '.git'), { recursive: true })
      git('init', '-q', '-b', 'main')
      expect((await look()).git).to.deep.include({ kind: 'known', branch: 'main', head: undefined })
    })

    it('tells a commit that follows from one that does not, and from one that is no commit', async () => {
      const first = git('rev-parse', 'HEAD')
      const second = await commit('KT.yml')
      git('reset', '-q', '--hard', first)
      const other = await commit('MN.yml')
      expect(await follows(second, first)).to.equal(true)
      expect(await follows(other, second)).to.equal(false)
      expect(await follows(first, second)).to.equal(false)
      expect(await follows('f'.repeat(40), first)).to.equal(false)
      expect(await follows('--help', first)).to.equal(false)
    })

    it('is not told of a repository that git does not trust or understand', async () => {
      await writeFile(join(top, '.git', 'config'), '[core\n')
      const { git: broken } = await look()
      expect(broken).to.deep.include({ kind: 'untold' })
      expect(broken?.kind === 'untold' && broken.why).to.match(/bad config/)
    })

    it('lets the repository run nothing, and is not turned elsewhere by variables', async () => {
      const trap = join(top, 'trap')
      await writeFile(trap, `#!/bin/sh\ntouch ${join(top, 'sprung')}\n`)
      await chmod(trap, 0o755)
      git('config', 'core.fsmonitor', trap)
      git('config', 'core.hooksPath', top)
      process.env['GIT_DIR'] = join(top, 'elsewhere')
      try {
        expect((await look()).git).to.deep.include({ kind: 'known', branch: 'main' })
      } finally {
        delete process.env['GIT_DIR']
      }
      const { existsSync } = await import('node:fs')
      expect(existsSync(join(top, 'sprung'))).to.equal(false)
    })
  })
})
