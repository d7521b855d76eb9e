import type { CommitSnapshot } from './commit-snapshot.ts'
import type { GitFinding } from './git-trouble.ts'

/** The commit in force, as it is remembered. */
export interface AcceptedCommit {
  /** Stands for URL, branch and path: what was accepted of another source is none of this one's. */
  readonly source: string
  readonly commit: string
  /** So many range files are in it: fewer than that are found only where it can't be read. */
  readonly files: number
  /** A person approved of it although it has not even the folder of range files: one that follows needs none either. */
  readonly noFolder?: boolean | undefined
  /** Its signature was looked at and was good. */
  readonly trusted: boolean
  /** ISO 8601 */
  readonly acceptedAt: string
  /** The commits accepted since the last one that did not descend from the one before, oldest first, this one last; the latest of them. */
  readonly line: readonly string[]
}

/** Of so many accepted commits it is remembered that they follow from each other. */
export const LONGEST_LINE = 2000

export interface AcceptedCommitStore {
  /** Undefined when nothing was accepted. Throws when it can't be read: something may have been. */
  read(): Promise<AcceptedCommit | undefined>
  write(accepted: AcceptedCommit): Promise<void>
}

/** A commit that goes in force only when a person approves of exactly it. */
export interface WaitingCommit {
  readonly commit: string
  /** Why, as subject, finding and remedy. */
  readonly why: string
}

/** Where a person is asked to approve of a commit, and answers. */
export interface CommitApprovalStore {
  asked(): Promise<WaitingCommit | undefined>
  ask(waiting: WaitingCommit): Promise<void>
  /** The commit that a person has approved of; undefined when there is no answer. */
  approved(): Promise<string | undefined>
  approve(commit: string): Promise<void>
  /** Nothing waits just now: removes the question. */
  takeBack(): Promise<void>
  /** Nothing waits any more: removes question and answer. */
  clear(): Promise<void>
}

/** What is told of the repository of range files. */
export interface GitStatus {
  readonly url: string
  readonly branch: string
  readonly path: string
  /** The commit in force; undefined when none is. Times in ISO 8601. */
  readonly commit:
    | {
        readonly id: string
        readonly author: string
        readonly at: string
        readonly subject: string
        readonly acceptedAt: string
      }
    | undefined
  /** Why nothing newer is in force, and since when that is so; undefined when the newest is. */
  readonly finding: (GitFinding & { readonly since: string }) | undefined
  /** When the server last told where the branch is. */
  readonly askedAt: string | undefined
}

/** What a commit that goes in force is handed to. */
export interface CommitSink {
  readonly snapshot: CommitSnapshot | undefined
  swap(snapshot: CommitSnapshot): void
  /** Says why nothing is in force, where nothing is. */
  explain(why: string): void
}
