import { createHash } from 'node:crypto'
import { rangeRepository } from '../../../adapters/git/range-repository.ts'
import { CommitSource } from '../../../adapters/range-files/commit-source.ts'
import type { Simulator } from '../../../adapters/simulator/start-simulator.ts'
import { acceptedCommitFile, commitApprovalFiles } from '../../../adapters/state/accepted-commit-files.ts'
import { approvalFiles } from '../../../adapters/state/approval-files.ts'
import { destroyOrderFiles } from '../../../adapters/state/destroy-order-files.ts'
import { revisionFiles } from '../../../adapters/state/revision-files.ts'
import { sdnLockFile } from '../../../adapters/state/sdn-lock-file.ts'
import { seenRangesFile } from '../../../adapters/state/seen-files.ts'
import { systemClock } from '../../../adapters/system-clock.ts'
import { Accepting } from '../../../controllers/git/accepting.ts'
import { commitProvenance } from '../../../controllers/git/commit-provenance.ts'
import { openFilesInForce } from '../../../controllers/revisions/followed-files.ts'
import { Polling } from '../../../controllers/git/polling.ts'
import type { AcceptedCommitStore, CommitSink } from '../../../model/accepted-commit.ts'
import type { Clock } from '../../../model/clock.ts'
import type { DestroyOrderStore } from '../../../model/destroy-order.ts'
import { gitSection } from '../../../model/git-section.ts'
import type { RangeFileRead, RangeFiles } from '../../../model/ports.ts'
import type { RangeStatus } from '../../../model/range-status.ts'
import type { RevisionStore } from '../../../model/revision.ts'
import type { VerifyMode } from '../../../reconcilers/git/judge-head.ts'
import { FakeHostRoutes } from '../../builders/fake-host-routes.ts'
import { followedSource } from '../../builders/followed-files.ts'
import { type Life, startLife } from '../../scenarios/life.ts'
import { AUDIT_MS } from '../arena.ts'
import { plugInto } from '../plug.ts'
import { RANGES } from '../steps.ts'
import type { CommitChronicle } from './commit-chronicle.ts'
import { metAmidRead } from './amid-read.ts'
import { type FetchedDisk, imitatedRepository } from './imitated-repository.ts'
import { mortal, Mortality } from './mortal-stores.ts'
import type { PruneOptions } from './prunes.ts'
import { behind, type ServerTrouble } from './server-troubles.ts'

/** What a life finds when it begins. */
interface Cradle {
  readonly simulator: Simulator
  readonly token: string
  readonly clock: Clock
  readonly stateDir: string
  readonly chronicle: CommitChronicle
  readonly server: ServerTrouble
  /** One of git, or what is left of one that is imitated. */
  readonly repository: { readonly url: string } | FetchedDisk
  readonly verify: VerifyMode
  readonly prune: PruneOptions
  readonly onStatus: (status: RangeStatus) => void
}

/** A controller that follows commits, until it ends or is killed. */
export interface Born extends Life {
  readonly mortality: Mortality
  /** A range's file as it is acted on now, read by who only looks. */
  reads(rangeId: string): Promise<RangeFileRead>
  /** Resolves when it dies at a moment at which it was to. */
  readonly died: Promise<void>
  /** Breaks off all it does. */
  kill(): Promise<void>
}

const quietly = { info: () => undefined, warn: () => undefined, error: () => undefined }
const LOOKS_ONLY = {
  isLeft: () => Promise.resolve(false),
  isThere: () => Promise.resolve(true),
  clock: systemClock,
  logger: quietly,
}
const POLL_MS = 20_000
const RESYNC_MS = 60_000
/** As the composition root has it. */
const FIRST_PATIENCE_MS = 10_000

/** Begins a life as the composition root does: what was accepted is in force before the controller looks. */
export async function bear(cradle: Cradle): Promise<Born> {
  const { simulator, clock, stateDir, chronicle, prune } = cradle
  const plug = await plugInto(Object.values(simulator.nodes))
  const stop = new AbortController()
  let toldDead: () => void = () => undefined
  const died = new Promise<void>((resolve) => {
    toldDead = resolve
  })
  const mortality = new Mortality(() => {
    stop.abort()
    chronicle.waves.died(clock.now())
    void plug.pull()
    toldDead()
  })
  const { accepting, source, polling } = followed(cradle, mortality)
  if (!(await accepting.open(stop.signal).catch(() => false))) {
    const over = new AbortController()
    const late = clock.sleep(FIRST_PATIENCE_MS, over.signal).catch(() => undefined)
    await Promise.race([polling.first(stop.signal).catch(() => false), late])
    over.abort()
  }
  const running = polling.run(stop.signal)
  const isNewer = (): boolean => chronicle.forge.branch !== accepting.accepted?.commit
  const poll = (): Promise<unknown> => polling.first(stop.signal).catch(() => false)
  const files = followedSource(metAmidRead(source, chronicle.amidRead, isNewer, poll), {
    areCommits: true,
    store: mortal(toldRevisions(revisionFiles(stateDir), chronicle), 'revision', mortality),
    releases: mortal(commitApprovalFiles(stateDir, 'waves'), 'wave approval', mortality),
  })
  const life = startLife({
    hosts: plug.hosts,
    token: cradle.token,
    fingerprint: simulator.fingerprint,
    ranges: '',
    lockStore: mortal(sdnLockFile(stateDir), 'lock', mortality),
    destroyOrders: mortal(toldOrders(destroyOrderFiles(stateDir), chronicle), 'destroy order', mortality),
    hostRoutes: new FakeHostRoutes(),
    clock,
    resyncMs: RESYNC_MS,
    settings: { auditMs: AUDIT_MS },
    followed: { ...files, files: watched(files.files, chronicle, mortality) },
    freeze: () => chronicle.freezes.windows(),
    prune: {
      settings: () => prune,
      provenance: commitProvenance(
        { source: 'here', origin: 'forge', branch: 'main' },
        () => accepting.accepted,
        accepting.removals,
      ),
      seenFiles: mortal(seenRangesFile(stateDir), 'seen files', mortality),
      approvals: mortal(approvalFiles(stateDir), 'range approval', mortality),
      stopwatch: () => clock.now(),
    },
  })
  life.controller.board.onChange((status) => {
    if (!mortality.isDead) cradle.onStatus(status)
  })
  const end = async (): Promise<void> => {
    stop.abort()
    await running
    await life.end()
  }
  return {
    ...life,
    mortality,
    reads: (rangeId) =>
      openFilesInForce(files, { ...LOOKS_ONLY, freeze: () => chronicle.freezes.windows() }, false).read(rangeId),
    died,
    end: async () => {
      await end()
      await plug.pull()
    },
    kill: async () => {
      mortality.die()
      await end()
      await plug.pull()
    },
  }
}

/** What puts commits in force, with all of it told to the chronicle. */
function followed({ stateDir, clock, chronicle, repository, server, verify }: Cradle, mortality: Mortality) {
  const settings = gitSection.parse({ url: 'url' in repository ? repository.url : '/srv/ranges.git', path: 'ranges' })
  const { url, branch, path } = settings
  const source = new CommitSource('nothing is in force yet')
  const sink: CommitSink = {
    get snapshot() {
      return source.snapshot
    },
    swap: (snapshot) => {
      if (!mortality.isDead) chronicle.line.swapped(snapshot)
      source.swap(snapshot)
    },
    explain: (why) => source.explain(why),
  }
  const accepting = new Accepting({
    place: {
      url,
      branch,
      path,
      mode: verify,
      source: createHash('sha256').update([url, branch, path].join('\0')).digest('hex').slice(0, 16),
    },
    repository: behind(
      server,
      'url' in repository
        ? rangeRepository({ settings, stateDir, path: process.env['PATH'] ?? '' })
        : imitatedRepository(chronicle.forge, repository),
      clock,
    ),
    store: mortal(toldAccepted(acceptedCommitFile(stateDir), chronicle), 'accepted', mortality),
    approvals: mortal(commitApprovalFiles(stateDir), 'commit approval', mortality),
    sink,
    clock,
    logger: quietly,
    onStatus: () => undefined,
  })
  let underWay: Promise<boolean> | undefined
  const first = (signal: AbortSignal): Promise<boolean> => {
    underWay ??= accepting.poll(signal).finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const polling = new Polling({ poll: first, intervalMs: POLL_MS, clock, random: () => 0.5 })
  return { accepting, source, polling: { first, run: (signal: AbortSignal) => polling.run(signal) } }
}

/** Range files of which each read is held against the commit in force. */
const watched = (files: RangeFiles, { line }: CommitChronicle, mortality: Mortality): RangeFiles => ({
  list: () => files.list(),
  watch: (onChange, signal) => files.watch(onChange, signal),
  read: async (rangeId) => {
    const before = line.newest?.id
    const read = await files.read(rangeId)
    const range = RANGES.find((each) => each === rangeId)
    const isOf = read.kind === 'ok' || read.kind === 'invalid' ? read.origin : undefined
    if (range !== undefined && !mortality.isDead)
      line.readFrom(range, { head: isOf?.head?.id, digest: isOf?.digest, isOfNewest: before === line.newest?.id })
    return read
  },
})

const toldRevisions = (store: RevisionStore, chronicle: CommitChronicle): RevisionStore => ({
  ...store,
  write: async (record) => {
    await store.write(record)
    chronicle.recorded(record)
  },
  remove: async (rangeId) => {
    await store.remove(rangeId)
    chronicle.actedOn.removed(rangeId)
  },
})

const toldOrders = (store: DestroyOrderStore, chronicle: CommitChronicle): DestroyOrderStore => ({
  ...store,
  write: async (order) => {
    await store.write(order)
    if (order.carriedOut) chronicle.orderDone(order.rangeId)
  },
  clear: async (rangeId) => {
    await store.clear(rangeId)
    chronicle.orderEnded(rangeId)
  },
})

const toldAccepted = (store: AcceptedCommitStore, chronicle: CommitChronicle): AcceptedCommitStore => ({
  ...store,
  write: async (accepted) => {
    await store.write(accepted)
    chronicle.accepted(accepted.commit)
  },
})
