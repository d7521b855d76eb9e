import { expect } from 'chai'
import fc from 'fast-check'
import type { Commit, CommitFile } from '../../../model/commit-snapshot.ts'
import type { BroughtHead, Descent, HeadFiles, SignatureVerdict } from '../../../model/git-ports.ts'
import { sourceNames } from '../../../reconcilers/git/git-words.ts'
import { commitsToTrust, type HeadSeen, judgeHead } from '../../../reconcilers/git/judge-head.ts'
import { runs } from '../../runner/long-runs.ts'

const NAMES = sourceNames({ url: 'git@forge:labs', branch: 'main', path: 'ranges' })
const idOf = (digit: string): string => digit.repeat(40)
const commit = (id: string): Commit => ({
  id,
  parents: [],
  tree: idOf('f'),
  author: 'Ann\u001B[2J <ann@example.org>',
  at: 0,
  subject: 'Say\nhello',
})
const [HEAD, ACCEPTED] = [commit(idOf('a')), idOf('b')]
const file: CommitFile = {
  id: 'JD',
  path: 'ranges/JD.yml',
  misnamed: false,
  look: 'x',
  content: { kind: 'bytes', bytes: new Uint8Array() },
}

const anyId = fc.constantFrom('a', 'b', 'c', 'd').map(idOf)
const descent: fc.Arbitrary<Descent> = fc.oneof(
  fc.constant<Descent>({ kind: 'first' }),
  fc.record({
    kind: fc.constant('follows' as const),
    since: fc.option(fc.uniqueArray(anyId), { nil: undefined }),
  }),
  fc.constant<Descent>({ kind: 'other' }),
  fc.constant<Descent>({ kind: 'tooFar', looked: 16_384 }),
)
const files: fc.Arbitrary<HeadFiles> = fc.oneof(
  fc.constantFrom<HeadFiles>({ kind: 'noFolder' }, { kind: 'tooLarge', what: 'too much' }),
  fc.constantFrom([], [file]).map((all): HeadFiles => ({ kind: 'files', snapshot: { commit: HEAD, files: all } })),
)
const result: fc.Arbitrary<SignatureVerdict['result']> = fc.oneof(
  fc.constant({ kind: 'good' as const, signer: 'ann', key: 'SHA256:x' }),
  fc.record({
    kind: fc.constantFrom(
      'unsigned' as const,
      'unknownKey' as const,
      'expiredKey' as const,
      'revokedKey' as const,
      'tampered' as const,
      'notAllowedKind' as const,
      'unreadable' as const,
    ),
    key: fc.option(fc.constant('SHA256:y'), { nil: undefined }),
    detail: fc.option(fc.constant('why\u0007'), { nil: undefined }),
  }),
)
const seen: fc.Arbitrary<HeadSeen> = fc.record({
  brought: fc.record<BroughtHead>({ commit: fc.constant(HEAD), descent, files }),
  accepted: fc.option(fc.record({ commit: fc.constant(ACCEPTED), files: fc.nat({ max: 3 }), noFolder: fc.boolean() }), {
    nil: undefined,
  }),
  mode: fc.constantFrom('off' as const, 'head' as const, 'every' as const),
  verdicts: fc
    .uniqueArray(fc.record({ id: anyId, result }), { selector: ({ id }) => id })
    .map((all) => all.map(({ id, result: each }) => ({ commit: commit(id), result: each }))),
  approved: fc.option(anyId, { nil: undefined }),
})

describe('the judgement of a head', () => {
  const always = (holds: (head: HeadSeen) => void): void =>
    fc.assert(fc.property(seen, holds), { numRuns: runs(20_000, 2000) })

  it('takes none that is not trusted, whoever approves of it', () => {
    always((head) => {
      if (judgeHead(head, NAMES).kind !== 'accept' || head.mode === 'off') return
      const trusted = new Set(
        head.verdicts.filter(({ result: { kind } }) => kind === 'good').map((verdict) => verdict.commit.id),
      )
      expect(trusted.has(HEAD.id)).to.equal(true)
      const { descent: how } = head.brought
      if (head.mode === 'every' && how.kind === 'follows')
        expect(how.since?.every((id) => trusted.has(id))).to.equal(true)
    })
  })

  it('takes none that does not follow, or has lost its files, unless a person approves of exactly it', () => {
    always((head) => {
      const judged = judgeHead(head, NAMES)
      if (judged.kind !== 'accept' || head.approved === HEAD.id) return
      expect(['first', 'follows']).to.include(head.brought.descent.kind)
      if (head.accepted?.noFolder !== true) expect(head.brought.files.kind).to.equal('files')
      if ((head.accepted?.files ?? 0) > 0) expect(judged.snapshot.files).not.to.deep.equal([])
    })
  })

  it('says of each that it refuses which it is, why and what to do, on one line', () => {
    always((head) => {
      const judged = judgeHead(head, NAMES)
      if (judged.kind === 'accept') return
      const { message, reason } = judged.finding
      expect(message).to.match(/^branch main of git@forge:labs: commit a{12} by Ann.*: .+; .+$/)
      expect(message).not.to.match(/[\p{Cc}]/u)
      expect(judged.approvable).to.equal(/lanista approve --commit a{12}$/.test(message))
      if (reason === 'NotTrusted' || reason === 'TooLarge') expect(judged.approvable).to.equal(false)
    })
  })

  it('lets an approval take away no more than what may be meant', () => {
    always((head) => {
      const judged = judgeHead(head, NAMES)
      const approved = judgeHead({ ...head, approved: HEAD.id }, NAMES)
      if (judged.kind === 'accept' || (judged.approvable && head.brought.files.kind !== 'tooLarge'))
        expect(approved.kind, JSON.stringify(judged)).to.equal(
          head.brought.files.kind === 'noFolder' && head.accepted === undefined ? 'refuse' : 'accept',
        )
      else if (judged.finding.reason !== 'PathMissing') expect(approved).to.deep.equal(judged)
    })
  })

  it('looks at the head at least where trust is asked for', () => {
    always(({ brought, mode }) => {
      const wanted = commitsToTrust(mode, HEAD, brought.descent)
      if (mode === 'off') expect(wanted).to.deep.equal([])
      else if (wanted !== undefined) expect(wanted).to.include(HEAD.id)
    })
  })
})
