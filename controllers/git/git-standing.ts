import type { AcceptedCommit, CommitSink, GitStatus } from '../../model/accepted-commit.ts'
import type { Clock } from '../../model/clock.ts'
import { shortId } from '../../model/commit-snapshot.ts'
import type { GitFinding } from '../../model/git-trouble.ts'
import type { Logger } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import type { VerifyMode } from '../../reconcilers/git/judge-head.ts'

/** Where commits come from. */
export interface GitPlace {
  readonly url: string
  readonly branch: string
  readonly path: string
  readonly mode: VerifyMode
  /** Stands for URL, branch and path. */
  readonly source: string
}

interface StandingParts {
  readonly place: GitPlace
  readonly sink: CommitSink
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

/** What is told of the repository: what is in force, when the server was asked, and what keeps a newer commit out. */
export class GitStanding {
  readonly #parts: StandingParts
  #finding: GitStatus['finding']
  #askedAt: string | undefined

  constructor(parts: StandingParts) {
    this.#parts = parts
  }

  /** @param accepted the commit in force, as it is remembered */
  status(accepted: AcceptedCommit | undefined): GitStatus {
    const { place, sink } = this.#parts
    const { url, branch, path } = place
    const commit = sink.snapshot?.commit
    return {
      url,
      branch,
      path,
      commit:
        commit === undefined
          ? undefined
          : {
              id: commit.id,
              author: printable(commit.author),
              at: isoOf(commit.at),
              subject: printable(commit.subject, 200),
              acceptedAt: accepted?.acceptedAt ?? '',
            },
      finding: this.#finding,
      askedAt: this.#askedAt,
    }
  }

  /** The server has told where the branch is. */
  asked(): void {
    this.#askedAt = isoOf(this.#parts.clock.now())
  }

  /** How a poll ended. @param finding undefined: the newest commit is in force */
  told(finding: GitFinding | undefined): void {
    const { logger, sink, clock } = this.#parts
    const before = this.#finding
    const inForce =
      sink.snapshot === undefined ? 'nothing is in force' : `commit ${shortId(sink.snapshot.commit.id)} stays in force`
    if (finding === undefined) {
      if (before !== undefined) logger.info('git: the newest commit is in force again')
      this.#finding = undefined
      return
    }
    if (before?.message !== finding.message)
      logger.warn(`git: ${finding.message}; ${inForce}`, { reason: finding.reason })
    const since = before?.reason === finding.reason ? before.since : isoOf(clock.now())
    this.#finding = { ...finding, since }
    sink.explain(`range files: ${finding.message}`)
  }
}

/** A time in epoch milliseconds, in ISO 8601. */
export const isoOf = (time: number): string => new Date(Math.max(-8.64e15, Math.min(8.64e15, time))).toISOString()
