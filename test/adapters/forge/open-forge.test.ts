import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { descriptionOf } from '../../../adapters/forge/dialect.ts'
import { judgeSilence } from '../../../adapters/forge/judge-answer.ts'
import { openForge } from '../../../adapters/forge/open-forge.ts'
import { NoAnswer } from '../../../adapters/forge/post-json.ts'
import type { CommitStatus, Forge, ForgeState, StatusDelivery } from '../../../model/forge.ts'
import type { ForgeKind } from '../../../model/forge-place.ts'
import { type FakeForge, type ForgeTrouble, openFakeForge } from '../../builders/fake-forge.ts'
import { cases, itLong, runs } from '../../runner/long-runs.ts'

const COMMIT = 'c'.repeat(40)
const statusOf = (state: ForgeState, changes: Partial<CommitStatus> = {}): CommitStatus => ({
  commit: COMMIT,
  context: 'lanista/JD',
  state,
  description: 'Invalid: JD.yml:12:5: \u001B[31mnot\u202E a number; give one'.repeat(20),
  tail: '',
  about: state,
  ...changes,
})

const WORDS: Readonly<Record<ForgeKind, Readonly<Record<ForgeState, string>>>> = {
  github: { pending: 'pending', success: 'success', failure: 'failure', superseded: 'pending' },
  gitlab: { pending: 'pending', success: 'success', failure: 'failed', superseded: 'canceled' },
  gitea: { pending: 'pending', success: 'success', failure: 'failure', superseded: 'pending' },
}

for (const kind of cases(['github', 'gitlab', 'gitea'] as const, (each) => each === 'gitlab'))
  describe(`statuses at ${kind}`, () => {
    let folder: string
    let server: FakeForge
    let forge: Forge
    let warnings: string[]
    const repository = kind === 'gitlab' ? 'labs/deep/ranges' : 'labs/ranges'
    const tell = (status: CommitStatus): Promise<StatusDelivery> => forge.tell(status, new AbortController().signal)
    const file = (name: string): string => path.join(folder, name)
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'lanista-forge-'))
      server = await openFakeForge(kind)
      await writeFile(file('ca'), server.ca)
    })
    beforeEach(async () => {
      await writeFile(file('token'), `${server.token}\n`, { mode: 0o600 })
      warnings = []
      forge = open()
    })
    const open = (changes: Partial<Parameters<typeof openForge>[0]> = {}): Forge =>
      openForge({
        place: { kind, apiUrl: server.apiUrl, repository },
        branch: 'main',
        tokenFile: file('token'),
        caFile: file('ca'),
        clock: { now: () => 1_000_000_000_000 },
        onWarning: (warning) => void warnings.push(warning),
        ...changes,
      })
    after(async () => {
      await server.close()
      await rm(folder, { recursive: true })
    })

    it('are taken in its words, and a state twice', async () => {
      for (const state of ['pending', 'pending', 'success', 'pending', 'superseded', 'failure', 'failure'] as const) {
        expect(await tell(statusOf(state)), state).to.deep.equal({ kind: 'delivered' })
        expect(server.taken.at(-1)).to.include({
          repository,
          commit: COMMIT,
          context: 'lanista/JD',
          state: WORDS[kind][state],
        })
      }
      const { description = '' } = server.taken.at(-1) ?? {}
      expect(description)
        .to.match(/^Invalid: JD\.yml:12:5: .*…$/)
        .and.not.match(/[\p{Cc}\p{Cf}]/u)
    })

    itLong('that can not be set are told with what mends it, and never with the token', async () => {
      const answers: readonly (readonly [ForgeTrouble | 'reset', StatusDelivery['kind'], RegExp])[] = [
        [{ status: 401 }, 'refused', /does not know the token .*token_file/],
        [
          { status: 403, body: { message: `no ${server.token}` } },
          'refused',
          /HTTP 403\): no \*\*\*; give it the right/,
        ],
        [{ status: 404 }, 'refused', /no such repository or commit.*lanista.git.status.repository/],
        [{ status: 422, body: { message: 'Validation\u0007 failed' } }, 'refused', /HTTP 422\): Validation\\u\{7\}/],
        [{ status: 301, headers: { location: server.apiUrl } }, 'refused', /redirect .*api_url/],
        [{ status: 500 }, 'failed', /HTTP 500/],
        ['reset', 'failed', /connection broke/],
        [{ status: 422, body: { message: 'x'.repeat(2_000_000) } }, 'failed', /more than an answer has/],
        [{ status: 404, body: { message: { deep: [server.token] } } }, 'refused', /: \{"deep":\["\*\*\*"\]\}/],
      ]
      for (const [trouble, result, why] of answers) {
        server.troubles.push(trouble)
        const delivery = await tell(statusOf('success'))
        expect(delivery.kind).to.equal(result)
        expect(delivery.kind === 'delivered' ? '' : delivery.why)
          .to.match(why)
          .and.not.include(server.token)
      }
      const taken = server.taken.length
      forge = open({ caFile: undefined })
      expect(await tell(statusOf('success')))
        .to.include({ kind: 'refused', all: true })
        .and.have.property('why')
        .that.matches(/certificate is not trusted .*ca_file/)
      expect(server.taken).to.have.length(taken)
      forge = open({ place: { kind, apiUrl: 'https://127.0.0.1:1', repository } })
      expect(await tell(statusOf('success'))).to.include({ kind: 'failed' })
      forge = open({ timeoutMs: 20 })
      server.troubles.push('hang')
      expect(await tell(statusOf('success')))
        .to.have.property('why')
        .that.matches(/no answer within/)
      forge = open()
      server.troubles.push('hang')
      const over = new AbortController()
      const given = forge.tell(statusOf('success'), over.signal).catch((error: unknown) => error)
      over.abort(new Error('stopped'))
      expect(await given).to.have.property('message', 'stopped')
      server.troubles.splice(0)
    })

    itLong('wait as long as it says', async () => {
      const waits: readonly (readonly [ForgeTrouble, number | undefined])[] = [
        [{ status: 429, headers: { 'retry-after': '7' } }, 7000],
        [{ status: 403, headers: { 'retry-after': '7' } }, 7000],
        [{ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000000090' } }, 90_000],
        [{ status: 429, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '1000000005' } }, 5000],
        [{ status: 403, body: { message: 'You have exceeded a secondary rate limit.' } }, 60_000],
        [{ status: 429, headers: { 'retry-after': '999999' } }, 3_600_000],
        [{ status: 429 }, 60_000],
        [{ status: 503, headers: { 'retry-after': '3' } }, 3000],
        [{ status: 503 }, undefined],
      ]
      for (const [trouble, waitMs] of waits) {
        server.troubles.push(trouble)
        expect(await tell(statusOf('success')), JSON.stringify(trouble)).to.include({ kind: 'failed', waitMs })
      }
    })

    itLong('are told with the token as its file has it, and what is wrong with that', async () => {
      await writeFile(file('token'), 'another\n')
      expect(await tell(statusOf('success'))).to.include({ kind: 'refused', all: true })
      for (const text of ['', 'a\nb', 'a b', 'ä']) {
        await writeFile(file('token'), text)
        expect(await tell(statusOf('success')), text)
          .to.include({ kind: 'refused', all: true })
          .and.have.property('why')
          .that.matches(/^lanista.git.status.token_file: .*token/)
      }
      await rm(file('token'))
      expect(await tell(statusOf('success')))
        .to.have.property('why')
        .that.matches(/it does not exist/)
      await writeFile(file('token'), server.token)
      await chmod(file('token'), 0o644)
      expect(await tell(statusOf('success'))).to.deep.equal({ kind: 'delivered' })
      expect(warnings.join()).to.match(/every user of this machine may read/)
    })
  })

describe('a forge that gives no answer', () => {
  it('is told with what mends it', () => {
    for (const [code, why] of [
      ['ERR_TLS_CERT_ALTNAME_INVALID', /one of another host .*set lanista\.git\.status\.api_url/],
      ['CERT_HAS_EXPIRED', /has expired .*renewed/],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', /not trusted .*lanista\.git\.status\.ca_file/],
      ['ENOTFOUND', /its name is not known/],
      ['</script>\n', /\(unknown\)/],
    ] as const)
      expect(judgeSilence(new NoAnswer(code, false), 1000))
        .to.have.property('why')
        .that.matches(why)
  })
})

describe('the sentence of a status', () => {
  it('is no longer than it may be, whatever it says, and keeps its tail', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('x', ' ', '\u0007', '\n', '\u202E', '\uD83D\uDE00', '\uD800', '\u2028'),
          maxLength: 400,
        }),
        fc.constantFrom('', '; 12 more ranges'),
        (description, tail) => {
          const shown = descriptionOf({ ...statusOf('failure'), description, tail }, 140)
          expect(Array.from(shown).length).to.be.at.most(140)
          expect(shown.endsWith(tail)).to.equal(true)
          expect(shown).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        },
      ),
      { numRuns: runs(2000) },
    )
  })

  it('costs no more for being long', () => {
    const long = { ...statusOf('failure'), description: 'x'.repeat(5_000_000) }
    expect(Array.from(descriptionOf(long, 140))).to.have.length(140)
  })
})
