import {
  type AcceptedCommit,
  type AcceptedCommitStore,
  type CommitApprovalStore,
  type CommitSink,
  type GitStatus,
  LONGEST_LINE,
} from '../../model/accepted-commit.ts'
import type { Clock } from '../../model/clock.ts'
import { type CommitSnapshot, shortId } from '../../model/commit-snapshot.ts'
import type { BroughtHead, RangeRepository } from '../../model/git-ports.ts'
import { type GitFinding, type GitReason, GitTrouble } from '../../model/git-trouble.ts'
import type { Logger } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { bySomebody, sourceNames, type SourceNames } from '../../reconcilers/git/git-words.ts'
import { commitsToTrust, judgeHead, type VerifyMode } from '../../reconcilers/git/judge-head.ts'
import { findingOf, readStrictly, written } from './git-failures.ts'

/** Where commits come from. */
export interface GitPlace {
  readonly url: string
  readonly branch: string
  readonly path: string
  readonly mode: VerifyMode
  /** Stands for URL, branch and path. */
  readonly source: string
}

export interface AcceptingParts {
  readonly place: GitPlace
  readonly repository: RangeRepository
  readonly store: AcceptedCommitStore
  readonly approvals: CommitApprovalStore
  readonly sink: CommitSink
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Told after each poll. */
  readonly onStatus: (status: GitStatus) => void
}

/** What a fetch that fails for no fault of the way to the server may fail for: what was fetched before, or the server's objects. */
const MAYBE_OURS: ReadonlySet<GitReason> = new Set([
  'RepositoryDamaged',
  'ObjectsRefused',
  'RepositoryMissing',
  'FetchFailed',
])

/**
 * Puts commits in force, one after the other, and keeps the last good one whatever else the server shows. What is in force is one
 * value, and what is remembered of it is written before it is.
 */
export class Accepting {
  readonly #parts: AcceptingParts
  readonly #names: SourceNames
  #accepted: AcceptedCommit | undefined
  #isOpen = false
  #finding: GitStatus['finding']
  #askedAt: string | undefined
  /** Where the branch was by the poll that is under way. */
  #head: string | undefined
  /** The head that was fetched last and is not in force: it needs no second fetch to be judged again. */
  #brought: BroughtHead | undefined

  constructor(parts: AcceptingParts) {
    this.#parts = parts
    this.#names = sourceNames(parts.place)
    parts.sink.explain(`range files: ${this.#names.source}: nothing has been fetched yet; wait a moment`)
  }

  get accepted(): AcceptedCommit | undefined {
    return this.#accepted
  }

  get status(): GitStatus {
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
              acceptedAt: this.#accepted?.acceptedAt ?? '',
            },
      finding: this.#finding,
      askedAt: this.#askedAt,
    }
  }

  /**
   * Puts in force what an earlier life accepted, without the server. Does nothing when that is done. @returns whether something is in
   * force
   */
  async open(signal: AbortSignal): Promise<boolean> {
    const { place, store, repository, sink } = this.#parts
    if (!this.#isOpen) {
      const before = await readStrictly(store)
      if (before?.source === place.source) this.#accepted = before
      this.#isOpen = true
    }
    if (sink.snapshot !== undefined || this.#accepted === undefined) return sink.snapshot !== undefined
    const snapshot = await repository.read(this.#accepted.commit, signal)
    if (snapshot.files.length < this.#accepted.files)
      throw new GitTrouble(
        'RepositoryDamaged',
        `${this.#names.source}: not all files of the commit in force can be read; it is fetched anew`,
      )
    sink.swap(snapshot)
    return true
  }

  /**
   * Asks the server once, and puts in force what may be. Rejects only when the signal aborts.
   *
   * @returns whether all went well: what is refused is none of the server's failures
   */
  async poll(signal: AbortSignal): Promise<boolean> {
    let isWell = true
    this.#head = undefined
    try {
      this.#told(await this.#look(signal))
    } catch (error) {
      if (signal.aborted) throw error
      isWell = false
      this.#told(findingOf(error, this.#names, this.#head))
    }
    this.#parts.onStatus(this.status)
    return isWell
  }

  async #look(signal: AbortSignal): Promise<GitFinding | undefined> {
    const { repository } = this.#parts
    const damage = await this.#openUnlessDamaged(signal)
    const head = await repository.remoteHead(signal)
    this.#head = head
    this.#askedAt = isoOf(this.#parts.clock.now())
    if (head === undefined)
      return {
        reason: 'BranchMissing',
        message: `${this.#names.source}: there is no such branch, or no commit at all; push it, or set lanista.git.branch`,
      }
    if (damage !== undefined) return await this.#judgeAnew(head, signal)
    if (this.#isSettled(head)) {
      await this.#nothingWaits()
      return undefined
    }
    try {
      return await this.#judge(head, signal)
    } catch (error) {
      if (!(error instanceof GitTrouble) || !MAYBE_OURS.has(error.reason)) throw error
      // Once: what is broken on the server's side would be so again.
      return await this.#judgeAnew(head, signal)
    }
  }

  /** With nothing of what was fetched before, which stays what a next life finds until a commit is in force that is kept. */
  async #judgeAnew(head: string, signal: AbortSignal): Promise<GitFinding | undefined> {
    const { repository } = this.#parts
    this.#brought = undefined
    await repository.startAnew(signal)
    try {
      return await this.#judge(head, signal)
    } finally {
      if (await repository.goBack()) this.#brought = undefined
    }
  }

  /** @returns why what was fetched before can't be read; undefined when it can, or nothing was */
  async #openUnlessDamaged(signal: AbortSignal): Promise<GitTrouble | undefined> {
    try {
      await this.open(signal)
      return undefined
    } catch (error) {
      if (!(error instanceof GitTrouble) || error.reason !== 'RepositoryDamaged') throw error
      this.#parts.logger.warn('git: what was fetched before is damaged, and is fetched anew', { error })
      return error
    }
  }

  /** Whether a head is in force, and nothing is left to be looked at. */
  #isSettled(head: string): boolean {
    const { sink, place } = this.#parts
    return (
      sink.snapshot?.commit.id === head &&
      this.#accepted?.commit === head &&
      (place.mode === 'off' || this.#accepted.trusted)
    )
  }

  async #judge(head: string, signal: AbortSignal): Promise<GitFinding | undefined> {
    const { repository, place, approvals, logger } = this.#parts
    const accepted = this.#accepted
    const brought =
      this.#brought?.commit.id === head
        ? this.#brought
        : await repository.bring(head, accepted?.commit, place.mode === 'every', signal)
    this.#brought = brought
    const toTrust = commitsToTrust(place.mode, brought.commit, brought.descent) ?? []
    const verdicts = toTrust.length === 0 ? [] : await repository.verdicts(toTrust, signal)
    const approved = await approvals.approved()
    const judgement = judgeHead({ brought, accepted, mode: place.mode, verdicts, approved }, this.#names)
    if (judgement.kind === 'accept') {
      await this.#accept(judgement.snapshot, judgement.follows, signal)
      await this.#nothingWaits()
      return undefined
    }
    const { finding, approvable } = judgement
    if (approvable) await written(approvals.ask({ commit: head, why: finding.message }))
    else await this.#nothingWaits()
    if (this.#parts.sink.snapshot === undefined && accepted !== undefined)
      await this.#restore(accepted, signal).catch((error: unknown) =>
        logger.warn('git: the commit in force is lost here, and the server does not give it again', { error }),
      )
    return finding
  }

  async #accept(snapshot: CommitSnapshot, follows: boolean, signal: AbortSignal): Promise<void> {
    const { repository, store, sink, place, clock, logger } = this.#parts
    const { commit, files } = snapshot
    await repository.keep(commit.id, signal)
    const line = follows ? (this.#accepted?.line ?? []).filter((id) => id !== commit.id) : []
    const accepted: AcceptedCommit = {
      source: place.source,
      commit: commit.id,
      files: files.length,
      trusted: place.mode !== 'off',
      acceptedAt: isoOf(clock.now()),
      line: [...line, commit.id].slice(-LONGEST_LINE),
    }
    await written(store.write(accepted))
    this.#accepted = accepted
    this.#brought = undefined
    sink.swap(snapshot)
    logger.info(`git: commit ${bySomebody(commit)} is in force`, { commit: commit.id, files: files.length })
  }

  /** Fetches the commit in force once more, from a server that still has it. */
  async #restore({ commit }: AcceptedCommit, signal: AbortSignal): Promise<void> {
    const { repository, sink } = this.#parts
    const { files } = await repository.bring(commit, undefined, false, signal)
    if (files.kind !== 'files') return
    await repository.keep(commit, signal)
    sink.swap(files.snapshot)
  }

  async #nothingWaits(): Promise<void> {
    await written(this.#parts.approvals.clear())
  }

  #told(finding: GitFinding | undefined): void {
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

const isoOf = (time: number): string => new Date(Math.max(-8.64e15, Math.min(8.64e15, time))).toISOString()
