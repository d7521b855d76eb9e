import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { approvalFiles } from '../../adapters/state/approval-files.ts'
import { seenRangesFile } from '../../adapters/state/seen-files.ts'
import type { Logger } from '../../model/ports.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import { followedSource, memoryRevisions } from '../builders/followed-files.ts'
import { type GitLife, openGitLife } from '../builders/git-life.ts'
import { gitIn, hasGit } from '../builders/git-repository.ts'
import { pruneParts } from '../builders/prune-parts.ts'
import { type RangeRepositoryFixture, rangeRepositoryIn } from '../builders/range-repository.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import { type Lab, openLab } from './lab.ts'
import { madeWorld } from './made-world.ts'
import { rangeText } from './ranges.ts'

const RANGE = rangeText([{ name: 'a', vlan: 10, octet: 1 }])
/** Short, as the stopwatch counts no more than two resyncs a look. */
const GRACE = 1000
const IDS = ['JD', 'KT', 'MN'] as const

describe('a range whose file a commit removed', function () {
  this.timeout(120_000)
  before(function () {
    if (!hasGit()) this.skip()
  })
  let top: string
  let forge: RangeRepositoryFixture
  let git: GitLife
  let lab: Lab
  let elapsed: number
  let writesBefore: number
  let backToRealTime: () => void
  const logged: string[] = []
  const log = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { info: log, warn: log, error: log }

  const approvals = () => approvalFiles(path.join(top, 'state'))
  const life = (): Promise<GitLife> =>
    openGitLife({ stateDir: path.join(top, 'state'), git: { url: forge.bare, path: 'ranges' } })
  const open = async (budget = 1): Promise<void> => {
    elapsed = 0
    logged.length = 0
    backToRealTime = startVirtualTime()
    top = await mkdtemp(path.join(tmpdir(), 'lanista-prune-commits-'))
    forge = await rangeRepositoryIn(top)
    const files = Object.fromEntries(IDS.map((id) => [`${id}.yml`, RANGE]))
    await forge.push(Object.fromEntries(IDS.map((id) => [`ranges/${id}.yml`, RANGE])), 'Begin')
    git = await life()
    await git.poll()
    const revisions = memoryRevisions()
    lab = await openLab({
      world: await madeWorld(files),
      logger,
      followedByLife: () => followedSource(git.source, { areCommits: true, store: revisions }),
      prune: () =>
        pruneParts({
          settings: () => ({ enabled: true, grace: GRACE, budget }),
          provenance: git.provenance,
          seenFiles: seenRangesFile(path.join(top, 'state')),
          approvals: approvals(),
          stopwatch: () => elapsed,
        }),
    })
    await lab.until(() => lab.ready(...IDS))
    await lab.pass()
    writesBefore = lab.writes().length
  }
  afterEach(async () => {
    await lab.close()
    await rm(top, { recursive: true, force: true, maxRetries: 5 })
    backToRealTime()
  })
  const ready = (id: string) => {
    const status = lab.controller.board.get(id)
    return status === undefined ? undefined : readyConditionOf(status)
  }
  const said = (id: string): string => ready(id)?.message ?? ''
  const writes = (): number => lab.writes().length - writesBefore
  const isGone = (id: string): boolean =>
    lab.controller.board.get(id) === undefined && !lab.simulator.world.pools.has(id)
  const passes = (milliseconds: number): void => {
    elapsed += milliseconds
    lab.controller.resync()
  }
  const removed = (...ids: readonly string[]) => Object.fromEntries(ids.map((id) => [`ranges/${id}.yml`, undefined]))
  const missed = (...ids: readonly string[]): Promise<void> =>
    lab.until(() => ids.every((id) => said(id).includes('the range goes when')))
  const waits = async (...ids: readonly string[]): Promise<void> => {
    await missed(...ids)
    passes(GRACE)
    await lab.until(() => ids.every((id) => ready(id)?.reason === 'PruneWaits'))
    while ((await approvals().asked())?.ranges.map(({ id }) => id).join() !== ids.join()) await lab.sleep(1000)
    expect(writes()).to.equal(0)
  }
  const approve = async (): Promise<void> => {
    const asked = await approvals().asked()
    await approvals().approve(asked!)
    lab.controller.resync()
  }
  const staysAll = async (): Promise<void> => {
    for (let look = 0; look < 3; look += 1) {
      passes(GRACE)
      await lab.sleep(1000)
    }
    expect(lab.ready(...IDS)).to.equal(true)
    expect(writes()).to.equal(0)
  }

  it('goes after the grace, and everything that is said names the commit and its author', async () => {
    await open()
    await forge.commit({ README: 'x' }, 'Before')
    const by = await forge.commit(removed('JD'), 'Remove JD')
    await forge.push({ README: 'y' }, 'After')
    await git.poll()
    await missed('JD')
    const name = `its file was removed by commit ${by.slice(0, 12)} by Ann <ann@example.org> (Remove JD)`
    expect(said('JD')).to.include(`range JD: ${name}; the range goes when`)
    passes(GRACE)
    await lab.until(() => said('JD').includes(`${name}, and has been gone for`))
    await lab.until(() => isGone('JD'))
    expect(logged.join('\n')).to.include(`range goes {"range":"JD","why":"${name}`)
    expect(lab.ready('KT', 'MN')).to.equal(true)
  })

  it('stays when the commit is reverted in the grace', async () => {
    await open()
    await forge.push(removed('JD'), 'Remove JD')
    await git.poll()
    await missed('JD')
    passes(GRACE - 1)
    forge.git('revert', '--no-edit', 'HEAD')
    forge.git('push', '--quiet', 'origin', 'HEAD:main')
    await git.poll()
    await lab.until(() => lab.ready('JD'))
    await staysAll()
  })

  it('is made whole again when the commit is reverted while it goes', async () => {
    await open()
    await forge.push(removed('JD'), 'Remove JD')
    await git.poll()
    await missed('JD')
    passes(GRACE)
    await lab.until(() => lab.writes().some(({ method, path: at }) => method === 'DELETE' && at.includes('/qemu/')))
    forge.git('revert', '--no-edit', 'HEAD')
    forge.git('push', '--quiet', 'origin', 'HEAD:main')
    await git.poll()
    await lab.until(() => lab.ready(...IDS))
    expect([...(lab.simulator.world.pools.get('JD')?.vms ?? [])]).to.have.length(2)
  })

  const NOT_TAKEN: readonly (readonly [string, RegExp, () => Promise<void>])[] = [
    [
      'a force-push that has it not',
      /^HistoryRewritten$/,
      async () => {
        forge.git('commit', '--quiet', '--amend', '--message', 'Rewritten')
        await forge.push(removed('JD'), 'Remove JD')
      },
    ],
    [
      'the end of the branch',
      /^BranchMissing$/,
      async () => void gitIn(forge.bare)('update-ref', '-d', 'refs/heads/main'),
    ],
    [
      'a new name of the folder',
      /^PathMissing$/,
      async () => {
        forge.git('mv', 'ranges', 'labs')
        await forge.push({}, 'Rename the folder')
      },
    ],
  ]
  for (const [what, reason, happens] of NOT_TAKEN)
    it(`stays after ${what}, over a restart as well`, async () => {
      await open()
      await happens()
      expect((await git.poll()).reason).to.match(reason)
      await staysAll()
      await lab.restart(async () => {
        git = await life()
        expect((await git.poll()).reason).to.match(reason)
      })
      await lab.until(() => lab.ready(...IDS))
      await staysAll()
    })

  it('waits with all others when a folder is gone that a person approved of, until they are approved', async () => {
    await open()
    const empty = await forge.push(removed(...IDS), 'Empty')
    expect((await git.poll()).reason).to.equal('PathMissing')
    await git.approvals.approve(empty)
    expect((await git.poll()).commit).to.equal(empty)
    await waits(...IDS)
    expect(said('JD')).to.match(
      /removed by commit .* \(Empty\), and it goes only when .* removed the files of 3 ranges/,
    )
    await forge.push({ README: 'x' }, 'Something else')
    expect((await git.poll()).reason).to.equal(undefined)
    await approve()
    await lab.until(() => IDS.every(isGone))
  })

  it('goes, or waits, by the same commit when the controller was not there as it came, and over a restart in the grace', async () => {
    await open()
    await lab.restart(async () => {
      await forge.push(removed('JD', 'KT'), 'Remove two')
      git = await life()
      await git.accepting.open(new AbortController().signal)
    })
    await lab.until(() => lab.ready(...IDS))
    await git.poll()
    await missed('JD', 'KT')
    await lab.restart(async () => {
      git = await life()
      await git.poll()
    })
    await waits('JD', 'KT')
    expect(said('KT')).to.match(/^range KT: its file was removed by commit .* \(Remove two\)/)
    await forge.push({ 'ranges/KT.yml': RANGE }, 'Put KT back')
    await git.poll()
    await lab.until(() => lab.ready('KT'))
    while ((await approvals().asked())?.ranges.length !== 1) await lab.sleep(1000)
    expect(said('JD')).to.match(/\(Remove two\) removed the files of 2 ranges; lanista\.prune\.budget is 1/)
    await approve()
    await lab.until(() => isGone('JD'))
    expect(lab.ready('KT', 'MN')).to.equal(true)
  })

  it('waits again when the approval was for what an earlier commit had removed', async () => {
    await open()
    await forge.push(removed('JD', 'KT'), 'Remove two')
    await git.poll()
    await waits('JD', 'KT')
    const asked = await approvals().asked()
    forge.git('revert', '--no-edit', 'HEAD')
    await forge.push({}, 'Revert')
    await git.poll()
    await lab.until(() => lab.ready(...IDS))
    await forge.push(removed('JD', 'KT'), 'Remove them after all')
    await git.poll()
    await waits('JD', 'KT')
    await approvals().approve(asked!)
    lab.controller.resync()
    await lab.until(() =>
      said('JD').includes('the approval was for the same ranges as other commits removed their files'),
    )
    expect(writes()).to.equal(0)
    await approve()
    await lab.until(() => isGone('JD') && isGone('KT'))
  })
})
