import {
  type AcceptedCommit,
  type AcceptedCommitStore,
  type CommitSink,
  LONGEST_LINE,
} from '../../model/accepted-commit.ts'
import type { Clock } from '../../model/clock.ts'
import type { RangeRepository } from '../../model/git-ports.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import type { Logger } from '../../model/ports.ts'
import { bySomebody } from '../../model/revision.ts'
import type { SourceNames } from '../../reconcilers/git/git-words.ts'
import type { Judgement } from '../../reconcilers/git/judge-head.ts'
import { placeOf } from './commit-provenance.ts'
import { readStrictly, written } from './git-failures.ts'
import { type GitPlace, isoOf } from './git-standing.ts'
import { RemovedFiles } from './removed-files.ts'

/** What a commit in force is kept with, and handed to. */
export interface InForceParts {
  readonly place: GitPlace
  readonly repository: RangeRepository
  readonly store: AcceptedCommitStore
  readonly sink: CommitSink
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

type Acceptable = Extract<Judgement, { readonly kind: 'accept' }>

/** A commit that is about to go in force, with its changes where they are known. */
interface Incoming extends Acceptable {
  /** So many commits are new; undefined where nobody counted them. */
  readonly commits: number | undefined
}

/** The commit in force: one value, and what is remembered of it is written before it is. */
export class InForce {
  /** Who removed files that were in force. */
  readonly removals: RemovedFiles
  readonly #parts: InForceParts
  readonly #names: SourceNames
  #accepted: AcceptedCommit | undefined
  #isOpen = false

  constructor(parts: InForceParts, names: SourceNames) {
    this.#parts = parts
    this.#names = names
    this.removals = new RemovedFiles({
      place: placeOf(parts.place.source),
      commit: () => parts.sink.snapshot?.commit,
      accepted: () => this.#accepted,
    })
  }

  /** What is remembered; undefined when nothing was ever accepted. */
  get accepted(): AcceptedCommit | undefined {
    return this.#accepted
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

  /** Whether a head is in force, and nothing is left to be looked at. */
  isSettled(head: string): boolean {
    const { sink, place } = this.#parts
    return (
      sink.snapshot?.commit.id === head &&
      this.#accepted?.commit === head &&
      (place.mode === 'off' || this.#accepted.trusted)
    )
  }

  /** Puts a commit in force that was judged and may be, with who changed what where that can be told. */
  async accept(judged: Acceptable, signal: AbortSignal): Promise<void> {
    const { repository, store, sink, place, clock, logger } = this.#parts
    const { snapshot, follows, noFolder, commits } = await this.#withChanges(judged, signal)
    const { commit, files } = snapshot
    await repository.keep(commit.id, signal)
    const line = follows ? (this.#accepted?.line ?? []).filter((id) => id !== commit.id) : []
    const accepted: AcceptedCommit = {
      source: place.source,
      commit: commit.id,
      files: files.length,
      ...(noFolder ? { noFolder } : {}),
      trusted: place.mode !== 'off',
      acceptedAt: isoOf(clock.now()),
      line: [...line, commit.id].slice(-LONGEST_LINE),
    }
    await written(store.write(accepted))
    this.#accepted = accepted
    if (sink.snapshot !== undefined)
      this.removals.succeeded({ before: sink.snapshot, after: snapshot, follows, commits })
    sink.swap(snapshot)
    logger.info(`git: commit ${bySomebody(commit)} is in force`, { commit: commit.id, files: files.length })
  }

  /** Fetches the commit that is remembered once more, where it is lost here, from a server that still has it. */
  async restore(signal: AbortSignal): Promise<void> {
    const { repository, sink } = this.#parts
    if (sink.snapshot !== undefined || this.#accepted === undefined) return
    const { commit } = this.#accepted
    const { files } = await repository.bring(commit, undefined, false, signal)
    if (files.kind !== 'files') return
    await repository.keep(commit, signal)
    sink.swap(files.snapshot)
  }

  /** Who changed what since the commit in force. No commit is kept out because that can't be told. */
  async #withChanges(judged: Acceptable, signal: AbortSignal): Promise<Incoming> {
    const { repository, sink, logger } = this.#parts
    const { snapshot, follows } = judged
    const before = sink.snapshot
    if (!follows || before === undefined || before.commit.id === snapshot.commit.id)
      return { ...judged, commits: undefined }
    try {
      const { changes, commits } = await repository.changes(before, snapshot, signal)
      return { ...judged, snapshot: { ...snapshot, changes }, commits }
    } catch (error) {
      if (signal.aborted) throw error
      logger.warn('git: which of the new commits changed which range could not be found out', { error })
      return { ...judged, commits: undefined }
    }
  }
}
