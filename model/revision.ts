import type { Commit } from './commit-snapshot.ts'
import { printable } from './printable.ts'

/** A commit as statuses tell of it: what its author wrote is printable here. */
export interface CommitStamp {
  /** In full, as hexadecimal digits. */
  readonly id: string
  /** `Ann <ann@example.org>` */
  readonly author: string
  /** When it was written, by its author's clock, in ISO 8601. */
  readonly at: string
  readonly subject: string
}

/** One content of a range's file. */
export interface Revision {
  /** Stands for the text: another text has another. */
  readonly digest: string
  /** The commit that brought this content, as far as is known; undefined where range files are in a folder. */
  readonly commit: CommitStamp | undefined
}

/** How far a range has followed its file. */
export interface RangeRevisions {
  /** What its file says now, valid or not. */
  readonly seen: Revision
  /** What is acted on; undefined while nothing is. */
  readonly actedOn: Revision | undefined
  /** What the range was last Ready with. */
  readonly reached: Revision | undefined
  /** Why what was seen is not acted on; undefined when it is. */
  readonly held: HeldRevision | undefined
}

/** Why a newer content of a range's file is not acted on. */
export interface HeldRevision {
  readonly reason: 'Invalid' | 'WaveHeld' | 'Frozen'
  /** Subject, finding, remedy. */
  readonly message: string
}

export const stampOf = ({ id, author, at, subject }: Commit): CommitStamp => ({
  id,
  author: printable(author),
  at: new Date(Math.max(-8.64e15, Math.min(8.64e15, at))).toISOString(),
  subject: printable(subject, 200),
})
