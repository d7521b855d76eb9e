import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { approvalFiles } from '../../../adapters/state/approval-files.ts'
import { folderProvenance } from '../../../adapters/range-files/folder-identity.ts'
import { seenRangesFile } from '../../../adapters/state/seen-files.ts'
import { openPruning } from '../../../controllers/removal/open-pruning.ts'
import type { Pruning } from '../../../controllers/removal/pruning.ts'
import type { PruneSettings } from '../../../model/prune.ts'
import type { GuestSeen } from '../../../model/snapshot.ts'
import { guest } from '../../builders/cluster.ts'
import { gitIn, hasGit } from '../../builders/git-repository.ts'
import { quiet } from '../../builders/quiet.ts'
import { rangeFilesIn } from '../../builders/range-folder.ts'
import { itLong } from '../../runner/long-runs.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** 2026-01-01 */
const START = 1_767_225_600_000

/** Pruning of a real folder, with time, cluster and configuration in the test's hand. */
class Situation {
  readonly top: string
  readonly settings: { -readonly [K in keyof PruneSettings]: PruneSettings[K] } = {
    enabled: true,
    grace: 2 * HOUR,
    budget: 1,
  }
  guests: readonly GuestSeen[] = ['JD', 'KT', 'MN'].map((pool, index) =>
    guest((index + 1) * 1_000_000 + 10_011, { pool, name: `${pool}-dc` }),
  )
  elapsed = 0
  date = START
  waiting = 0
  /** Runs in each look, right after the folder was listed. */
  onceListed = (): void => undefined
  /** Runs in each look, after the cluster was looked at. */
  whileLooking = (): void => undefined
  /** Runs whenever what is remembered is on disk. */
  onceWritten = (): void => undefined
  readonly logged: string[] = []
  readonly stop = new AbortController()
  pruning!: Pruning

  constructor(top: string) {
    this.top = top
    this.restart()
  }

  get folder(): string {
    return join(this.top, 'ranges')
  }
  get approvals() {
    return approvalFiles(join(this.top, 'state'))
  }
  /** A process that knows what is on disk, and nothing else. */
  restart(): void {
    const stateDir = join(this.top, 'state')
    const files = {
      read: (id: string) => rangeFilesIn(this.folder).read(id),
      list: async () => {
        const ids = await rangeFilesIn(this.folder).list()
        this.onceListed()
        return ids
      },
    }
    const store = seenRangesFile(stateDir)
    const look = async () => {
      this.whileLooking()
      return { guests: this.guests }
    }
    this.pruning = openPruning(
      {
        settings: () => this.settings,
        provenance: folderProvenance(this.folder),
        seenFiles: {
          read: () => store.read(),
          write: async (seen) => {
            await store.write(seen)
            this.onceWritten()
          },
        },
        approvals: approvalFiles(stateDir),
        stopwatch: () => this.elapsed,
      },
      files,
      look,
      () => HOUR,
      {
        clock: { now: () => this.date },
        logger: {
          ...quiet,
          warn: (message) => this.logged.push(message),
          error: (message) => this.logged.push(message),
        },
        metrics: { pruneWaiting: (ranges) => (this.waiting = ranges) },
      },
    )
  }
  async begin(...ids: readonly string[]): Promise<this> {
    await mkdir(this.folder)
    await this.put(...ids)
    await this.pruning.start(new Map())
    for (const id of ids) this.pruning.fileSeen(id, [`${id}-dc`])
    await this.pruning.look(this.stop.signal)
    return this
  }
  async put(...ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => writeFile(join(this.folder, `${id}.yml`), 'ludus: []\n')))
  }
  async take(...ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => rm(join(this.folder, `${id}.yml`))))
  }
  /** Looks, and once more every time so many minutes have passed. */
  async after(...minutes: readonly number[]): Promise<readonly string[]> {
    let changed = await this.pruning.look(this.stop.signal)
    for (const each of minutes) {
      this.elapsed += each * MINUTE
      this.date += each * MINUTE
      changed = await this.pruning.look(this.stop.signal)
    }
    return changed
  }
  /** As long as the grace is, with looks in between. */
  grace(): Promise<readonly string[]> {
    return this.after(60, 60)
  }
  going(): readonly string[] {
    return ['JD', 'KT', 'MN'].filter((id) => this.pruning.orderOf(id) !== undefined)
  }
  said(id = 'JD'): string | undefined {
    return this.pruning.outlookOf(id)?.message
  }
  /** Approves of what waits, as `lanista approve` does. */
  async approve(): Promise<void> {
    const asked = await this.approvals.asked()
    if (asked === undefined) throw new Error('nothing waits')
    await this.approvals.approve(asked)
  }
}

describe('pruning', () => {
  let top: string
  let at: Situation
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'lanista-prune-'))
    at = new Situation(top)
  })
  afterEach(() => rm(top, { recursive: true, force: true }))

  it('does nothing unless it is enabled, whatever is gone and for however long', async () => {
    at.settings.enabled = false
    await at.begin('JD', 'KT')
    await at.take('JD')
    await at.after(60, 60, 60)
    expect([at.going(), at.said(), at.logged]).to.deep.equal([[], undefined, []])
    expect(await readdir(top)).to.deep.equal(['ranges'])
  })

  it('lets a range go when its file was gone for the grace, and says before when that will be', async () => {
    await at.begin('JD', 'KT')
    await at.take('JD')
    expect(await at.after()).to.deep.equal(['JD'])
    expect(at.said()).to.equal(
      'range JD: its file is gone; the range goes when that has been so for 2h (lanista.prune), about 2026-01-01T02:00Z; put the file back to keep it',
    )
    expect(await at.after(60, 59)).to.deep.equal([])
    expect(at.going()).to.deep.equal([])
    expect(await at.after(1)).to.deep.equal(['JD'])
    expect(at.pruning.orderOf('JD')).to.deep.equal({
      rangeId: 'JD',
      why: 'its file has been gone for 2h (lanista.prune)',
      scope: { kind: 'named', names: ['JD-dc'] },
    })
    expect([at.said(), at.said('KT')]).to.deep.equal([undefined, undefined])
    expect(await at.after(60)).to.deep.equal([])
    at.pruning.gone('JD')
    expect(await at.after(60, 60, 60)).to.deep.equal([])
    expect(at.going()).to.deep.equal([])
  })

  it('lets no range go whose file came back, even between two looks or after its removal began', async () => {
    await at.begin('JD', 'KT')
    await at.take('JD')
    await at.after(60)
    at.pruning.fileSeen('JD', ['JD-dc'])
    await at.after(60)
    expect(at.going()).to.deep.equal([])
    await at.after(60, 60)
    expect(at.going()).to.deep.equal(['JD'])
    await at.put('JD')
    expect(await at.after()).to.deep.equal(['JD'])
    await at.take('JD')
    await at.grace()
    at.pruning.fileSeen('JD', ['JD-dc'])
    expect(at.going()).to.deep.equal([])
  })

  it('is not hurried by a date that is set, nor by a time in which nobody looked', async () => {
    await at.begin('JD', 'KT')
    await at.take('JD')
    await at.after()
    at.date += 1000 * HOUR
    await at.after(1)
    expect(at.going()).to.deep.equal([])
    at.settings.grace = 5 * HOUR
    await at.after(5 * 60)
    expect(at.going(), 'five hours without a look count as two').to.deep.equal([])
    await at.after(120, 60)
    expect(at.going()).to.deep.equal(['JD'])
  })

  it('stops when it is disabled, and doubts nothing more than before when it is enabled again', async () => {
    await at.begin('JD', 'KT', 'MN')
    await at.take('JD')
    await at.grace()
    expect(at.going()).to.deep.equal(['JD'])
    at.settings.enabled = false
    expect(await at.after()).to.deep.equal(['JD'])
    expect([at.going(), at.said()]).to.deep.equal([[], undefined])
    at.settings.enabled = true
    await at.after(60)
    expect(at.going()).to.deep.equal([])
    await at.after(60)
    await at.after(60)
    expect(at.going()).to.deep.equal(['JD'])
  })

  it('asks about ranges whose files went before it was enabled', async () => {
    at.settings.enabled = false
    await at.begin('KT')
    at.pruning.fileSeen('JD', ['JD-dc'])
    at.settings.enabled = true
    await at.grace()
    expect(at.going()).to.deep.equal([])
    expect(at.said()).to.match(/nobody watched the folder when the file of JD went/)
  })

  describe('asks a person', () => {
    const waits = async (why: RegExp, ...ids: readonly string[]): Promise<void> => {
      await at.grace()
      await at.after(60, 60, 60)
      expect(at.going()).to.deep.equal([])
      for (const id of ids) {
        expect(at.pruning.outlookOf(id)?.reason).to.equal('PruneWaits')
        expect(at.said(id))
          .to.match(why)
          .and.match(/run lanista approve, or put the file back/)
      }
      expect(at.waiting).to.equal(ids.length)
      const asked = await at.approvals.asked()
      expect(asked?.ranges.map(({ id }) => id)).to.deep.equal(ids)
      expect(asked?.why.join()).to.match(why)
    }

    it('when more would go than the budget', async () => {
      await at.begin('JD', 'KT', 'MN')
      await at.take('JD', 'KT')
      await waits(/2 ranges would go within an hour; lanista\.prune\.budget is 1/, 'JD', 'KT')
    })

    it('when files go one by one, faster than the budget', async () => {
      await at.begin('JD', 'KT', 'MN')
      await at.take('JD')
      await at.after(30)
      await at.take('KT')
      await waits(/2 ranges would go within an hour/, 'JD', 'KT')
    })

    it('not when an hour is between them', async () => {
      await at.begin('JD', 'KT', 'MN')
      await at.take('JD')
      await at.after(60)
      await at.take('KT')
      await at.after(60)
      expect(at.going()).to.deep.equal(['JD'])
      at.pruning.gone('JD')
      await at.after(60)
      expect(at.going()).to.deep.equal(['KT'])
    })

    it('when the folder is empty, or was in between', async () => {
      await at.begin('JD', 'KT', 'MN')
      await at.take('JD', 'KT', 'MN')
      await at.after()
      await at.put('KT', 'MN')
      await waits(/the folder had no valid range file at all/, 'JD')
    })

    it('when the file went while the folder could not be read, and not when that was before', async () => {
      await at.begin('JD', 'KT', 'MN')
      await at.take('MN')
      await at.after(60)
      await rename(at.folder, `${at.folder}.away`)
      await at.after(60)
      await rm(join(`${at.folder}.away`, 'JD.yml'))
      await rename(`${at.folder}.away`, at.folder)
      await at.after(60)
      expect(at.going(), 'the time begins anew').to.deep.equal([])
      at.settings.budget = 9
      await waits(/the file of JD went while the folder could not be read/, 'JD', 'MN')
      expect((await at.approvals.asked())?.why).to.have.length(1)
    })

    it('when the folder was unmounted, mounted over or replaced', async () => {
      await at.begin('JD', 'KT')
      await rename(at.folder, `${at.folder}.away`)
      await mkdir(at.folder)
      await at.put('KT')
      await waits(/replaced by another of the same name/, 'JD')
    })

    it('also after a restart, which makes no doubt smaller', async () => {
      await at.begin('JD', 'KT')
      await rename(at.folder, `${at.folder}.away`)
      await mkdir(at.folder)
      await at.put('KT')
      await at.after(60)
      at.restart()
      await at.pruning.start(new Map())
      await waits(/replaced by another of the same name/, 'JD')
    })

    it('when a status of an earlier life is all that is known of a range', async () => {
      await mkdir(at.folder)
      await at.put('KT')
      await at.pruning.start(new Map(['JD', '%odd'].map((id) => [id, { reason: 'Ready' }])))
      await waits(/nobody watched the folder when the file of JD went/, 'JD')
    })

    describe('about a folder in Git', function () {
      before(function () {
        // Without git there is nothing to tell these apart by; that it is missing is tested with the adapter.
        if (!hasGit()) this.skip()
      })
      let git: ReturnType<typeof gitIn>
      const commit = (message: string): void => {
        git('add', '-A')
        git('commit', '-q', '-m', message)
      }
      beforeEach(async () => {
        await mkdir(at.folder)
        git = gitIn(at.folder)
        git('init', '-q', '-b', 'main')
        await at.put('KT')
        commit('one')
        await at.put('JD')
        commit('two')
        await at.pruning.start(new Map())
        await at.pruning.look(at.stop.signal)
      })

      it('not when a commit takes the file away, and more commits follow', async () => {
        await at.take('JD')
        commit('three')
        await at.after(60)
        git('commit', '-q', '--allow-empty', '-m', 'four')
        await at.after(60)
        expect(at.going()).to.deep.equal(['JD'])
      })

      itLong('when it was reset to an older commit, as after a force-push', async () => {
        git('reset', '-q', '--hard', 'HEAD~1')
        await waits(/its Git revision [0-9a-f]{12}… does not follow from [0-9a-f]{12}…/, 'JD')
      })

      itLong('also when commits were made since then, and over a restart', async () => {
        git('reset', '-q', '--hard', 'HEAD~1')
        await at.after(60)
        git('commit', '-q', '--allow-empty', '-m', 'other')
        at.restart()
        await at.pruning.start(new Map())
        await waits(/does not follow/, 'JD')
      })

      itLong('when it was reset right after the folder was listed', async () => {
        at.onceListed = () => {
          at.onceListed = () => undefined
          git('reset', '-q', '--hard', 'HEAD~1')
        }
        await waits(/does not follow/, 'JD')
      })

      itLong('when another branch is checked out', async () => {
        git('checkout', '-q', '-b', 'dev')
        await at.take('JD')
        commit('three')
        await waits(/its Git branch was main and is dev/, 'JD')
      })

      itLong('when its origin changed', async () => {
        git('remote', 'add', 'origin', 'https://example.org/other.git')
        await at.take('JD')
        commit('three')
        await waits(/the origin of its Git repository changed/, 'JD')
      })

      itLong('when the file had gone from the folder before the revision changed', async () => {
        await at.take('JD')
        await at.after(60)
        git('reset', '-q', '--hard', 'HEAD~1')
        await waits(/does not follow/, 'JD')
      })
    })
  })

  it('goes on after a restart, with the time of grace anew', async () => {
    await at.begin('JD', 'KT')
    await at.take('JD')
    await at.after(60, 30)
    at.restart()
    await at.pruning.start(new Map())
    await at.after(60)
    expect(at.going()).to.deep.equal([])
    await at.after(60)
    expect(at.going()).to.deep.equal(['JD'])
    expect(at.pruning.orderOf('JD')?.scope).to.deep.equal({ kind: 'named', names: ['JD-dc'] })
  })

  it('knows after a restart what a file named that was read since the last look', async () => {
    await at.begin('JD', 'KT')
    const written = new Promise<void>((resolve) => {
      at.onceWritten = resolve
    })
    at.pruning.fileSeen('JD', ['JD-dc', 'JD-web'])
    await written
    at.restart()
    await at.pruning.start(new Map())
    await at.take('JD')
    await at.grace()
    expect(at.pruning.orderOf('JD')?.scope).to.deep.equal({ kind: 'named', names: ['JD-dc', 'JD-web'] })
  })

  it('has nothing to do with a range of which an earlier life left nothing', async () => {
    await at.begin('JD', 'KT')
    await at.take('JD')
    at.restart()
    await at.pruning.start(new Map([['JD', { reason: 'Absent' }]]))
    await at.grace()
    expect([at.going(), at.said()]).to.deep.equal([[], undefined])
  })

  it('says nothing of a look that is broken off because the controller stops', async () => {
    await at.begin('JD', 'KT', 'MN')
    await at.take('JD', 'KT')
    await at.after(60)
    at.whileLooking = () => {
      at.stop.abort()
      throw new Error('stopped')
    }
    await at.after(60)
    expect([at.going(), at.logged]).to.deep.equal([[], []])
  })

  describe('with an approval', () => {
    beforeEach(async () => {
      await at.begin('JD', 'KT', 'MN')
      await at.take('JD', 'KT')
      await at.grace()
    })

    it('lets exactly the approved go, with exactly the VMs that were shown, beyond the budget', async () => {
      await at.approve()
      expect(await at.after()).to.have.members(['JD', 'KT'])
      expect(at.going()).to.deep.equal(['JD', 'KT'])
      expect(at.pruning.orderOf('KT')).to.deep.equal({
        rangeId: 'KT',
        why: 'its file is gone, and its removal was approved',
        scope: { kind: 'listed', vms: [{ vmid: 2_010_011, name: 'KT-dc' }] },
      })
      expect(at.waiting).to.equal(0)
      expect(await readdir(join(top, 'state'))).to.deep.equal(['seen-ranges.json'])
    })

    it('counts what was approved for the budget', async () => {
      await at.approve()
      await at.after()
      await at.put('OP')
      await at.take('MN')
      at.settings.grace = MINUTE
      await at.after(30)
      expect(at.said('MN')).to.match(/1 range would go within an hour, and 2 are on the way or went in the last hour/)
      for (const id of at.going()) at.pruning.gone(id)
      await at.after(59)
      expect(at.going()).to.deep.equal([])
      await at.after(1)
      expect(at.going()).to.deep.equal(['MN'])
    })

    const changes: Readonly<Record<string, () => unknown>> = {
      'a VM came': () => (at.guests = [...at.guests, guest(1_010_012, { pool: 'JD', name: 'JD-new' })]),
      'a VM was renamed': () => (at.guests = at.guests.map((each) => ({ ...each, name: `${each.name}2` }))),
      'a VM went': () => (at.guests = at.guests.slice(1)),
    }
    for (const [what, change] of Object.entries(changes))
      it(`is asked for again when ${what}`, async () => {
        await at.approve()
        await change()
        await at.after()
        expect(at.going()).to.deep.equal([])
        expect(await at.approvals.approved()).to.equal(undefined)
        expect(at.logged.at(-2)).to.match(/the approval was for other ranges or VMs than wait now/)
        await at.after(1)
        expect(at.said()).to.match(/the approval was for other ranges or VMs than wait now; .* would go/)
        await at.approve()
        await at.after()
        expect(at.going()).to.include('JD')
      })

    it('is asked for again when the time of another range comes', async () => {
      await at.put('OP')
      await at.take('MN')
      await at.after(60, 59)
      await at.approve()
      at.elapsed += MINUTE
      await at.after()
      expect(at.going()).to.deep.equal([])
      expect((await at.approvals.asked())?.ranges.map(({ id }) => id)).to.deep.equal(['JD', 'KT', 'MN'])
    })

    it('counts once: a set that comes together again must be approved again', async () => {
      await at.approve()
      await at.put('JD')
      await at.after()
      expect(at.going(), 'the other is within the budget now').to.deep.equal(['KT'])
      expect(await at.approvals.approved()).to.equal(undefined)
    })

    it('is void after a restart', async () => {
      await at.approve()
      at.restart()
      await at.pruning.start(new Map())
      await at.grace()
      expect(at.going()).to.deep.equal([])
      expect(at.said()).to.match(/2 ranges would go/)
    })

    it('lets nothing go when a file comes back while the cluster is looked at', async () => {
      await at.approve()
      at.whileLooking = () => at.pruning.fileSeen('KT', [])
      await at.after()
      expect(at.going()).to.deep.equal([])
    })

    it('waits while Proxmox can not be seen, and is asked once its VMs have names', async () => {
      await at.approve()
      const { guests } = at
      at.guests = guests.map((each) => ({ ...each, name: undefined }))
      await at.after()
      at.guests = guests
      at.whileLooking = () => {
        throw new Error('no route to host')
      }
      await at.after()
      await at.after()
      expect(at.going()).to.deep.equal([])
      expect(at.logged.filter((line) => line.includes('could not be judged'))).to.have.length(1)
      at.whileLooking = () => undefined
      await at.after()
      expect(at.going()).to.deep.equal(['JD', 'KT'])
    })
  })
})
