import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { z } from 'zod'
import { hasGit } from '../builders/git-repository.ts'
import { type HttpsGitServer, startHttpsGitServer } from '../builders/https-git-server.ts'
import { planDocument } from '../builders/plan-document.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../builders/range-repository.ts'
import { isLong, itLong } from '../runner/long-runs.ts'
import { type Ended, lanistaHere, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const jd = rangeText([{ name: 'DC01', vlan: 10, octet: 11 }])
const larger = rangeText([
  { name: 'DC01', vlan: 10, octet: 11 },
  { name: 'WS01', vlan: 10, octet: 12 },
])

describe('a proposed commit', function () {
  this.timeout(120_000)
  let forges: string | undefined
  let server: HttpsGitServer | undefined
  let made = 0
  before(async function () {
    if (!hasGit()) {
      console.log('      no git on this machine')
      this.skip()
    }
    forges = await mkdtemp(path.join(tmpdir(), 'lanista-forges-'))
    // Before time is virtual: git asks for the real one whether a certificate is valid.
    server = isLong ? await startHttpsGitServer(forges) : undefined
  })
  after(async () => {
    await server?.close()
    if (forges !== undefined) await rm(forges, { recursive: true, force: true })
  })
  let site: Site
  let repository: RangeRepositoryFixture
  let folder: string
  const { TMPDIR } = process.env
  const configure = async (git: string, rest = ''): Promise<void> => {
    const text = await readFile(site.config, 'utf8')
    await writeFile(site.config, text.replace(/^ {2}(?:ranges|git): .*$/m, `  git: ${git}`) + rest)
  }
  const plan = (ref: string, format = 'markdown', environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    startHere(['plan', '--config', site.config, '--git', ref, '--format', format], { environment }).ended
  const jsonOf = async (ref: string): Promise<z.output<typeof planDocument>> =>
    planDocument.parse(JSON.parse((await plan(ref, 'json')).stdout))
  /** Pushes the branch that is checked out. */
  const propose = async (
    files: Readonly<Record<string, string | undefined>>,
    message = 'Propose',
    ref = 'refs/heads/change',
  ): Promise<string> => {
    const id = await repository.commit(files, message)
    repository.git('push', '--quiet', '--force', 'origin', `HEAD:${ref}`)
    return id
  }

  beforeEach(async () => {
    site = await openSite({})
    folder = path.dirname(site.config)
    repository = await rangeRepositoryIn(path.join(forges ?? '', String((made += 1))))
    await mkdir(path.join(folder, 'tmp'))
    process.env['TMPDIR'] = path.join(folder, 'tmp')
    await configure(`{ url: "${repository.bare}", path: ranges, interval: 24h }`)
    await repository.push({ 'ranges/JD.yml': jd, README: 'x' }, 'Begin')
  })
  afterEach(async () => {
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
    await site.close()
  })

  /** What of this machine, the way to the API, and secrets must be nowhere in what others read. */
  const expectClean = async (ended: Ended, ...planted: readonly string[]): Promise<void> => {
    const said = ended.stdout + ended.stderr
    const token = (await readFile(path.join(folder, 'token'), 'utf8')).trim()
    const [name = '', secret = ''] = token.split('=')
    for (const text of [folder, repository.bare, '127.0.0.1', 'localhost:', token, name, secret, ...planted])
      expect(said).not.to.include(text)
  }

  it('is shown as merged into what is in force, in the same words each time, and leaves nothing behind', async () => {
    repository.git('checkout', '--quiet', '-b', 'change')
    const id = await propose({ 'ranges/SL.yml': larger }, 'Add SL for @everyone <b>')
    repository.git('checkout', '--quiet', 'main')
    await repository.push({ 'ranges/MM.yml': jd, 'ranges/JD.yml': undefined, 'ranges/KT.yml': jd }, 'Go on')
    const first = await plan('change')
    expect(first.status).to.equal(2)
    expect(first.stdout)
      .to.match(/^<!-- lanista plan -->\n### Lanista plan: 3 ranges, \d+ changes\n/)
      .and.to.include(`Commit \`${id.slice(0, 12)}\` (Add SL for &#64;&#8203;everyone &#60;b&#62;), against`)
      .and.to.include('the newest commit of the branch.\nIt does not have all of that commit behind it')
      .and.to.match(
        /#### Range `MM`[^]*#### Range `SL`[^]*\| \+ `SL-WS01` \| \d+ \| `pve\d` \| 2\.0 GiB, 2 cores \| ✓ \d+ GiB left \|/,
      )
      .and.not.to.include('`JD`')
    // And the same by a token that may only look.
    const { access } = site.simulator.simulation.world
    const auditor = { path: '/', type: 'user', ugid: 'lanista@pve', roleid: 'PVEAuditor', propagate: true } as const
    access.acl = [...access.acl.filter(({ ugid }) => !ugid.startsWith('lanista@pve')), auditor]
    if (isLong) expect(await plan('change')).to.deep.equal(first)
    await expectClean(first)
    expect(await readdir(path.join(folder, 'tmp'))).to.deep.equal([])
    expect(await readdir(path.join(folder, 'state')).catch(() => [])).to.deep.equal([])
  })

  itLong('is meant by a branch, a tag, a ref in full or an id, and by nothing else', async () => {
    repository.git('checkout', '--quiet', '-b', 'change')
    const id = await propose({ 'ranges/SL.yml': jd }, 'Add SL', 'refs/pull/12/head')
    repository.git('tag', '--annotate', '--message', 'one', 'v1')
    repository.git('push', '--quiet', 'origin', 'v1', 'HEAD:refs/heads/fix/dc')
    for (const ref of ['v1', 'refs/pull/12/head', id])
      expect((await jsonOf(ref)).commit, ref).to.include({ id, standing: 'follows' })
    repository.git('push', '--quiet', 'origin', 'main:refs/tags/fix/dc')
    for (const [ref, why] of [
      ['fix/dc', /several of that name; give one of refs\/heads\/fix\/dc and refs\/tags\/fix\/dc/],
      ['nowhere', /no such branch, tag or ref/],
      [repository.git('rev-parse', 'HEAD^{tree}'), /does not give it as a commit/],
      ['--upload-pack=touch', /no name of a branch/],
    ] as const) {
      const { status, stderr, stdout } = await plan(ref, 'text')
      expect([status, stdout], ref).to.deep.equal([1, ''])
      expect(stderr, ref).to.match(why)
    }
    expect(await readdir(path.join(folder, 'tmp'))).to.deep.equal([])
  })

  itLong('says which ranges lose their files, and what a person must approve of that', async () => {
    await repository.push({ 'ranges/SL.yml': jd })
    const running = startHere(['run', '--once', '--config', site.config])
    expect(await running.ended).to.include({ status: 0 })
    const before = await readFile(path.join(folder, 'state', 'git-accepted.json'), 'utf8')
    repository.git('checkout', '--quiet', '-b', 'change')
    await propose({ 'ranges/SL.yml': undefined, 'ranges/JD.yml': undefined, 'ranges/KT.yml': jd })
    const fatesOf = async (): Promise<unknown> => {
      const { result, removed, approvals } = await jsonOf('change')
      return [
        result,
        ...removed.map(({ range, fate, vms }) => `${range} ${fate} ${vms.map(({ name }) => name).join(' ')}`),
        ...approvals.map(({ range }) => `approve ${range}`),
      ]
    }
    const [jdVms, slVms] = ['JD', 'SL'].map((id) => `${id}-router-debian12-x64 ${id}-DC01`)
    expect(await fatesOf()).to.deep.equal(['blocked', `JD stays ${jdVms}`, `SL stays ${slVms}`])
    await configure(
      `{ url: "${repository.bare}", path: ranges, interval: 24h }`,
      '  prune: { enabled: true, grace: 1h, budget: 1 }\n',
    )
    expect(await fatesOf()).to.deep.equal([
      'blocked',
      `JD approval ${jdVms}`,
      `SL approval ${slVms}`,
      'approve JD',
      'approve SL',
    ])
    await propose({ 'ranges/SL.yml': jd })
    expect(await fatesOf()).to.deep.equal(['changes', `JD goes ${jdVms}`])
    await propose({ 'ranges/JD.yml': jd, 'ranges/KT.yml': undefined })
    expect(await jsonOf('change')).to.deep.include({ result: 'unchanged', unchanged: ['JD', 'SL'], ranges: [] })
    await propose({ 'ranges/SL.yml': `${jd}ludus_extensions: { lanista: { state: absent } }\n` })
    const absent = await plan('change')
    expect(absent.status).to.equal(2)
    expect(absent.stdout).to.match(
      /#### Range `SL`\n\n- − vm SL-router-debian12-x64 on pve\d \(VMID \d+\): shut down first/,
    )
    expect(absent.stdout).to.include('Unchanged: 1 range: `JD`.')
    expect(await readFile(path.join(folder, 'state', 'git-accepted.json'), 'utf8')).to.equal(before)
    const now = await lanistaHere(['plan', '--config', site.config, '--format', 'json'])
    expect(planDocument.parse(JSON.parse(now.stdout))).to.deep.include({ result: 'unchanged', commit: null })
  })

  itLong(
    'would not go in force when its history is another, or it is not signed; and its broken files are named',
    async () => {
      repository.git('checkout', '--quiet', '-b', 'change')
      await propose({ 'ranges/SL.yml': jd.replace('ram_gb', 'ram_bg'), 'ranges/BAD NAME.yml': jd })
      const broken = await plan('change', 'github', { GITHUB_STEP_SUMMARY: path.join(folder, 'summary') })
      expect(broken.status).to.equal(1)
      expect(broken.stdout)
        .to.match(/^::error file=ranges\/SL\.yml,line=\d+,col=\d+::unknown key ram_bg/m)
        .and.to.match(/^::error file=ranges\/BAD NAME\.yml,line=1::/m)
        .and.to.match(/\nlanista plan: 1 range, \d+ changes, 2 in the way\n$/)
      expect(await readFile(path.join(folder, 'summary'), 'utf8')).to.match(
        /^<!-- lanista plan -->\n[^]*`ranges\/SL\.yml:\d+:\d+`[^]*\n- range SL: the file is broken in this commit, and there is no good one/,
      )
      await expectClean(broken)

      repository.git('checkout', '--quiet', '--orphan', 'anew')
      await propose({ 'ranges/SL.yml': jd, 'ranges/BAD NAME.yml': undefined, 'ranges/JD.yml': undefined }, 'Begin anew')
      const anew = await jsonOf('change')
      expect(anew).to.have.nested.property('commit.refused.reason', 'HistoryRewritten')
      expect(anew).to.have.property('approvals').that.has.length(1)
      expect(anew).to.have.nested.property('removed[0].range', 'JD')

      const signers = path.join(folder, 'allowed')
      await writeFile(signers, '')
      repository.git('checkout', '--quiet', 'main')
      repository.git('checkout', '--quiet', '-B', 'change')
      await propose({ 'ranges/SL.yml': jd })
      await configure(
        `{ url: "${repository.bare}", path: ranges, interval: 24h, verify: { mode: head, allowed_signers_file: "${signers}" } }`,
      )
      const unsigned = await plan('change')
      expect(unsigned.status).to.equal(1)
      expect(unsigned.stdout)
        .to.include('**As it is, it would not go in force** (NotTrusted).')
        .and.to.match(/#### In the way\n\n- the proposed change: commit [0-9a-f]{12} by Ann .*is not signed/)
        .and.to.include('what is in force is not known')
      await expectClean(unsigned, signers)
    },
  )

  itLong(
    'is asked of a server by https, whose token and address are told nobody; nor is the one of a cluster that is gone',
    async () => {
      if (server === undefined) throw new Error('there is no server')
      server.password = 'lanista:glpat-hunter2'
      await writeFile(path.join(folder, 'git-token'), 'glpat-hunter2', { mode: 0o600 })
      await writeFile(path.join(folder, 'ca.pem'), server.certificate)
      const https = `https: { token_file: "${path.join(folder, 'git-token')}", ca_file: "${path.join(folder, 'ca.pem')}" }`
      await configure(`{ url: "${server.url(`${made}/ranges.git`)}", path: ranges, interval: 24h, ${https} }`)
      repository.git('checkout', '--quiet', '-b', 'change')
      await propose({ 'ranges/SL.yml': jd })
      repository.git('checkout', '--quiet', 'main')
      await repository.push({ 'ranges/MM.yml': jd })
      const shown = await plan('change')
      expect(shown.status, shown.stdout + shown.stderr).to.equal(2)
      expect(shown.stdout).to.include('once the two are merged').and.to.include('`SL-DC01`')
      await expectClean(shown, 'hunter2', 'ca.pem')

      server.password = 'lanista:another'
      const denied = await plan('change', 'json')
      expect(planDocument.parse(JSON.parse(denied.stdout))).to.include({ result: 'failed' })
      expect(denied.stdout).to.include('does not let us in')
      await expectClean(denied, 'hunter2', 'another', 'git-token')
      await configure(`{ url: "${repository.bare}", path: ranges, interval: 24h }`)
      await site.simulator.close()
      const gone = await plan('main')
      expect(gone).to.include({
        status: 1,
        stdout:
          '<!-- lanista plan -->\n### Lanista plan: it could not be made\n\n#### In the way\n\n- the cluster could not be looked at (transport); see the log of this job\n\n',
      })
      await expectClean(gone, 'hunter2')
      expect(await readdir(path.join(folder, 'tmp'))).to.deep.equal([])
    },
  )

  itLong('is nothing that a folder has, and a format is one that is there', async () => {
    const text = await readFile(site.config, 'utf8')
    await writeFile(site.config, text.replace(/^ {2}git: .*$/m, '  ranges: ranges'))
    await writeFile(path.join(site.ranges, 'JD.yml'), jd)
    expect((await plan('main', 'text')).stderr).to.match(/^--git: range files are in a folder here/)
    const ofFolder = await lanistaHere(['plan', '--config', site.config, '--format', 'markdown'])
    expect(ofFolder).to.include({ status: 2, stderr: '' })
    expect(ofFolder.stdout).to.include('#### Range `JD` (number 1)')
    await expectClean(ofFolder)
    for (const [args, why] of [
      [['--format', 'html'], /--format html is not known; choose among text, markdown, github, json/],
      [['--without-node', 'pve1', '--format', 'json'], /--without-node tells in words/],
    ] as const)
      expect((await lanistaHere(['plan', '--config', site.config, ...args])).stderr).to.match(why)
  })
})
