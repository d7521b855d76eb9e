import type { Commit, CommitSnapshot } from './commit-snapshot.ts'
import type { GitFinding } from './git-trouble.ts'

/** A commit that may go in force, and what would be in force then. */
export interface ProposedCommit {
  readonly commit: Commit
  /** What it is compared with; undefined while nothing is in force. */
  readonly inForce: CommitSnapshot | undefined
  /** What would be in force: its own files, or, where it has not all of what is in force behind it, those of both put together. */
  readonly files: CommitSnapshot
  /** How it stands to what is in force. */
  readonly standing: Standing
  /** Why it would not go in force as it is; undefined when it would. */
  readonly refusal: ProposalRefusal | undefined
}

/** `approvable`: it goes in force when a person approves of exactly it. */
interface ProposalRefusal {
  readonly finding: GitFinding
  readonly approvable: boolean
}

export type Standing =
  /** There is nothing in force. */
  | { readonly kind: 'first' }
  /** It is that, or has it among its ancestors. */
  | { readonly kind: 'follows' }
  /**
   * Both come from one commit, and more has gone in force since: what a merge would make of the two is shown. `both`: paths of files that
   * both have changed, each otherwise; of them those of the proposed one count.
   */
  | { readonly kind: 'behind'; readonly both: readonly string[] }
  /** They have nothing to do with each other, as far as is looked. */
  | { readonly kind: 'other' }
