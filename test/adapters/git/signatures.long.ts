import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { type GitLife, openGitLife } from '../../builders/git-life.ts'
import { hasGit } from '../../builders/git-repository.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../../builders/range-repository.ts'
import { makeKey } from '../../builders/ssh-git-server.ts'
import { rangeText } from '../../scenarios/ranges.ts'

const range = (octet: number): string => rangeText([{ name: 'DC01', vlan: 10, octet }])
const isThere = (program: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
  }
}

/** Somebody who signs commits, and the files that say whether that is allowed. */
interface Signer {
  /** Configuration of git with which commits are signed by a key of that name. */
  sign(name: string): Promise<readonly string[]>
  /** Settings of `lanista.git.verify` by which these keys are allowed; of each name what is the matter with its key. */
  allow(keys: Readonly<Record<string, 'good' | 'expired' | 'revoked'>>): Promise<object>
}

function sshSigner(folder: string): Signer {
  const file = (name: string): string => path.join(folder, `ssh-${name}`)
  const make = async (name: string): Promise<string> =>
    await readFile(`${file(name)}.pub`, 'utf8').catch(async () => {
      makeKey(file(name))
      return await readFile(`${file(name)}.pub`, 'utf8')
    })
  return {
    sign: async (name) => {
      await make(name)
      return ['gpg.format=ssh', `user.signingKey=${file(name)}.pub`]
    },
    allow: async (keys) => {
      const lines = await Promise.all(
        Object.entries(keys).map(async ([name, state]) => {
          const until = state === 'expired' ? ',valid-before="20200101"' : ''
          return `${name}@example.org namespaces="git"${until} ${(await make(name)).split(' ').slice(0, 2).join(' ')}`
        }),
      )
      await writeFile(path.join(folder, 'allowed_signers'), `${lines.join('\n')}\n`)
      const revoked = Object.keys(keys).filter((name) => keys[name] === 'revoked')
      await writeFile(path.join(folder, 'revoked'), (await Promise.all(revoked.map(make))).join(''))
      return {
        allowed_signers_file: path.join(folder, 'allowed_signers'),
        ...(revoked.length === 0 ? {} : { revoked_keys_file: path.join(folder, 'revoked') }),
      }
    },
  }
}

function openPgpSigner(folder: string): Signer {
  const home = path.join(folder, 'gnupg')
  const gpg = (...args: readonly string[]): Buffer =>
    execFileSync(
      'gpg',
      ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    )
  const made = new Set<string>()
  const make = async (name: string): Promise<void> => {
    if (made.has(name)) return
    made.add(name)
    await mkdir(home, { recursive: true, mode: 0o700 })
    gpg('--quick-generate-key', `${name} <${name}@example.org>`, 'ed25519', 'sign', 'never')
  }
  const program = path.join(folder, 'gpg-here')
  return {
    sign: async (name) => {
      await make(name)
      await writeFile(
        program,
        `#!/bin/sh\nexec gpg --homedir ${home} --batch --pinentry-mode loopback --passphrase '' "$@"\n`,
        { mode: 0o755 },
      )
      return ['gpg.format=openpgp', `gpg.program=${program}`, `user.signingKey=${name}@example.org`]
    },
    allow: async (keys) => {
      for (const [name, state] of Object.entries(keys)) {
        await make(name)
        const fingerprint =
          /^fpr:+([0-9A-F]+):/m.exec(gpg('--with-colons', '--list-keys', `${name}@example.org`).toString())?.[1] ?? ''
        if (state === 'expired') gpg('--quick-set-expire', fingerprint, 'seconds=1')
        if (state === 'revoked') {
          const text = await readFile(path.join(home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8')
          await writeFile(path.join(folder, 'rev'), text.replace(/^:-----BEGIN/m, '-----BEGIN'))
          gpg('--import', path.join(folder, 'rev'))
        }
      }
      const file = path.join(folder, 'signers.gpg')
      await writeFile(file, gpg('--export', '--armor', ...Object.keys(keys).map((name) => `${name}@example.org`)))
      return { keyring_file: file }
    },
  }
}

for (const [kind, program, open] of [
  ['SSH', 'ssh-keygen', sshSigner],
  ['OpenPGP', 'gpg', openPgpSigner],
] as const)
  describe(`commits signed with ${kind} keys`, function () {
    this.timeout(120_000)
    let folder: string
    let forge: RangeRepositoryFixture
    let signer: Signer
    before(function () {
      if (hasGit() && isThere(program, '--version')) return
      console.log(`      no ${program} on this machine`)
      this.skip()
    })
    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'lst-'))
      forge = await rangeRepositoryIn(folder)
      signer = open(folder)
    })
    afterEach(async () => {
      if (kind === 'OpenPGP')
        execFileSync('gpgconf', ['--homedir', path.join(folder, 'gnupg'), '--kill', 'all'], { stdio: 'ignore' })
      await rm(folder, { recursive: true, force: true })
    })
    const begin = (verify: object): Promise<GitLife> =>
      openGitLife({ stateDir: path.join(folder, 'state'), git: { url: forge.bare, path: 'ranges', verify } })
    /** Commits, signed by a key of that name or by none, and pushes. */
    async function push(by: string | undefined, octet: number, ...args: readonly string[]): Promise<string> {
      await mkdir(path.join(forge.work, 'ranges'), { recursive: true })
      await writeFile(path.join(forge.work, 'ranges', 'JD.yml'), range(octet))
      forge.git('add', '--all')
      const config = by === undefined ? [] : (await signer.sign(by)).flatMap((each) => ['-c', each])
      forge.git(...config, 'commit', '--quiet', ...(by === undefined ? [] : ['-S']), '-m', `octet ${octet}`, ...args)
      forge.git('push', '--quiet', '--force', 'origin', 'HEAD:main')
      return forge.git('rev-parse', 'HEAD')
    }

    it('go in force by an allowed key, and no others do', async () => {
      const life = await begin({ mode: 'head', ...(await signer.allow({ ann: 'good' })) })
      const good = await push('ann', 1)
      expect(await life.poll()).to.deep.equal({ commit: good, finding: undefined, reason: undefined })
      await push(undefined, 2)
      const unsigned = await life.poll()
      expect(unsigned).to.include({ commit: good, reason: 'NotTrusted' })
      expect(unsigned.finding).to.match(/commit [0-9a-f]{12} by Ann <ann@example.org> \(octet 2\): it is not signed/)
      await push('bob', 3)
      const unknown = await life.poll()
      expect(unknown).to.include({ commit: good, reason: 'NotTrusted' })
      expect(unknown.finding).to.match(/signed by the key \S+, which is not among the allowed ones/)
      // Only the newest counts.
      const next = await push('ann', 4)
      expect(await life.poll()).to.include({ commit: next, reason: undefined })
    })

    it('do not go in force by a key that has expired or is revoked, whatever date they have', async () => {
      const before = { GIT_COMMITTER_DATE: process.env['GIT_COMMITTER_DATE'] }
      await push('ann', 1)
      process.env['GIT_COMMITTER_DATE'] = '2019-06-01T00:00:00Z'
      try {
        await push('old', 2)
      } finally {
        if (before.GIT_COMMITTER_DATE === undefined) delete process.env['GIT_COMMITTER_DATE']
        else process.env['GIT_COMMITTER_DATE'] = before.GIT_COMMITTER_DATE
      }
      const expired = await signer.allow({ ann: 'good', old: 'expired' })
      if (kind === 'OpenPGP') execFileSync('sleep', ['2'])
      expect((await (await begin({ mode: 'head', ...expired })).poll()).finding).to.match(
        /which has expired, or is not valid yet/,
      )
      await push('lost', 3)
      const revoked = await begin({ mode: 'head', ...(await signer.allow({ ann: 'good', lost: 'revoked' })) })
      const told = await revoked.poll()
      expect(told.reason).to.equal('NotTrusted')
      expect(told.finding).to.match(/which is revoked/)
    })

    it('do not go in force when they were changed after they were signed', async () => {
      const life = await begin({ mode: 'head', ...(await signer.allow({ ann: 'good' })) })
      await push('ann', 1)
      const object = execFileSync('git', ['-C', forge.work, 'cat-file', 'commit', 'HEAD']).toString()
      const changed = execFileSync('git', ['-C', forge.work, 'hash-object', '-t', 'commit', '-w', '--stdin'], {
        input: object.replace('octet 1', 'octet 9'),
      })
        .toString()
        .trim()
      forge.git('push', '--quiet', '--force', 'origin', `${changed}:refs/heads/main`)
      const told = await life.poll()
      expect(told).to.include({ commit: undefined, reason: 'NotTrusted' })
      expect(told.finding).to.match(/is not of what the commit says/)
    })

    it('are each looked at with `every`, on all sides of a merge, which is signed itself', async () => {
      const life = await begin({ mode: 'every', ...(await signer.allow({ ann: 'good' })) })
      const first = await push('ann', 1)
      await life.poll()
      await push(undefined, 2)
      await push('ann', 3)
      const between = await life.poll()
      expect(between).to.include({ commit: first, reason: 'NotTrusted' })
      expect(between.finding).to.match(/commit [0-9a-f]{12} by Ann .*octet 2\) before it is not signed/s)
      // Taken back, and made anew of signed ones with a side that forks off early.
      forge.git('reset', '--quiet', '--hard', first)
      forge.git('checkout', '--quiet', '-b', 'side')
      await forge.commit({ note: 'x' }, 'unsigned side')
      forge.git('checkout', '--quiet', 'main')
      await push('ann', 4)
      const config = (await signer.sign('ann')).flatMap((each) => ['-c', each])
      forge.git(...config, 'merge', '--quiet', '--no-edit', '-S', 'side')
      forge.git('push', '--quiet', '--force', 'origin', 'main')
      const told = await life.poll()
      expect(told).to.include({ commit: first, reason: 'NotTrusted' })
      expect(told.finding).to.match(/\(unsigned side\) before it is not signed/)
    })

    // Which of the two kinds does not matter to it.
    if (kind === 'SSH')
      it('are looked at with `every` on a side that is longer than the history that is asked for first', async () => {
        const life = await begin({ mode: 'every', ...(await signer.allow({ ann: 'good' })) })
        const first = await push('ann', 1)
        await life.poll()
        const config = (await signer.sign('ann')).flatMap((each) => ['-c', each])
        forge.git('checkout', '--quiet', '-b', 'side')
        forge.git('commit', '--quiet', '--allow-empty', '-m', 'unsigned, far back')
        for (let index = 0; index < 64; index += 1)
          forge.git(...config, 'commit', '--quiet', '--allow-empty', '-S', '-m', 'x')
        forge.git('checkout', '--quiet', 'main')
        await push('ann', 2)
        forge.git(...config, 'merge', '--quiet', '--no-edit', '-S', 'side')
        forge.git('push', '--quiet', '--force', 'origin', 'main')
        const told = await life.poll()
        expect(told).to.include({ commit: first, reason: 'NotTrusted' })
        expect(told.finding).to.match(/\(unsigned, far back\) before it is not signed/)
      })

    it('are not enough below an unsigned merge', async () => {
      const life = await begin({ mode: 'head', ...(await signer.allow({ ann: 'good' })) })
      const first = await push('ann', 1)
      await life.poll()
      forge.git('checkout', '--quiet', '-b', 'side')
      const config = (await signer.sign('ann')).flatMap((each) => ['-c', each])
      await writeFile(path.join(forge.work, 'note'), 'x')
      forge.git('add', '--all')
      forge.git(...config, 'commit', '--quiet', '-S', '-m', 'side')
      forge.git('checkout', '--quiet', 'main')
      await push('ann', 2)
      forge.git('merge', '--quiet', '--no-edit', 'side')
      forge.git('push', '--quiet', '--force', 'origin', 'main')
      expect(await life.poll()).to.include({ commit: first, reason: 'NotTrusted' })
    })

    it('are looked at again once trust is asked for, and what is approved of must be trusted as well', async () => {
      const off = await begin({})
      const unsigned = await push(undefined, 1)
      expect(await off.poll()).to.include({ commit: unsigned, reason: undefined })
      const life = await begin({ mode: 'head', ...(await signer.allow({ ann: 'good' })) })
      expect(await life.poll()).to.include({ commit: unsigned, reason: 'NotTrusted' })
      forge.git('checkout', '--quiet', '--orphan', 'anew')
      const other = await push(undefined, 2)
      await life.approvals.approve(other)
      expect(await life.poll()).to.include({ commit: unsigned, reason: 'NotTrusted' })
      const signed = await push('ann', 3, '--amend')
      expect(await life.poll()).to.include({ reason: 'HistoryRewritten' })
      await life.approvals.approve(signed)
      expect(await life.poll()).to.include({ commit: signed, reason: undefined })
    })

    it('are refused with the reason where the file of allowed keys is not there', async () => {
      await push('ann', 1)
      const none = path.join(folder, 'none')
      const life = await begin({ mode: 'head', allowed_signers_file: none, keyring_file: none })
      const told = await life.poll()
      expect(told.reason).to.equal('NotTrusted')
      expect(told.finding).to.match(/can't be looked at \(.*none/)
      const other = kind === 'SSH' ? { keyring_file: none } : { allowed_signers_file: none }
      expect((await (await begin({ mode: 'head', ...other })).poll()).finding).to.match(
        /of which no keys are allowed \((?:SSH|OpenPGP)\)/,
      )
    })
  })
