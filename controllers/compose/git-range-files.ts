import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rangeRepository } from '../../adapters/git/range-repository.ts'
import { CommitSource } from '../../adapters/range-files/commit-source.ts'
import type { RangeSource } from '../../adapters/range-files/range-source.ts'
import { acceptedCommitFile, commitApprovalFiles } from '../../adapters/state/accepted-commit-files.ts'
import { gitStatusFile } from '../../adapters/state/git-status-file.ts'
import type {
  AcceptedCommit,
  AcceptedCommitStore,
  CommitApprovalStore,
  GitStatus,
} from '../../model/accepted-commit.ts'
import type { CommitSnapshot } from '../../model/commit-snapshot.ts'
import type { GitSettings } from '../../model/git-section.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { FolderProvenance, Logger } from '../../model/ports.ts'
import { UserError } from '../../model/user-error.ts'
import { bySomebody } from '../../model/revision.ts'
import { sourceNames } from '../../reconcilers/git/git-words.ts'
import type { Composition } from '../commands/composition.ts'
import { Accepting } from '../git/accepting.ts'
import { commitProvenance } from '../git/commit-provenance.ts'
import type { GitSource } from '../git/git-source.ts'
import type { GitPlace } from '../git/git-standing.ts'
import { Polling } from '../git/polling.ts'

/** Range files of a repository, and what goes on with it. */
export interface GitRangeFiles {
  readonly source: RangeSource
  readonly git: GitSource
  readonly provenance: FolderProvenance
  /** The commit in force, as it is read by who only looks. Throws `UserError` when there is none. */
  snapshot(): Promise<CommitSnapshot>
  /** Whether that was put in force by a Lanista of this state directory; else it is the newest of the branch. */
  isRemembered(): boolean
}

interface Around {
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'git'>
  readonly outside: Pick<Composition, 'clock' | 'random' | 'environment'>
}

interface LookingParts extends Pick<Around, 'logger'>, Pick<Composition, 'clock'> {
  readonly source: CommitSource
  readonly accepted: AcceptedCommit | undefined
}

/** A first start waits so long for the server before it says that there are no range files. */
const FIRST_PATIENCE_MS = 10_000

/** Range files of the repository of the configuration. Nothing is fetched yet. */
export function gitRangeFiles(
  settings: GitSettings,
  stateDir: string,
  { logger, metrics, outside }: Around,
): GitRangeFiles {
  const { clock, random, environment } = outside
  const path = pathOf(environment)
  const place = placeOf(settings)
  const never = new AbortController().signal
  let isRunning = false
  // Who only looks reads what a running Lanista has accepted, and writes nothing: where nothing is, it fetches for itself.
  const source = new CommitSource('range files: nothing has been fetched yet; wait a moment', async () => {
    if (isRunning || (await openFor(accepting, never))) return
    await fetchForOneself(settings, path, { source, logger, clock, accepted: accepting.accepted })
  })
  const write = gitStatusFile(stateDir)
  let written: Promise<void> = Promise.resolve()
  const listeners = new Set<() => void>()
  const onStatus = (status: GitStatus): void => {
    metrics.git(status)
    for (const listener of listeners) listener()
    // One after the other, so that the last one stays.
    written = written
      .then(() => write(status))
      .catch((error: unknown) => logger.warn('git: its status could not be written', { error }))
  }
  const accepting = new Accepting({
    place,
    repository: rangeRepository({ settings, stateDir, path }),
    store: acceptedCommitFile(stateDir),
    approvals: commitApprovalFiles(stateDir),
    sink: source,
    clock,
    logger,
    onStatus,
  })
  let underWay: Promise<boolean> | undefined
  const poll = (signal: AbortSignal): Promise<boolean> => {
    underWay ??= accepting.poll(signal).finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const snapshot = async (): Promise<CommitSnapshot> => {
    await source.view()
    if (source.snapshot === undefined) throw new Error('no commit is in force')
    return source.snapshot
  }
  const polling = new Polling({ poll, intervalMs: settings.interval, clock, random })
  return {
    source,
    provenance: commitProvenance(
      { source: place.source, origin: digestOf(settings.url), branch: settings.branch },
      () => accepting.accepted,
      accepting.removals,
    ),
    git: {
      status: () => accepting.status,
      onStatus: (listener) => void listeners.add(listener),
      inForce: async () =>
        `range files: ${sourceNames(settings).source}: commit ${bySomebody((await snapshot()).commit)}`,
      begin: async (signal) => {
        isRunning = true
        if (await accepting.open(signal).catch(() => false)) return
        // The ranges of a first start are there before anybody misses them, unless the server takes its time.
        const over = new AbortController()
        const late = clock.sleep(FIRST_PATIENCE_MS, AbortSignal.any([signal, over.signal])).catch(() => undefined)
        await Promise.race([poll(signal).catch(() => false), late])
        over.abort()
      },
      once: async (signal) => {
        isRunning = true
        await poll(signal)
        await written
      },
      run: async (signal) => {
        await polling.run(signal)
        await written
      },
      hint: () => polling.hint(),
    },
    snapshot,
    isRemembered: () => accepting.accepted !== undefined,
  }
}

/** As `open`, for a person: what was fetched and is damaged is not mended by who only looks. */
async function openFor(accepting: Accepting, signal: AbortSignal): Promise<boolean> {
  try {
    return await accepting.open(signal)
  } catch (error) {
    if (!(error instanceof GitTrouble)) throw error
    if (error.reason === 'RepositoryDamaged') return false
    throw new UserError(`range files: ${error.message}`, error)
  }
}

/** Fetches into a folder that is gone afterwards, and judges as a running Lanista would that has accepted just that. */
async function fetchForOneself(
  settings: GitSettings,
  path: string,
  { source, logger, clock, accepted }: LookingParts,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lanista-git-'))
  const store: AcceptedCommitStore = { read: () => Promise.resolve(accepted), write: () => Promise.resolve() }
  const nobody: CommitApprovalStore = {
    asked: () => Promise.resolve(undefined),
    ask: () => Promise.resolve(),
    approved: () => Promise.resolve(undefined),
    approve: () => Promise.resolve(),
    takeBack: () => Promise.resolve(),
    clear: () => Promise.resolve(),
  }
  try {
    await new Accepting({
      place: placeOf(settings),
      repository: rangeRepository({ settings, stateDir: folder, path }),
      store,
      approvals: nobody,
      sink: source,
      clock,
      logger: { ...logger, warn: () => undefined },
      onStatus: () => undefined,
    }).poll(new AbortController().signal)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

const placeOf = ({ url, branch, path, verify }: GitSettings): GitPlace => ({
  url,
  branch,
  path,
  mode: verify.mode,
  source: digestOf([url, branch, path].join('\0')),
})

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Where programs are looked for. */
export const pathOf = (environment: NodeJS.ProcessEnv): string =>
  environment['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
