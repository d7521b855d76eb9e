import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { hasGit } from '../builders/git-repository.ts'
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
    expect(stderr).to.equal('')
    expect(stdout).to.include('SL-DC01')
    expect(ended).to.equal(2)
  })

  itLong('are fetched once by who only looks while nothing is in force, and nothing is written for that', async () => {
    await repository.push({ 'ranges/JD.yml': jd })
    const { status, stdout, stderr } = await lanistaHere(['plan', '--config', site.config])
    expect({ status, stderr }).to.deep.equal({ status: 2, stderr: '' })
    expect(stdout).to.include('JD-DC01')
    expect(await readFile(stateFile('git-accepted.json'), 'utf8').catch(() => 'none')).to.equal('none')
  })
})
