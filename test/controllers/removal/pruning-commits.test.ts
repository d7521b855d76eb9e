import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { CommitSource } from '../../../adapters/range-files/commit-source.ts'
import { watchRangeFiles } from '../../../adapters/range-files/range-files.ts'
import { BalancedParser } from '../../../adapters/range-parser/range-parser.ts'
import { approvalFiles } from '../../../adapters/state/approval-files.ts'
import { seenRangesFile } from '../../../adapters/state/seen-files.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import { commitProvenance, placeOf } from '../../../controllers/git/commit-provenance.ts'
import { RemovedFiles } from '../../../controllers/git/removed-files.ts'
import { openPruning } from '../../../controllers/removal/open-pruning.ts'
import type { Pruning } from '../../../controllers/removal/pruning.ts'
import type { Commit, CommitSnapshot } from '../../../model/commit-snapshot.ts'
import type { RangeFiles } from '../../../model/ports.ts'
import { guest } from '../../builders/cluster.ts'
import { quiet } from '../../builders/quiet.ts'

const HOUR = 3_600_000
const IDS = ['JD', 'KT', 'MN', 'OP'] as const

/** Pruning of commits that go in force one after the other, as values; with time in the test's hand. */
class Commits {
  readonly #stateDir: string
  readonly settings = { enabled: true, grace: 2 * HOUR, budget: 1 }
  elapsed = 0
  /** Runs in each look, once, right after the files were listed. */
  onceListed = (): void => undefined
  readonly logged: string[] = []
  #there: readonly string[] = IDS
  #line: readonly string[] = []
  #snapshot: CommitSnapshot | undefined
  #source = new CommitSource('')
  #removed!: RemovedFiles
  pruning!: Pruning

  constructor(stateDir: string) {
    this.#stateDir = stateDir
    this.restart()
  }

  /** A process that knows what is on disk, and nothing else; the commit in force is. */
  restart(): void {
    const accepted = () =>
      this.#snapshot && {
        source: 's',
        commit: this.#snapshot.commit.id,
        files: 1,
        trusted: false,
        acceptedAt: '',
        line: this.#line,
      }
    this.#source = new CommitSource('')
    if (this.#snapshot !== undefined) this.#source.swap(this.#snapshot)
    const source = this.#source
    this.#removed = new RemovedFiles({ place: placeOf('s'), commit: () => source.snapshot?.commit, accepted })
    const files = watchRangeFiles({ source, clock: systemClock, parser: new BalancedParser(systemClock) })
    const listing: Pick<RangeFiles, 'list' | 'read'> = {
      read: (id) => files.read(id),
      list: async () => {
        const ids = await files.list()
        const then = this.onceListed
        this.onceListed = () => undefined
        then()
        return ids
      },
    }
    this.pruning = openPruning(
      {
        settings: () => this.settings,
        provenance: commitProvenance({ source: 's', origin: 'o', branch: 'main' }, accepted, this.#removed),
        seenFiles: seenRangesFile(this.#stateDir),
        approvals: this.approvals,
        stopwatch: () => this.elapsed,
      },
      listing,
      () =>
        Promise.resolve({ guests: IDS.map((pool, at) => guest(1_000_000 * (at + 1), { pool, name: `${pool}-dc` })) }),
      () => HOUR,
      {
        clock: { now: () => this.elapsed },
        logger: { ...quiet, warn: (message, fields) => this.logged.push(`${message} ${JSON.stringify(fields)}`) },
        metrics: { pruneWaiting: () => undefined },
      },
    )
  }
  get approvals() {
    return approvalFiles(this.#stateDir)
  }
  /** A commit goes in force with these ranges. @param by the commits that removed or changed ranges, where several are new */
  commit(id: string, there: readonly string[], by: Readonly<Record<string, string>> = {}, follows = true): void {
    const commit = (each: string): Commit => ({
      id: each,
      parents: [],
      tree: '',
      author: 'Ann <ann@example.org>',
      at: 0,
      subject: `Commit ${each}`,
    })
    const changed = IDS.filter((each) => there.includes(each) !== this.#there.includes(each))
    const after: CommitSnapshot = {
      commit: commit(id),
      files: there.map((each) => ({
        id: each,
        path: `${each}.yml`,
        misnamed: false,
        look: each,
        content: { kind: 'bytes', bytes: Buffer.from('ludus: []\n') },
      })),
      changes: follows ? changed.map((rangeId) => ({ rangeId, commit: commit(by[rangeId] ?? id) })) : undefined,
    }
    const before = this.#source.snapshot
    this.#line = follows ? [...this.#line, id] : [id]
    this.#there = there
    this.#snapshot = after
    if (before !== undefined) this.#removed.succeeded({ before, after, follows, commits: Object.keys(by).length + 1 })
    this.#source.swap(after)
  }
  async begin(): Promise<this> {
    this.commit('a', IDS)
    await this.pruning.start(new Map())
    for (const id of IDS) this.pruning.fileSeen(id, [`${id}-dc`])
    await this.look()
    return this
  }
  async restarted(): Promise<void> {
    this.restart()
    await this.pruning.start(new Map())
    await this.look()
  }
  async look(): Promise<void> {
    await this.pruning.look(new AbortController().signal)
  }
  /** Looks now, and after each hour. */
  async hours(count: number): Promise<void> {
    await this.look()
    for (let hour = 0; hour < count; hour += 1) {
      this.elapsed += HOUR
      await this.look()
    }
  }
  going(): readonly string[] {
    return IDS.filter((id) => this.pruning.orderOf(id) !== undefined)
  }
  said(id: string): string {
    return this.pruning.outlookOf(id)?.message ?? ''
  }
  async approve(): Promise<void> {
    const asked = await this.approvals.asked()
    if (asked === undefined) throw new Error('nothing waits')
    await this.approvals.approve(asked)
  }
}

describe('pruning of commits', () => {
  let top: string
  let at: Commits
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'lanista-prune-'))
    at = await new Commits(top).begin()
  })
  afterEach(() => rm(top, { recursive: true, force: true }))

  it('names who removed a file, in what is said, in the order and in the log, and over a restart', async () => {
    at.commit('c', ['KT', 'MN', 'OP'], { JD: 'b' })
    await at.look()
    expect(at.said('JD')).to.match(
      /^range JD: its file was removed by commit b by Ann <ann@example\.org> \(Commit b\); the range goes when/,
    )
    await at.restarted()
    at.commit('d', ['KT', 'MN', 'OP'])
    await at.look()
    expect(at.said('JD')).to.match(/removed by commit b by Ann/)
    await at.hours(2)
    expect(at.pruning.orderOf('JD')?.why).to.equal(
      'its file was removed by commit b by Ann <ann@example.org> (Commit b), and has been gone for 2h (lanista.prune)',
    )
    expect(at.logged.join()).to.match(/range goes .*removed by commit b by Ann/)
  })

  it('says between which commits a file went when nobody lived to tell which', async () => {
    at.commit('c', ['KT', 'MN', 'OP'], { JD: 'b' })
    await at.restarted()
    expect(at.said('JD')).to.match(/removed by one of the commits since a, the last of them c by Ann/)
    await at.restarted()
    at.commit('d', ['KT', 'MN', 'OP'])
    await at.hours(2)
    expect(at.pruning.orderOf('JD')?.why).to.match(/since a, the last of them c by Ann/)
  })

  it('asks about a commit that removed more than the budget, also when others of it are back, and over a restart', async () => {
    at.settings.budget = 2
    at.commit('b', ['OP'])
    await at.look()
    at.commit('c', ['OP', 'JD', 'KT'])
    await at.restarted()
    await at.hours(2)
    expect(at.going()).to.deep.equal([])
    expect(at.said('MN')).to.match(/commit b by Ann .* removed the files of 3 ranges; lanista\.prune\.budget is 2/)
    await at.approve()
    await at.look()
    expect(at.going()).to.deep.equal(['MN'])
    expect(at.pruning.orderOf('MN')?.why).to.match(
      /^its file was removed by commit b by .*, and its removal was approved$/,
    )
  })

  it('lets two commits share the budget of an hour, and each go with an hour between them', async () => {
    at.commit('b', ['KT', 'MN', 'OP'])
    await at.look()
    at.commit('c', ['MN', 'OP'])
    await at.hours(3)
    expect(at.said('JD')).to.match(/2 ranges would go within an hour/)
    at.commit('d', IDS)
    await at.look()
    at.commit('e', ['KT', 'MN', 'OP'])
    await at.hours(1)
    at.commit('f', ['MN', 'OP'])
    await at.hours(1)
    expect(at.going()).to.deep.equal(['JD'])
    at.pruning.gone('JD')
    await at.hours(1)
    expect(at.going()).to.deep.equal(['KT'])
  })

  it('gives no orders to be carried out together, when the first is held up for hours', async () => {
    for (const [index, id] of IDS.entries()) {
      at.commit(`b${index}`, IDS.slice(index + 1))
      await at.hours(1)
      if (id === 'MN') break
    }
    await at.hours(6)
    expect(at.going(), 'of three that three commits removed, an hour apart').to.deep.equal(['JD'])
    expect(at.said('KT')).to.match(/2 ranges would go within an hour, and 1 is on the way or went in the last hour/)
    at.pruning.gone('JD')
    await at.look()
    expect(at.going()).to.deep.equal([])
    await at.approve()
    await at.look()
    expect(at.going()).to.deep.equal(['KT', 'MN'])
  })

  describe('takes an approval', () => {
    beforeEach(async () => {
      at.commit('b', ['MN', 'OP'])
      await at.hours(2)
      expect(at.said('JD')).to.match(/run lanista approve/)
      await at.approve()
    })

    it('also when a commit is in force by then that has nothing to do with it', async () => {
      at.commit('c', ['MN', 'OP'])
      await at.look()
      expect(at.going()).to.deep.equal(['JD', 'KT'])
    })

    it('not for one more range that a later commit removed', async () => {
      at.commit('c', ['OP'])
      await at.hours(1)
      expect(at.going()).to.deep.equal(['JD', 'KT'])
      expect(at.said('MN')).to.not.equal('')
    })

    it('not when one of them is back', async () => {
      at.commit('c', ['KT', 'MN', 'OP'])
      await at.look()
      await at.look()
      expect(at.going()).to.deep.equal([])
      expect(at.said('JD')).to.match(/the approval was for other ranges or VMs than wait now; commit b/)
    })

    it('not when one of them was put back and removed again by another commit, whose grace begins anew', async () => {
      at.commit('c', ['JD', 'MN', 'OP'])
      at.commit('d', ['MN', 'OP'])
      await at.look()
      expect(at.going()).to.deep.equal([])
      expect(at.said('JD')).to.match(/removed by commit d .*; the range goes when/)
      await at.hours(2)
      expect(at.going()).to.deep.equal([])
      expect((await at.approvals.asked())?.ranges.map(({ removal }) => removal?.by?.id)).to.deep.equal(['d', 'b'])
    })

    it('not when an earlier release asked, which did not know of commits', async () => {
      const asked = await at.approvals.asked()
      await at.approvals.approve({ ...asked!, ranges: asked!.ranges.map(({ id, vms }) => ({ id, vms })) })
      await at.look()
      await at.look()
      expect(at.going()).to.deep.equal([])
      expect(at.said('JD')).to.match(/as other commits removed their files/)
    })

    it('not when it was given for the same ranges as another commit had removed them', async () => {
      const asked = await at.approvals.asked()
      await at.approvals.forgetAnswer()
      at.commit('c', IDS)
      at.commit('d', ['MN', 'OP'])
      await at.hours(2)
      await at.approvals.approve(asked!)
      await at.look()
      await at.look()
      expect(at.going()).to.deep.equal([])
      expect(at.said('JD')).to.match(/the approval was for the same ranges as other commits removed their files/)
    })
  })

  it('withdraws an order when the file was put back and removed again by another commit between two looks', async () => {
    at.commit('b', ['KT', 'MN', 'OP'])
    await at.hours(2)
    expect(at.going()).to.deep.equal(['JD'])
    at.commit('c', IDS)
    at.commit('d', ['KT', 'MN', 'OP'])
    await at.look()
    expect(at.going()).to.deep.equal([])
    await at.hours(3)
    expect(at.going()).to.deep.equal(['JD'])
  })

  it('takes what it is of and what is in it from one commit, also when another goes in force while it looks', async () => {
    at.commit('b', IDS)
    at.onceListed = () => at.commit('c', ['KT', 'MN', 'OP'], {}, false)
    await at.hours(2)
    expect(at.going(), 'the rewritten one was not seen with the files of the one before').to.deep.equal([])
    expect(at.said('JD')).to.match(/its Git revision c does not follow from a/)
    expect(at.said('JD')).to.match(/its file is not in commit c by Ann .*, which does not follow from b, where it was/)
  })
})
