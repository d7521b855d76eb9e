import type { Clock } from '../../model/clock.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger, RangeFiles } from '../../model/ports.ts'
import { CommitStatuses } from '../forge/commit-statuses.ts'
import { CommitWatch } from '../forge/commit-watch.ts'
import type { GitSource } from '../git/git-source.ts'
import type { InFlight } from '../pace/in-flight.ts'
import type { StatusBoard } from '../report/status-board.ts'
import type { ToldForge } from './forge-of.ts'

/** The forge, and where the commits are that it is told of. */
export interface ForgeParts extends ToldForge {
  readonly git: Pick<GitSource, 'status' | 'onStatus'>
  /** Of Proxmox. */
  readonly apiUrls: () => readonly string[]
}

interface Around {
  readonly board: StatusBoard
  readonly files: RangeFiles
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'forgeStatus'>
  readonly inFlight: InFlight
}

/** Has the forge told of commits from now on, as the board tells of ranges. */
export function wireForge(
  { forge, where, name, git, apiUrls }: ForgeParts,
  { board, files, clock, random, logger, metrics, inFlight }: Around,
): CommitStatuses {
  const { signal } = inFlight
  const watch = new CommitWatch({
    git: () => git.status(),
    ids: () => files.list(),
    statuses: () => board.all(),
    seen: async (rangeId) => {
      const read = await files.read(rangeId)
      return read.kind === 'absent' ? undefined : read.revisions?.seen
    },
    name,
    apiUrls,
  })
  const statuses = new CommitStatuses(
    { forge, where, git: () => git.status(), wanted: () => watch.wanted(), clock, random, logger, metrics },
    signal,
  )
  git.onStatus(() => statuses.changed())
  board.onChange(() => statuses.changed())
  board.onForget((rangeId) => {
    watch.forget(rangeId)
    statuses.changed()
  })
  void inFlight.track(
    files
      .watch((rangeId) => watch.fileChanged(rangeId), signal)
      .catch((error: unknown) => {
        if (!signal.aborted) logger.warn('git status: changed files are not seen', { error })
      }),
  )
  signal.addEventListener('abort', () => void inFlight.track(statuses.ended()), { once: true })
  return statuses
}
