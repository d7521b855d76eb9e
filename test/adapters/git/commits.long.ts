import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile, mkdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { diagnosticLine } from '../../../model/diagnostic.ts'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { gitIn, hasGit } from '../../builders/git-repository.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])

describe('commits of a repository', function () {
  this.timeout(120_000)
  before(function () {
    if (!hasGit()) this.skip()
  })
  let folder: string
  let forge: RangeRepositoryFixture
  let life: GitLife
  const state = (...names: string[]): string => path.join(folder, 'state', ...names)
  const begin = async (git: object = {}): Promise<GitLife> =>
    await openGitLife({ stateDir: state(), git: { url: forge.bare, path: 'ranges', ...git } })
  const said = async (id: string): Promise<string> => {
    const read = await life.files.read(id)
    if (read.kind === 'absent' || read.kind === 'held') return read.kind
    return read.kind === 'ok'
      ? `octet ${read.spec.vms[0]?.address.lastOctet}`
      : read.diagnostics.map(diagnosticLine).join('; ')
  }
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lanista-git-test-'))
    forge = await rangeRepositoryIn(folder)
    life = await begin()
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('are put in force whole, and tell exactly of the ranges that changed', async () => {
    const first = await forge.push({
      'ranges/JD.yml': range(1),
      'ranges/SL/range-config.yml': range(2),
      'other/X.yml': 'x',
    })
    expect(await life.poll()).to.deep.equal({ commit: first, finding: undefined, reason: undefined })
    expect(await life.files.list()).to.deep.equal(['JD', 'SL'])
    expect(await said('SL')).to.equal('octet 2')
    expect(life.changed()).to.deep.equal(['JD', 'SL'])
    const second = await forge.push({
      'ranges/SL/range-config.yml': range(3),
      'other/X.yml': 'y',
      'ranges/AB.yml': range(4),
    })
    expect(await life.poll()).to.include({ commit: second })
    expect(life.changed()).to.deep.equal(['AB', 'SL'])
    expect(await said('SL')).to.equal('octet 3')
    const third = await forge.push({ 'ranges/AB.yml': undefined })
    expect(await life.poll()).to.include({ commit: third })
    expect(life.changed()).to.deep.equal(['AB'])
    expect(await said('AB')).to.equal('absent')
  })

  it('name places in files from the top of the repository', async () => {
    await forge.push({ 'ranges/JD.yml': 'ludus:\n  - vm_name: x\n    wrong_key: 1\n' })
    await life.poll()
    expect(await said('JD')).to.match(/^ranges\/JD\.yml:\d+:\d+: /)
  })

  it('are fetched without what is beside their folder, and without their history', async () => {
    for (let index = 0; index < 5; index += 1) await forge.commit({ 'ranges/JD.yml': range(index + 1) })
    await forge.push({ 'big.bin': Buffer.alloc(3_000_000, Math.random().toString()) })
    await life.poll()
    const sizes = await Promise.all(
      (await readdir(state('git', 'repository', 'objects', 'pack'))).map(
        async (name) => (await stat(state('git', 'repository', 'objects', 'pack', name))).size,
      ),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(50_000)
    const count = gitIn(state('git', 'repository'))('rev-list', '--count', 'refs/lanista/accepted')
    expect(count).to.equal('1')
  })

  it('follow the one in force over many commits and merges', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    for (let index = 0; index < 100; index += 1) forge.git('commit', '--quiet', '--allow-empty', '-m', `c${index}`)
    const many = await forge.push({ 'ranges/JD.yml': range(2) })
    expect(await life.poll()).to.include({ commit: many, reason: undefined })
    forge.git('checkout', '--quiet', '-b', 'side', 'HEAD~50')
    await forge.commit({ 'ranges/SL.yml': range(5) })
    forge.git('checkout', '--quiet', 'main')
    forge.git('merge', '--quiet', '--no-edit', 'side')
    forge.git('push', '--quiet', 'origin', 'main')
    expect(await life.poll()).to.include({ commit: forge.git('rev-parse', 'HEAD'), reason: undefined })
    expect(await said('SL')).to.equal('octet 5')
  })

  for (const [what, rewrite] of [
    ['a force-push', () => void forge.git('reset', '--quiet', '--hard', 'HEAD~1')],
    ['a branch made anew', () => void forge.git('checkout', '--quiet', '--orphan', 'anew')],
  ] as const)
    it(`stay in force after ${what}, until a person approves of exactly the new one`, async () => {
      await forge.push({ 'ranges/JD.yml': range(1) })
      const good = await forge.push({ 'ranges/JD.yml': range(2) })
      await life.poll()
      rewrite()
      const other = await forge.push({ 'ranges/JD.yml': range(3) })
      const told = await life.poll()
      expect(told).to.include({ commit: good, reason: 'HistoryRewritten' })
      expect(told.finding).to.include(`run lanista approve --commit ${other.slice(0, 12)}`)
      expect(await said('JD')).to.equal('octet 2')
      expect((await life.approvals.asked())?.commit).to.equal(other)
      // Approved of, and then another is pushed: it is not that one.
      await life.approvals.approve(other)
      const third = await forge.push({ 'ranges/JD.yml': range(4) })
      expect(await life.poll()).to.include({ commit: good, reason: 'HistoryRewritten' })
      await life.approvals.approve(third)
      expect(await life.poll()).to.include({ commit: third, reason: undefined })
      expect(await life.approvals.asked()).to.equal(undefined)
      expect(await said('JD')).to.equal('octet 4')
      const { line } = life.accepting.accepted ?? { line: [] }
      expect(line).to.deep.equal([third])
    })

  it('stay in force when another repository is behind the same URL', async () => {
    const good = await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    await rm(forge.bare, { recursive: true })
    await rm(forge.work, { recursive: true })
    forge = await rangeRepositoryIn(folder)
    await forge.push({ 'ranges/JD.yml': range(2) })
    expect(await life.poll()).to.include({ commit: good, reason: 'HistoryRewritten' })
    expect(await said('JD')).to.equal('octet 1')
  })

  for (const [what, reason, spoil] of [
    ['the branch is deleted', 'BranchMissing', () => gitIn(forge.bare)('update-ref', '-d', 'refs/heads/main')],
    [
      'the repository is emptied',
      'BranchMissing',
      async () => {
        await rm(forge.bare, { recursive: true })
        gitIn(folder)('init', '--quiet', '--bare', forge.bare)
      },
    ],
    [
      'the repository is a folder with nothing in it',
      'RepositoryMissing',
      async () => {
        await rm(forge.bare, { recursive: true })
        await mkdir(forge.bare)
      },
    ],
    ['the repository is gone', 'RepositoryMissing', () => rm(forge.bare, { recursive: true })],
    [
      'the folder is renamed',
      'PathMissing',
      async () => {
        forge.git('mv', 'ranges', 'labs')
        await forge.push({})
      },
    ],
    [
      'the folder becomes a file',
      'PathMissing',
      async () => {
        forge.git('rm', '-r', '--quiet', 'ranges')
        await forge.push({ ranges: 'x' })
      },
    ],
    [
      'the folder has no range file any more',
      'PathEmpty',
      () => forge.push({ 'ranges/JD.yml': undefined, 'ranges/README': 'x' }),
    ],
  ] as const)
    it(`stay in force when ${what}, which is told with its age, also over a restart`, async () => {
      const good = await forge.push({ 'ranges/JD.yml': range(1) })
      await life.poll()
      await spoil()
      expect(await life.poll()).to.include({ commit: good, reason })
      const { since } = life.accepting.status.finding ?? { since: '' }
      expect(await life.poll()).to.include({ commit: good, reason })
      expect(life.accepting.status.finding?.since).to.equal(since)
      expect(await said('JD')).to.equal('octet 1')
      life = await begin()
      expect(await life.poll()).to.include({ commit: good, reason })
      expect(await said('JD')).to.equal('octet 1')
    })

  it('are none as long as nothing was ever fetched, and the finding says why', async () => {
    await rm(forge.bare, { recursive: true })
    expect(await life.poll()).to.include({ commit: undefined, reason: 'RepositoryMissing' })
    const why = await life.files.list().then(
      () => '',
      (error: unknown) => String(error),
    )
    expect(why).to.match(/there is no such repository/)
  })

  it('may empty the folder when a person approves of that', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    const empty = await forge.push({ 'ranges/JD.yml': undefined })
    expect(await life.poll()).to.include({ reason: 'PathMissing' })
    await life.approvals.approve(empty)
    expect(await life.poll()).to.include({ commit: empty, reason: undefined })
    expect(await life.files.list()).to.deep.equal([])
    life = await begin()
    expect(await life.poll()).to.include({ commit: empty, reason: undefined })
    const more = await forge.push({ README: 'still none' })
    expect(await life.poll(), 'nobody is asked twice').to.include({ commit: more, reason: undefined })
    await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    await forge.push({ 'ranges/JD.yml': undefined })
    expect(await life.poll(), 'it was there again').to.include({ reason: 'PathMissing' })
  })

  it('have in the place of a range file what is none, and say of each what to do', async () => {
    await forge.push({ 'ranges/OK.yml': range(1), 'ranges/BIG.yml': '#'.repeat(1_048_577), 'ranges/DIR.yml/x': 'x' })
    await symlink('/etc/passwd', path.join(forge.work, 'ranges', 'LN.yml'))
    await symlink('../..', path.join(forge.work, 'ranges', 'LD'))
    await mkdir(path.join(forge.work, 'ranges', 'LL'))
    await symlink('../OK.yml', path.join(forge.work, 'ranges', 'LL', 'range-config.yml'))
    await forge.commit({
      'ranges/LFS.yml': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`,
      'ranges/-rf.yml': range(1),
      'ranges/--upload-pack=touch x.yml': range(1),
      'ranges/A\nB.yml': range(1),
      'ranges/.hidden.yml': range(1),
      'ranges/UP.yml': range(1),
      'ranges/up.yml': range(1),
    })
    forge.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},ranges/SUB`)
    forge.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},ranges/SM.yml`)
    forge.git('commit', '--quiet', '-m', 'submodules')
    forge.git('push', '--quiet', 'origin', 'HEAD:main')
    expect(await life.poll()).to.include({ reason: undefined })
    expect(await said('OK')).to.equal('octet 1')
    expect(await said('LN')).to.match(/^ranges\/LN\.yml: this is a symbolic link, .*; commit the file itself there$/)
    expect(await said('LD')).to.match(/^ranges\/LD: this is a symbolic link/)
    expect(await said('LL')).to.match(/^ranges\/LL\/range-config\.yml: this is a symbolic link/)
    expect(await said('SUB')).to.match(/^ranges\/SUB: this is a submodule, .*; commit the range file itself/)
    expect(await said('SM')).to.match(/^ranges\/SM\.yml: this is a submodule/)
    expect(await said('LFS')).to.match(/pointer of Git LFS/)
    expect(await said('BIG')).to.match(/larger than 1 MiB/)
    expect(await said('DIR')).to.match(/not a regular file/)
    expect(await said('UP')).to.match(/differs only in case/)
    const ids = await life.files.list()
    expect(ids).to.have.length(14)
    for (const id of ids.filter((each) => each.includes('%') || each.startsWith('-')))
      expect(await said(id))
        .to.match(/this name gives no range id/)
        .and.not.to.include('\n')
  })

  it('are read again without the server, and fetched anew where what was fetched is damaged', async () => {
    const good = await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    const packs = state('git', 'repository', 'objects', 'pack')
    for (const name of (await readdir(packs)).filter((each) => each.endsWith('.pack'))) {
      await rm(path.join(packs, name))
    }
    life = await begin()
    await rename(forge.bare, `${forge.bare}.away`)
    const told = await life.poll()
    expect(told).to.include({ commit: undefined, reason: 'RepositoryMissing' })
    await rename(`${forge.bare}.away`, forge.bare)
    expect(await life.poll()).to.deep.equal({ commit: good, finding: undefined, reason: undefined })
    expect(await said('JD')).to.equal('octet 1')
  })

  it('come back when the own repository is damaged and the branch was rewritten, as long as the server has them', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    const good = await forge.push({ 'ranges/JD.yml': range(2) })
    await life.poll()
    await rm(state('git', 'repository', 'objects'), { recursive: true })
    forge.git('reset', '--quiet', '--hard', 'HEAD~1')
    await forge.push({ 'ranges/JD.yml': range(3) })
    life = await begin()
    expect(await life.poll()).to.include({ commit: good, reason: 'HistoryRewritten' })
    expect(await said('JD')).to.equal('octet 2')
  })

  it('are not forgotten where what is remembered of them can not be understood', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    await truncate(state('git-accepted.json'), 20)
    life = await begin()
    expect(await life.poll()).to.include({ commit: undefined, reason: 'StateUnwritable' })
    await rm(state('git-accepted.json'))
    expect(await life.poll()).to.include({ reason: undefined })
  })

  it('are fetched from a server that filters nothing', async () => {
    gitIn(forge.bare)('config', 'uploadpack.allowFilter', 'false')
    const good = await forge.push({ 'ranges/JD.yml': range(1), 'big.bin': Buffer.alloc(100_000, 'x') })
    expect(await life.poll()).to.deep.equal({ commit: good, finding: undefined, reason: undefined })
    const next = await forge.push({ 'ranges/JD.yml': range(2) })
    expect(await life.poll()).to.include({ commit: next })
  })

  it('run no hook, filter or program of a repository or of the user', async () => {
    const trap = path.join(folder, 'trap')
    const script = `#!/bin/sh\ntouch ${trap}\nexit 0\n`
    await writeFile(path.join(folder, 'evil'), script, { mode: 0o755 })
    const home = path.join(folder, 'home')
    await mkdir(home)
    await writeFile(
      path.join(home, '.gitconfig'),
      `[core]\n\tfsmonitor = ${folder}/evil\n\thooksPath = ${folder}\n\tsshCommand = ${folder}/evil\n[url "ext::${folder}/evil"]\n\tinsteadOf = /\n`,
    )
    const before = process.env['HOME']
    process.env['HOME'] = home
    try {
      for (const name of ['post-update', 'pre-receive', 'reference-transaction', 'post-checkout'])
        await writeFile(path.join(folder, name), script, { mode: 0o755 })
      await forge.commit({
        'ranges/JD.yml': range(1),
        '.gitattributes': '* filter=evil\n',
        '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ../x\n',
      })
      const good = await forge.push({})
      expect(await life.poll()).to.include({ commit: good })
      expect(
        await stat(trap).then(
          () => 'sprung',
          () => 'not sprung',
        ),
      ).to.equal('not sprung')
    } finally {
      process.env['HOME'] = before
    }
  })

  it('are not fetched with a git that is too old or not there, which is said', async () => {
    const bin = path.join(folder, 'bin')
    await mkdir(bin)
    life = await openGitLife({ stateDir: state(), git: { url: forge.bare }, path: bin })
    expect(await life.poll()).to.include({ reason: 'GitMissing' })
    await writeFile(path.join(bin, 'git'), '#!/bin/sh\necho git version 2.20.1\n', { mode: 0o755 })
    const { finding } = await life.poll()
    expect(finding).to.equal('git: this is version 2.20, and lanista.git needs 2.32 or later; install a newer one')
  })

  it('are kept in a folder that is private, with nothing of the server in it but what was fetched', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    await life.poll()
    expect(((await stat(state('git'))).mode & 0o777).toString(8)).to.equal('700')
    expect((await readdir(state('git'))).sort()).to.deep.equal(['home', 'repository'])
    expect(await readFile(state('git', 'repository', 'config'), 'utf8')).not.to.include('remote')
  })

  it('cost the same whether 10 or 10,000 commits came before, and whatever is beside their folder', async () => {
    const costs: number[] = []
    for (const [index, commits] of [10, 10_000].entries()) {
      const bare = path.join(folder, `long-${index}.git`)
      gitIn(folder)('init', '--quiet', '--bare', '--initial-branch=main', bare)
      const import_ = (text: string): void =>
        void execFileSync('git', ['-C', bare, 'fast-import', '--quiet'], {
          input: text,
          stdio: ['pipe', 'ignore', 'ignore'],
        })
      const commitText = (name: string, text: string, files: string): string =>
        `commit refs/heads/main\ncommitter Ann <ann@example.org> 1700000000 +0000\ndata ${Buffer.byteLength(name)}\n${name}\n${text}${files}\n`
      const inline = (name: string, text: string): string =>
        `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`
      const beside =
        index === 0
          ? ''
          : Array.from(
              { length: 200_000 },
              (_, each) => `M 100644 :1 other/${Math.floor(each / 500)}/${each % 500}\n`,
            ).join('')
      const history = Array.from({ length: commits }, (_, each) =>
        commitText(`c${each}`, '', inline('note', String(each))),
      ).join('')
      const noise = 'x'.repeat(index === 0 ? 10 : 50_000_000)
      import_(
        `blob\nmark :1\ndata 1\nx\n${history}${commitText('files', '', `${beside}${inline('big.bin', noise)}${inline('ranges/JD.yml', range(1))}`)}`,
      )
      const each = await openGitLife({
        stateDir: path.join(folder, `state-${index}`),
        git: { url: bare, path: 'ranges' },
      })
      expect(await each.poll()).to.include({ reason: undefined })
      const packs = path.join(folder, `state-${index}`, 'git', 'repository', 'objects', 'pack')
      const sizeOfAll = async (): Promise<number> => {
        const names = (await readdir(packs)).filter((name) => name.endsWith('.pack'))
        return (await Promise.all(names.map(async (name) => (await stat(path.join(packs, name))).size))).reduce(
          (a, b) => a + b,
          0,
        )
      }
      const before = await sizeOfAll()
      const from = 'from refs/heads/main^0\n'
      import_(
        commitText('x', from, inline('ranges/JD.yml', range(2))) +
          commitText('y', '', inline('ranges/JD.yml', range(3))),
      )
      expect(await each.poll()).to.include({ reason: undefined })
      costs.push((await sizeOfAll()) - before)
    }
    // 64 commits of the history at most, and the folders that changed.
    expect(costs[1]).to.be.below((costs[0] ?? 0) + 64 * 300)
  })

  it('are put together when there are many packs, and none that is needed is lost', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    for (let index = 0; index < 30; index += 1) {
      const id = await forge.push({ 'ranges/JD.yml': range(index + 1) })
      expect(await life.poll()).to.include({ commit: id })
    }
    const packs = (await readdir(state('git', 'repository', 'objects', 'pack'))).filter((name) =>
      name.endsWith('.pack'),
    )
    expect(packs.length).to.be.below(42)
    life = await begin()
    await rm(forge.bare, { recursive: true })
    await life.poll()
    expect(await said('JD')).to.equal('octet 30')
  })
})
