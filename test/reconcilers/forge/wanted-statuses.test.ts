import { expect } from 'chai'
import fc from 'fast-check'
import type { GitStatus } from '../../../model/accepted-commit.ts'
import type { CommitStatus } from '../../../model/forge.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import type { HeldRevision, RangeRevisions, Revision } from '../../../model/revision.ts'
import { publicText } from '../../../reconcilers/forge/public-text.ts'
import {
  type ForgeView,
  isNews,
  isWork,
  supersededBy,
  wantedStatuses,
} from '../../../reconcilers/forge/wanted-statuses.ts'
import { stated, rangeStatus } from '../../builders/status.ts'
import { runs } from '../../runner/long-runs.ts'

const idOf = (digit: string): string => digit.repeat(40)
const [C, OLD, HEAD] = [idOf('c'), idOf('a'), idOf('e')]
const revision = (digest: string, commit: string): Revision => ({
  digest,
  commit: { id: commit, author: 'Ann', at: '2026-01-01T00:00:00.000Z', subject: 'x' },
})

type Trait = 'reached' | 'working' | 'failed' | 'held' | 'invalid' | 'suspended' | 'unread'

/** A range whose file that commit changed last. */
function range(id: string, trait: Trait, commit = C): RangeStatus {
  const seen = revision(`of ${id}`, commit)
  const before = revision('before', OLD)
  const held = (reason: HeldRevision['reason']): HeldRevision => ({ reason, message: `${id} is ${reason}; mend it` })
  const revisions: Readonly<Record<Trait, RangeRevisions>> = {
    reached: { seen, actedOn: seen, reached: seen, held: undefined },
    working: { seen, actedOn: seen, reached: before, held: undefined },
    failed: { seen, actedOn: seen, reached: before, held: undefined },
    held: { seen, actedOn: before, reached: before, held: held('Frozen') },
    invalid: { seen, actedOn: before, reached: before, held: held('Invalid') },
    suspended: { seen, actedOn: seen, reached: undefined, held: undefined },
    unread: { seen, actedOn: seen, reached: before, held: undefined },
  }
  const reasons: Partial<Record<Trait, string>> = {
    working: 'Progressing',
    failed: 'VmTrouble',
    suspended: 'Suspended',
    unread: 'ClusterNotRead',
  }
  const reason = reasons[trait]
  const status = rangeStatus(id, [], reason === undefined ? undefined : { reason, message: `${id} has a finding` })
  const conditions = status.conditions.map((each) =>
    trait === 'unread' ? { ...each, status: 'Unknown' as const } : each,
  )
  return { ...status, conditions, revisions: revisions[trait] }
}

const git = (changes: Partial<GitStatus> = {}): GitStatus => ({
  url: '/r',
  branch: 'main',
  path: '',
  commit: { id: C, author: 'Ann', at: '', subject: '', acceptedAt: '' },
  finding: undefined,
  askedAt: undefined,
  ...changes,
})

const view = (statuses: readonly RangeStatus[], changes: Partial<ForgeView> = {}): ForgeView => ({
  git: git(),
  ids: statuses.map(({ id }) => id),
  statuses,
  stale: new Set(),
  live: new Set([C]),
  name: 'lanista',
  apiUrls: ['https://pve1:8006', 'https://10.0.0.5:8006'],
  ...changes,
})
const told = (statuses: readonly CommitStatus[]): readonly string[] =>
  statuses.map(
    ({ commit, context, state, description, tail }) =>
      `${commit.slice(0, 2)} ${context} ${state}: ${description}${tail}`,
  )

describe('what a forge is told', () => {
  it('of a commit in force: each range that it changed, and all ranges together', () => {
    expect(told(wantedStatuses(view([range('AA', 'reached'), range('BB', 'reached', OLD)])))).to.deep.equal([
      'cc lanista success: reached by all 2 ranges',
      'cc lanista/AA success: reached: the range is as its file asks',
    ])
    expect(
      told(wantedStatuses(view([range('AA', 'working'), range('BB', 'invalid'), range('CC', 'failed', OLD)]))),
    ).to.deep.equal([
      'cc lanista failure: 2 of 3 ranges have failed: BB: Invalid: BB is Invalid; mend it',
      'cc lanista/AA pending: not reached yet',
      'cc lanista/BB failure: Invalid: BB is Invalid; mend it',
    ])
    expect(told(wantedStatuses(view([range('AA', 'held'), range('BB', 'suspended')])))).to.deep.equal([
      'cc lanista pending: 1 of 2 ranges waits: AA: Frozen: AA is Frozen; mend it',
      'cc lanista/AA pending: Frozen: AA is Frozen; mend it',
      'cc lanista/BB success: left alone, as its file asks',
    ])
    expect(told(wantedStatuses(view([])))).to.deep.equal(['cc lanista success: in force; there is no range in it'])
  })

  it('of a commit that is not taken: why, on that commit', () => {
    const finding = {
      reason: 'NotTrusted',
      message: 'branch main of https://forge/x: commit e: it is not signed; sign it',
      since: '',
      refused: { commit: HEAD, why: 'it is not signed; sign it' },
    } as const
    expect(told(wantedStatuses(view([], { git: git({ finding }) })))).to.deep.equal([
      'cc lanista success: in force; there is no range in it',
      'ee lanista failure: NotTrusted: it is not signed; sign it',
    ])
    expect(
      told(wantedStatuses(view([], { git: git({ commit: undefined, finding }), live: new Set() }))),
    ).to.have.length(1)
    const same = { ...finding, refused: { ...finding.refused, commit: C } }
    expect(told(wantedStatuses(view([], { git: git({ finding: same }) })))).to.deep.equal([
      'cc lanista failure: NotTrusted: it is not signed; sign it',
    ])
    const away = { reason: 'Unreachable', message: 'no', since: '' } as const
    expect(told(wantedStatuses(view([], { git: git({ finding: away }) })))).to.have.length(1)
  })

  it('of 50 ranges of a commit each, and of the others how many they are', () => {
    const ids = Array.from({ length: 62 }, (_, index) => `R${index + 10}`)
    const statuses = wantedStatuses(view(ids.map((id) => range(id, 'reached'))))
    expect(statuses).to.have.length(51)
    expect(told(statuses)[0]).to.equal(
      'cc lanista success: reached by all 62 ranges; 12 more ranges it changed have no status here',
    )
  })

  it('never that a commit is reached while a range is not, its status is old, or there is none', () => {
    const trait = fc.constantFrom<Trait>('reached', 'working', 'failed', 'held', 'invalid', 'suspended', 'unread')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(trait, fc.constantFrom(C, OLD), fc.constantFrom('there', 'stale', 'none')), { maxLength: 6 }),
        (all) => {
          const ranges = all.map(([each, commit], index) => range(`R${index}`, each, commit))
          const [whole] = wantedStatuses(
            view(ranges, {
              statuses: ranges.filter((_, index) => all[index]?.[2] !== 'none'),
              stale: new Set(ranges.filter((_, index) => all[index]?.[2] === 'stale').map(({ id }) => id)),
            }),
          )
          const isReached = all.every(
            ([each, , there]) => there === 'there' && (each === 'reached' || each === 'suspended'),
          )
          const hasFailed = all.some(
            ([each, , there]) => there === 'there' && (each === 'failed' || each === 'invalid'),
          )
          expect(whole?.state).to.equal(hasFailed ? 'failure' : isReached ? 'success' : 'pending')
        },
      ),
      { numRuns: runs(1000) },
    )
  })

  it('not that a commit is reached while a range is there whose file it removed, unless that stays', () => {
    const gone = (reason: string): RangeStatus =>
      rangeStatus('JD', [], { reason, message: `range JD: its file is gone: ${reason}` })
    const whole = (status: RangeStatus): CommitStatus | undefined =>
      wantedStatuses(view([range('AA', 'reached'), status], { ids: ['AA'] }))[0]
    for (const reason of ['PruneLater', 'PruneWaits', 'Progressing', 'VmTrouble'])
      expect(whole(gone(reason))).to.include({
        state: 'pending',
        description: `1 range whose file is gone is there still: ${reason}: range JD: its file is gone: ${reason}`,
      })
    // What is told of it is what its file said while it was there.
    expect(whole(range('JD', 'reached', OLD))).to.include({ state: 'pending' })
    expect(whole(gone('FileMissing'))).to.include({
      state: 'success',
      description: 'reached by its one range; 1 without a file stays',
    })
    const absent = {
      ...rangeStatus('JD', []),
      conditions: stated({ type: 'Ready', status: 'True', reason: 'Absent', message: '' }),
    } as const
    expect(whole(absent)).to.include({ state: 'success', description: 'reached by its one range' })
    const [reached, waits] = [whole(absent), whole(gone('PruneWaits'))]
    if (reached === undefined || waits === undefined) throw new Error('no status')
    // A commit that was reached once is that, whatever somebody destroys later.
    expect([isNews(undefined, waits), isNews(reached, waits), isNews(waits, reached)]).to.deep.equal([
      true,
      false,
      true,
    ])
  })

  it('not that what is Ready with the content before has reached the newer one', () => {
    const seen = revision('of AA', C)
    const before = revision('before', OLD)
    const revisions = { seen, actedOn: seen, reached: before, held: undefined }
    expect(told(wantedStatuses(view([{ ...range('AA', 'reached'), revisions }])))).to.deep.equal([
      'cc lanista pending: in force; not reached yet',
      'cc lanista/AA pending: not reached yet',
    ])
  })

  it('not of trouble that comes when it was reached and told already, and not of each further attempt', () => {
    const reached = wantedStatuses(view([range('AA', 'reached')]))
    for (const trait of ['failed', 'working', 'unread'] as const) {
      const later = { ...range('AA', trait), revisions: range('AA', 'reached').revisions }
      const now = wantedStatuses(view([later]))
      expect(now.map((each, index) => isNews(reached[index], each))).to.deep.equal([false, false])
      // In another life, too, in which it is not known what was told.
      expect(now.map((each) => isNews(undefined, each))).to.deep.equal([false, false])
      const other = wantedStatuses(view([later, range('BB', trait)]))
      expect(
        other.map((each) =>
          isNews(
            reached.find(({ context }) => context === each.context),
            each,
          ),
        ),
      ).to.deep.equal([true, false, true])
    }
    const [, said] = wantedStatuses(view([range('AA', 'failed')]))
    const [, again] = wantedStatuses(view([range('AA', 'working')]))
    if (said === undefined || again === undefined || reached[1] === undefined) throw new Error('no status')
    expect([isNews(undefined, again), isNews(said, again), isNews(said, said), isNews(said, reached[1])]).to.deep.equal(
      [true, false, false, true],
    )
    expect(isWork(again)).to.equal(true)
    expect(isNews({ ...said, about: 'refused NotTrusted' }, again)).to.equal(true)
    expect(supersededBy(again, HEAD)).to.include({ state: 'superseded', context: 'lanista/AA', commit: C })
  })

  it('no URL and no address of the API', () => {
    const urls = ['https://pve1:8006', 'https://10.0.0.5:8006', 'https://[fd00::5]:8006', 'https://pve.example.org']
    for (const [text, shown] of [
      ['GET https://pve1:8006/api2/json/x: no answer', 'GET the API: no answer'],
      [
        'connect to 10.0.0.5:8006, 10.0.0.5 and [fd00::5]:8006, fd00::5',
        'connect to the API, the API and the API, the API',
      ],
      ['pve.example.org refused; ask pve1', 'the API refused; ask pve1'],
      ['pve1:8006 is away', 'the API is away'],
      ['10.0.0.50 and 110.0.0.5 and xpve.example.org stay', '10.0.0.50 and 110.0.0.5 and xpve.example.org stay'],
    ] as const)
      expect(publicText(text, urls)).to.equal(shown)
  })
})
