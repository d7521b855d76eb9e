import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { openFakeForge } from '../builders/fake-forge.ts'
import { hasGit } from '../builders/git-repository.ts'
import { hookHeaders } from '../builders/hooks.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../builders/range-repository.ts'
import { itLong } from '../runner/long-runs.ts'
import { lanistaHere, startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSite, type Site } from './site.ts'

const jd = rangeText([{ name: 'DC01', vlan: 10, octet: 11 }])

describe('range files in a repository', function () {
  this.timeout(120_000)
  before(function () {
    if (!hasGit()) {
      console.log('      no git on this machine')
      this.skip()
    }
  })
  let site: Site
  let repository: RangeRepositoryFixture
  const stateFile = (name: string): string => path.join(path.dirname(site.config), 'state', name)
  beforeEach(async () => {
    site = await openSite({})
    repository = await rangeRepositoryIn(path.join(path.dirname(site.config), 'forge'))
    const text = await readFile(site.config, 'utf8')
    await writeFile(
      site.config,
      text.replace('  ranges: ranges\n', `  git: { url: "${repository.bare}", path: ranges, interval: 24h }\n`),
    )
  })
  afterEach(() => site.close())

  it('are planned from its newest commit, and go on being when the server is gone', async () => {
    await repository.push({ 'ranges/JD.yml': jd, README: 'x' })
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    expect(await running.nextLine(/is in force/)).to.include('by Ann <ann@example.org> (Change ranges)')
    await running.nextLine(/"range":"JD","msg":"range is Ready"/)
    const second = await repository.push({ 'ranges/SL.yml': jd }, 'Add SL')
    running.hangUp()
    await running.nextLine(/\(Add SL\) is in force/)
    running.stop()
    await running.ended

    await rename(repository.bare, `${repository.bare}.gone`)
    const status: unknown = JSON.parse(await readFile(stateFile('git.json'), 'utf8'))
    expect(status).to.have.nested.property('commit.id', second)
    const { status: ended, stdout, stderr } = await lanistaHere(['plan', '--config', site.config])
    expect(stderr).to.match(
      /^range files: branch main of .*: commit [0-9a-f]{12} by Ann <ann@example.org> \(Add SL\)\n$/,
    )
    expect(stdout).to.include('SL-DC01')
    expect(ended).to.equal(2)
  })

  itLong('are fetched once by who only looks while nothing is in force, and nothing is written for that', async () => {
    await repository.push({ 'ranges/JD.yml': jd })
    const { status, stdout, stderr } = await lanistaHere(['plan', '--config', site.config])
    expect(status).to.equal(2)
    expect(stderr).to.match(/\(Change ranges\)\n$/)
    expect(stdout).to.include('JD-DC01')
    expect(await readFile(stateFile('git-accepted.json'), 'utf8').catch(() => 'none')).to.equal('none')
  })

  itLong('are validated as the commit in force has them, at their places in the repository', async () => {
    await repository.push({
      'ranges/JD.yml': jd,
      'ranges/SL.yml': jd.replace('ram_gb', 'ram_bg'),
      'ranges/BAD NAME.yml': jd,
    })
    const { status, stdout, stderr } = await lanistaHere(['validate', '--config', site.config])
    expect(status).to.equal(1)
    expect(stderr).to.match(/^range files: branch main of .*: commit [0-9a-f]{12} by Ann/)
    expect(stdout)
      .to.match(/ranges\/SL\.yml:\d+:\d+/)
      .and.to.match(/this name gives no range id/)
  })

  itLong('say why there are none when the server never could be asked, and go on trying', async () => {
    await rename(repository.bare, `${repository.bare}.gone`)
    const { status, stdout } = await lanistaHere(['plan', '--config', site.config])
    expect(status).to.equal(1)
    expect(stdout).to.match(/range files: repository .*: there is no such repository/)
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    const http = /"http":"([^"]+)"/.exec(await running.nextLine(/"msg":"started"/))?.[1] ?? ''
    await running.nextLine(/the range folder could not be read/)
    const answer = await fetch(`http://${http}/readyz`)
    expect([answer.status, await answer.text()]).to.satisfy(
      ([code, text]: [number, string]) => code === 503 && /no such repository/.test(text),
    )
    const told: unknown = await (await fetch(`http://${http}/api/v1/git`)).json()
    expect(told).to.have.nested.property('finding.reason', 'RepositoryMissing')
    expect(await (await fetch(`http://${http}/metrics`)).text()).to.match(
      /^lanista_git_finding_since_timestamp_seconds\{reason="RepositoryMissing"\} \d/m,
    )
    await rename(`${repository.bare}.gone`, repository.bare)
    await repository.push({ 'ranges/JD.yml': jd })
    await running.nextLine(/is in force/)
    await running.nextLine(/"range":"JD","msg":"range is Ready"/)
    running.stop()
    await running.ended
  })

  itLong('are asked for at once when the forge tells of a push with the secret, which is told nowhere', async () => {
    await repository.push({ 'ranges/JD.yml': jd })
    const secret = 'c0ffee-c0ffee-c0ffee'
    await writeFile(path.join(path.dirname(site.config), 'hook-secret'), `${secret}\n`, { mode: 0o600 })
    const text = await readFile(site.config, 'utf8')
    await writeFile(
      site.config,
      text.replace('interval: 24h }', 'interval: 24h, webhook: { secret_file: hook-secret } }'),
    )
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    const http = /"http":"([^"]+)"/.exec(await running.nextLine(/"msg":"started"/))?.[1] ?? ''
    await repository.push({ 'ranges/SL.yml': jd }, 'Add SL')
    const post = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await fetch(`http://${http}/hooks/git`, { method: 'POST', headers, body: '{}' })).status
    expect(await post(hookHeaders.github('another secret', '{}'))).to.equal(401)
    expect(await running.nextLine(/git hook/)).to.match(/lanista.git.webhook.secret_file/)
    expect(await post(hookHeaders.github(secret, '{}'))).to.equal(202)
    await running.nextLine(/\(Add SL\) is in force/)
    const told = await Promise.all(
      ['/metrics', '/api/v1/git', '/api/v1/ranges'].map(
        async (page) => await (await fetch(`http://${http}${page}`)).text(),
      ),
    )
    expect(told[0]).to.match(/^lanista_git_hooks_total\{result="accepted"\} 1$/m)
    running.stop()
    await running.ended
    expect([...told, await readFile(stateFile('git.json'), 'utf8')].join()).not.to.include(secret)
  })

  itLong('are told of to the forge: what a commit came to, range by range, and why one is not taken', async () => {
    const forge = await openFakeForge('gitlab')
    try {
      const file = (name: string): string => path.join(path.dirname(site.config), name)
      await writeFile(file('status-token'), forge.token, { mode: 0o600 })
      await writeFile(file('forge-ca'), forge.ca)
      const text = await readFile(site.config, 'utf8')
      const status = `provider: gitlab, token_file: status-token, ca_file: forge-ca, api_url: "${forge.apiUrl}", repository: labs/ranges`
      await writeFile(site.config, text.replace('interval: 24h }', `interval: 24h, status: { ${status} } }`))
      const first = await repository.push({ 'ranges/JD.yml': jd })
      const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
      const http = /"http":"([^"]+)"/.exec(await running.nextLine(/"msg":"started"/))?.[1] ?? ''
      const until = (commit: string, context: string, state: string) =>
        forge.until((each) => each.commit === commit && each.context === context && each.state === state)
      await until(first, 'lanista', 'success')
      await until(first, 'lanista/JD', 'success')

      const second = await repository.push({ 'ranges/JD.yml': jd.replace('ram_gb', 'ram_bg'), 'ranges/SL.yml': jd })
      running.hangUp()
      const { description } = await until(second, 'lanista/JD', 'failed')
      expect(description).to.match(/^Invalid: ranges\/JD\.yml:\d+:\d+: unknown key ram_bg/)
      await until(second, 'lanista/SL', 'success')
      await until(second, 'lanista', 'failed')
      expect(
        forge.taken.some(
          ({ commit, context, state }) => commit === second && context === 'lanista' && state === 'success',
        ),
      ).to.equal(false)

      repository.git('checkout', '--quiet', '--orphan', 'anew')
      const third = await repository.push({ 'ranges/JD.yml': jd })
      running.hangUp()
      expect((await until(third, 'lanista', 'failed')).description).to.match(/^HistoryRewritten: the commit in force/)
      expect(forge.taken.filter(({ commit }) => commit === third)).to.have.length(1)
      const pages = await Promise.all(
        ['/metrics', '/api/v1/git', '/api/v1/ranges'].map(
          async (page) => await (await fetch(`http://${http}${page}`)).text(),
        ),
      )
      running.stop()
      await running.ended
      expect(forge.answers.filter((each) => each !== 201)).to.deep.equal([])
      const told = [...pages, ...forge.taken.map((each) => each.description)].join('\n')
      expect(told).not.to.include(forge.token)
      expect(forge.taken.map((each) => each.description).join()).not.to.match(/https:|127\.0\.0\.1/)
    } finally {
      await forge.close()
    }
  })

  itLong('that were rewritten go in force when a person approves', async () => {
    await repository.push({ 'ranges/JD.yml': jd })
    const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
    await running.nextLine(/is in force/)
    repository.git('checkout', '--quiet', '--orphan', 'anew')
    const other = await repository.push({ 'ranges/JD.yml': jd, 'ranges/SL.yml': jd }, 'Begin anew')
    running.hangUp()
    await running.nextLine(/not among its ancestors/)
    expect((await lanistaHere(['approve', '--config', site.config])).stdout).to.match(/a commit does: .*Begin anew/)
    const approved = await lanistaHere(['approve', '--commit', other.slice(0, 12), '--yes', '--config', site.config])
    expect(approved).to.include({ status: 0 })
    running.hangUp()
    await running.nextLine(/\(Begin anew\) is in force/)
    running.stop()
    await running.ended
  })

  itLong(
    'are looked at without the own repository as the commit in force has them, not as a rewritten branch does',
    async () => {
      const good = await repository.push({ 'ranges/JD.yml': jd }, 'Good')
      const running = startHere(['run', '--config', site.config], { log: 'on standard error' })
      await running.nextLine(/is in force/)
      running.stop()
      await running.ended
      await rm(stateFile('git'), { recursive: true })
      repository.git('checkout', '--quiet', '--orphan', 'anew')
      await repository.push({ 'ranges/SL.yml': jd }, 'Begin anew')
      const planned = await lanistaHere(['plan', '--config', site.config])
      expect(planned.stderr).to.include(`commit ${good.slice(0, 12)} by Ann`)
      expect(planned.stdout).to.include('JD-DC01').and.not.to.include('SL-DC01')
      expect((await lanistaHere(['validate', '--config', site.config])).stdout).to.equal('1 file, 0 problems\n')
      await rename(repository.bare, `${repository.bare}.gone`)
      const unreachable = await lanistaHere(['plan', '--config', site.config])
      expect(unreachable).to.include({ status: 1 })
      expect(unreachable.stdout + unreachable.stderr).to.match(
        /range files: repository .*: there is no such repository/,
      )
      await writeFile(stateFile('git-accepted.json'), '{')
      const untold = await lanistaHere(['plan', '--config', site.config])
      expect(untold).to.include({ status: 1 })
      expect(untold.stdout + untold.stderr).to.match(
        /range files: .*git-accepted\.json can't be understood, so it is not known/,
      )
    },
  )
})
