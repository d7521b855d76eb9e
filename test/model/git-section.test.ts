import { expect } from 'chai'
import fc from 'fast-check'
import { gitSection } from '../../model/git-section.ts'
import { isBranchName, isFolderInRepository, readRepositoryUrl } from '../../model/repository-url.ts'
import { runs } from '../runner/long-runs.ts'

const SSH = { key_file: '/k', known_hosts_file: '/h' }
const problemsOf = (section: object): string =>
  gitSection
    .safeParse(section)
    .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    .join('; ') ?? ''

describe('lanista.git', () => {
  it('takes a URL alone, and fills in the rest', () => {
    expect(gitSection.parse({ url: '/srv/ranges.git' })).to.deep.equal({
      url: '/srv/ranges.git',
      branch: 'main',
      path: '',
      interval: 60_000,
      verify: { mode: 'off' },
    })
  })

  it('takes ssh, the form of scp, https and local paths, and no other transport', () => {
    const kindOf = (url: string) => {
      const read = readRepositoryUrl(url)
      return read.kind === 'usable' ? read.transport : read.kind
    }
    expect(
      ['ssh://git@forge/a/b.git', 'ssh://forge:2222/b', 'git@forge:a/b.git', 'git@[::1]:b'].map(kindOf),
    ).to.deep.equal(Array(4).fill('ssh'))
    expect(['https://forge/a/b.git', 'https://forge:8443/b'].map(kindOf)).to.deep.equal(['https', 'https'])
    expect(['/srv/b.git', 'file:///srv/b.git'].map(kindOf)).to.deep.equal(['file', 'file'])
    for (const url of [
      '',
      'b.git',
      '../b.git',
      '-uhttps://forge/b',
      '--upload-pack=touch /tmp/x',
      'ext::sh -c touch% /tmp/x',
      'fd::3',
      'git://forge/b',
      'http://forge/b',
      'ftp://forge/b',
      'ssh://-oProxyCommand=x/b',
      'ssh://git@-oProxyCommand=x/b',
      '-oProxyCommand=x@forge:b',
      'git@-oProxyCommand=x:b',
      'git@forge:-b',
      'https://-x/b',
      'https://forge/b\n',
      'file://other/srv/b.git',
      'https://forge/b?token=x',
    ])
      expect(kindOf(url), JSON.stringify(url)).to.equal('unusable')
  })

  it('refuses a URL with a password or token in it without repeating it, and names the file for it', () => {
    for (const url of ['https://ann:s3cret@forge/b', 'https://s3cret@forge/b', 'ssh://git:s3cret@forge/b']) {
      const problems = problemsOf({ url, ssh: SSH })
      expect(problems)
        .to.match(/a password or token is in it/)
        .and.to.include('lanista.git.https.token_file')
      expect(problems).not.to.include('s3cret')
    }
  })

  it('lets nothing through to git that begins like an option, whatever is written', () => {
    const piece = fc.constantFrom(
      '-',
      '@',
      ':',
      '/',
      '//',
      'ssh:',
      'https:',
      'git',
      'forge',
      '::',
      ' ',
      '\n',
      '?',
      '..',
      'ext',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const read = readRepositoryUrl(pieces.join(''))
        if (read.kind === 'unusable') return
        expect(read.url).not.to.match(read.transport === 'file' ? /^-|[\s?#]/ : /^-|@-|:-|\/\/-|[\s?#]/)
        if (read.transport !== 'file') expect(read.url).not.to.match(/:[^/@]*@/)
      }),
      { numRuns: runs(5000) },
    )
  })

  it('takes names of branches as git does, and folders of the repository alone', () => {
    expect(['main', 'release/1.2', 'a-b'].every(isBranchName)).to.equal(true)
    for (const name of [
      '',
      '-x',
      'a..b',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[',
      'a\\b',
      '/a',
      'a/',
      'a//b',
      '.a',
      'a.lock',
      'a.',
      '@',
      'a@{1}',
      'refs/heads/main',
      'HEAD',
      'a\u0000',
    ])
      expect(isBranchName(name), JSON.stringify(name)).to.equal(false)
    expect(['ranges', 'a/b', 'a b'].every(isFolderInRepository)).to.equal(true)
    for (const path of ['..', 'a/../b', './a', 'a//b', '.git', 'a/.GIT/b', 'a\nb'])
      expect(isFolderInRepository(path), JSON.stringify(path)).to.equal(false)
    const pathOf = (path: string) => gitSection.parse({ url: '/srv/r', path }).path
    expect(['.', '/', './', '', 'ranges/', '/ranges', './ranges'].map(pathOf)).to.deep.equal([
      '',
      '',
      '',
      '',
      'ranges',
      'ranges',
      'ranges',
    ])
  })

  it('asks for what the URL and the trust need, and for nothing that the URL has no use for', () => {
    expect(problemsOf({ url: 'git@forge:b' })).to.match(/lanista.git.ssh must name a key_file/)
    expect(problemsOf({ url: 'https://forge/b', ssh: SSH })).to.match(/^ssh is for ssh/)
    expect(problemsOf({ url: '/srv/b', https: {} })).to.match(/^https is for https/)
    expect(problemsOf({ url: '/srv/b', verify: { mode: 'head' } })).to.match(
      /^verify must name an allowed_signers_file/,
    )
    expect(problemsOf({ url: '/srv/b', verify: { mode: 'every', keyring_file: '/k' } })).to.equal('')
    expect(problemsOf({ url: 'https://forge/b', https: { token_file: 'ghp_abcdef' } })).to.match(/not the token itself/)
    expect(problemsOf({ url: '/srv/b', webhook: { secret_file: 'whsec_abc' } })).to.match(/not the secret itself/)
    expect(problemsOf({ url: 'git@forge:b', ssh: { ...SSH, key_file: 'a"b' } })).to.match(/without quotes/)
  })
})
