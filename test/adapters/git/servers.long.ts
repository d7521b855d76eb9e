import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { hasGit } from '../../builders/git-repository.ts'
import { type HttpsGitServer, startHttpsGitServer } from '../../builders/https-git-server.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { hasSshd, makeKey, type SshGitServer, startSshGitServer } from '../../builders/ssh-git-server.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])
const TOKEN = 's3cr3t-t0ken-of-the-test'
/** Seconds of a server's silence; milliseconds of a question and a fetch: for servers that hang. */
const IMPATIENT = { connect: 1, silent: 1, ask: 3000, fetch: 3000 }

let folder: string
let forge: RangeRepositoryFixture
const inFolder = (...names: string[]): string => path.join(folder, ...names)

beforeEach(async function () {
  if (!hasGit()) return this.skip()
  folder = await mkdtemp(path.join(tmpdir(), 'lanista-git-server-'))
  forge = await rangeRepositoryIn(inFolder('forge'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a repository by https', function () {
  this.timeout(120_000)
  let server: HttpsGitServer
  const begin = (https: object = {}, patience?: typeof IMPATIENT): Promise<GitLife> =>
    openGitLife({
      stateDir: inFolder('state'),
      git: {
        url: server.url('ranges.git'),
        path: 'ranges',
        https: { ca_file: inFolder('ca.pem'), token_file: inFolder('token'), username: 'ann', ...https },
      },
      ...(patience === undefined ? {} : { patience }),
    })
  beforeEach(async () => {
    server = await startHttpsGitServer(inFolder('forge'))
    server.password = `ann:${TOKEN}`
    await writeFile(inFolder('ca.pem'), server.certificate)
    await writeFile(inFolder('token'), `${TOKEN}\n`, { mode: 0o600 })
  })
  afterEach(() => server.close())

  it('is fetched with the token, and asked for with one question when nothing is new', async () => {
    const first = await forge.push({
      'ranges/JD.yml': range(1),
      'big.bin': Buffer.alloc(1_000_000, Math.random().toString()),
    })
    const life = await begin()
    expect(await life.poll()).to.deep.equal({ commit: first, finding: undefined, reason: undefined })
    const before = server.requests.length
    expect(await life.poll()).to.include({ commit: first })
    // Protocol 2 asks what the server can, and then for that one branch.
    expect(server.requests.slice(before).map(({ line }) => line)).to.deep.equal([
      'GET /ranges.git/info/refs?service=git-upload-pack',
      'POST /ranges.git/git-upload-pack',
    ])
    const second = await forge.push({ 'ranges/JD.yml': range(2) })
    expect(await life.poll()).to.include({ commit: second })
  })

  it('is fetched with a token that is changed meanwhile, and says when it is refused, without it', async () => {
    const good = await forge.push({ 'ranges/JD.yml': range(1) })
    const life = await begin()
    await life.poll()
    server.password = 'ann:another'
    const told = await life.poll()
    expect(told).to.include({ commit: good, reason: 'Denied' })
    expect(told.finding).to.include(inFolder('token'))
    await writeFile(inFolder('token'), 'another')
    expect(await life.poll()).to.include({ commit: good, reason: undefined })
    expect(life.log())
      .not.to.include(TOKEN)
      .and.not.to.include(Buffer.from(`ann:${TOKEN}`).toString('base64'))
  })

  it('has its token in no argument or environment of any process, and in no file but for the time of a fetch', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    const base64 = Buffer.from(`ann:${TOKEN}`).toString('base64')
    server.trouble = { kind: 'hang' }
    const life = await begin({}, { ...IMPATIENT, silent: 30 })
    const polling = life.poll()
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    let seen = 0
    for (const pid of processes) {
      const [args, environment] = await Promise.all(
        ['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '')),
      )
      if (args?.includes('git-remote-https') === true || args?.includes('remote-https') === true) seen += 1
      for (const text of [args, environment]) expect(text).not.to.include(TOKEN).and.not.to.include(base64)
    }
    expect(seen).to.be.greaterThan(0)
    expect(server.requests[0]?.authorization).to.equal(`Basic ${base64}`)
    const { reason, finding } = await polling
    expect(reason).to.equal('TimedOut')
    expect(finding).not.to.include(TOKEN)
    expect((await readdir(inFolder('state', 'git'))).filter((name) => name.includes('config'))).to.deep.equal([])
  })

  for (const [what, reason, words, trouble] of [
    ['forbids it', 'Denied', /does not let us in/, { kind: 'status', status: 403 }],
    ['does not know it', 'RepositoryMissing', /no such repository/, { kind: 'status', status: 404 }],
    ['fails', 'Unreachable', /the server fails/, { kind: 'status', status: 503 }],
    ['says nothing', 'TimedOut', /did not answer in time/, { kind: 'hang' }],
    ['breaks off in the middle', 'CutOff', /broke off in the middle/, { kind: 'cut', after: 150 }],
  ] as const)
    it(`stays as it was when the server ${what}, which is told`, async () => {
      const good = await forge.push({ 'ranges/JD.yml': range(1) })
      await (await begin()).poll()
      const life = await begin({}, IMPATIENT)
      const next = await forge.push({ 'ranges/JD.yml': range(2) })
      server.trouble = trouble
      const told = await life.poll()
      expect(told).to.include({ commit: good, reason })
      expect(told.finding).to.match(words)
      server.trouble = { kind: 'none' }
      expect(await life.poll()).to.deep.equal({ commit: next, finding: undefined, reason: undefined })
    })

  it('sends nothing to where it is redirected', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    const other = await startHttpsGitServer(inFolder('forge'))
    try {
      server.trouble = {
        kind: 'status',
        status: 302,
        location: `${other.url('ranges.git')}/info/refs?service=git-upload-pack`,
      }
      const told = await (await begin()).poll()
      expect(told.commit).to.equal(undefined)
      expect(told.finding).to.match(/another address, which is not followed/)
      expect(other.requests).to.deep.equal([])
    } finally {
      await other.close()
    }
  })

  it('names the CA that is missing or another, the port where nobody is, and the name that nobody knows', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    expect(await (await begin({ ca_file: undefined })).poll()).to.include({ reason: 'CertificateRefused' })
    const other = await startHttpsGitServer(inFolder('forge'))
    await writeFile(inFolder('other.pem'), other.certificate)
    await other.close()
    const told = await (await begin({ ca_file: inFolder('other.pem') })).poll()
    expect(told.reason).to.equal('CertificateRefused')
    expect(told.finding).to.include(inFolder('other.pem'))
    expect((await (await begin({ ca_file: inFolder('none.pem') })).poll()).reason).to.equal('CertificateRefused')
    const at = async (url: string) => (await openGitLife({ stateDir: inFolder('state'), git: { url } })).poll()
    expect(await at(other.url('ranges.git'))).to.include({ reason: 'Unreachable' })
    expect(await at('https://no-such-host.invalid/ranges.git')).to.include({ reason: 'Unreachable' })
  })

  it('says which file of the token is missing or empty', async () => {
    const life = await begin({ token_file: inFolder('none') })
    expect((await life.poll()).finding).to.match(/token_file: .*none can't be read: it does not exist/)
    await writeFile(inFolder('token'), '\n')
    expect((await (await begin()).poll()).finding).to.match(/is empty/)
  })
})

describe('a repository by ssh', function () {
  this.timeout(120_000)
  let server: SshGitServer
  before(function () {
    if (hasSshd()) return
    console.log('      no sshd on this machine (openssh-server)')
    this.skip()
  })
  beforeEach(async () => {
    server = await startSshGitServer(inFolder('sshd'))
    await writeFile(inFolder('known_hosts'), `${server.hostLines.join('\n')}\n`)
  })
  afterEach(() => server.close())
  const begin = (ssh: object = {}, patience?: typeof IMPATIENT): Promise<GitLife> =>
    openGitLife({
      stateDir: inFolder('state'),
      git: {
        url: server.url(forge.bare),
        path: 'ranges',
        ssh: { key_file: server.key, known_hosts_file: inFolder('known_hosts'), ...ssh },
      },
      ...(patience === undefined ? {} : { patience }),
    })

  it('is fetched with its key, whichever of the known host keys the server shows', async () => {
    const first = await forge.push({ 'ranges/JD.yml': range(1) })
    for (const line of server.hostLines) {
      await writeFile(inFolder('known_hosts'), `${line}\n`)
      await rm(inFolder('state'), { recursive: true, force: true })
      expect(await (await begin()).poll()).to.deep.equal({ commit: first, finding: undefined, reason: undefined })
    }
    const life = await begin()
    await life.poll()
    const second = await forge.push({ 'ranges/JD.yml': range(2) })
    expect(await life.poll()).to.include({ commit: second })
  })

  it('takes files with blanks, percent signs and quotes in their names', async () => {
    await mkdir(inFolder("a %h 'b"))
    await writeFile(inFolder("a %h 'b", 'key'), await readFile(server.key), { mode: 0o600 })
    await writeFile(inFolder("a %h 'b", 'hosts'), `${server.hostLines.join('\n')}\n`)
    const first = await forge.push({ 'ranges/JD.yml': range(1) })
    const told = await (
      await begin({ key_file: inFolder("a %h 'b", 'key'), known_hosts_file: inFolder("a %h 'b", 'hosts') })
    ).poll()
    expect(told).to.deep.equal({ commit: first, finding: undefined, reason: undefined })
  })

  it('names the file to mend when the host key is another, or none is known', async () => {
    const good = await forge.push({ 'ranges/JD.yml': range(1) })
    const life = await begin()
    await life.poll()
    const other = (await readFile(`${makeKey(inFolder('other'))}.pub`, 'utf8')).trim()
    await writeFile(inFolder('known_hosts'), `${server.hostLines[0]?.split(' ')[0]} ${other}\n`)
    const changed = await life.poll()
    expect(changed).to.include({ commit: good, reason: 'HostKeyRefused' })
    expect(changed.finding)
      .to.match(/another than the known one/)
      .and.to.include(inFolder('known_hosts'))
    await writeFile(inFolder('known_hosts'), '')
    const unknown = await life.poll()
    expect(unknown.finding)
      .to.match(/host key is not known/)
      .and.to.include(inFolder('known_hosts'))
    expect(await readFile(inFolder('known_hosts'), 'utf8')).to.equal('')
  })

  it('says when the key is not let in, or is none', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    const wrong = makeKey(inFolder('wrong'))
    const denied = await (await begin({ key_file: wrong })).poll()
    expect(denied.reason).to.equal('Denied')
    expect(denied.finding).to.include(wrong)
    await writeFile(inFolder('none'), 'x', { mode: 0o600 })
    expect((await (await begin({ key_file: inFolder('none') })).poll()).reason).to.equal('Denied')
  })

  it('says when there is no such repository, nobody at the port, and when the server hangs', async () => {
    await forge.push({ 'ranges/JD.yml': range(1) })
    const at = async (url: string) =>
      (
        await openGitLife({
          stateDir: inFolder('state'),
          git: { url, ssh: { key_file: server.key, known_hosts_file: inFolder('known_hosts') } },
          patience: IMPATIENT,
        })
      ).poll()
    expect((await at(server.url(`${forge.bare}.none`))).reason).to.equal('RepositoryMissing')
    const silent = createServer((socket) => void socket.resume())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect((await at(`ssh://git@127.0.0.1:${port}/r`)).reason).to.equal('TimedOut')
    await new Promise((resolve) => silent.close(resolve))
    expect((await at(`ssh://git@127.0.0.1:${port}/r`)).reason).to.equal('Unreachable')
  })
})

describe('a fetch that finds the disk full', function () {
  this.timeout(60_000)
  it('keeps the commit in force, says so, and goes on when there is room', async function () {
    const state = inFolder('state')
    await mkdir(state)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', state], { stdio: 'ignore' })
    } catch {
      console.log('      no file system can be mounted here')
      return this.skip()
    }
    try {
      const good = await forge.push({ 'ranges/JD.yml': range(1) })
      const life = await openGitLife({ stateDir: state, git: { url: forge.bare, path: 'ranges' } })
      expect(await life.poll()).to.include({ commit: good })
      const noise = Buffer.from(Array.from({ length: 700_000 }, () => Math.floor(Math.random() * 90) + 32))
      const large = await forge.push({ 'ranges/JD.yml': range(2), 'ranges/XX.yml': noise })
      expect(await life.poll()).to.include({ commit: good, reason: 'StateUnwritable' })
      expect((await life.files.read('JD')).kind).to.equal('ok')
      execFileSync('mount', ['-o', 'remount,size=20m', state])
      expect(await life.poll()).to.include({ commit: large, reason: undefined })
    } finally {
      execFileSync('umount', ['-l', state])
    }
    return undefined
  })
})
