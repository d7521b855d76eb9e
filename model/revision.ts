import { type Commit, shortId } from './commit-snapshot.ts'
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
  /** The commit that brought this content; undefined where range files are in a folder. */
  readonly commit: CommitStamp | undefined
  /** Only that this commit has it is known: an earlier one may have brought it. */
  readonly orEarlier?: boolean | undefined
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
  readonly reason: 'Invalid' | 'WaveHeld' | 'Frozen' | 'Suspended'
  /** Subject, finding, remedy. */
  readonly message: string
}

/** Where what a range's file says was read. */
export interface FileOrigin {
  /** Stands for the text; undefined where there is none that could be read. */
  readonly digest: string | undefined
  /** The text itself, for whoever keeps it. */
  readonly text: string | undefined
  /** The commit in force when it was read; undefined in a folder. */
  readonly head: CommitStamp | undefined
  /** The commit that brought this content, where that is known. */
  readonly changedBy: CommitStamp | undefined
}

/** A content of a range's file that is acted on, kept until another is. */
type ContentInForce =
  | (Revision & {
      readonly kind: 'file'
      /** The file's name, for messages. */
      readonly source: string
      /** The whole text, which may hold secrets. */
      readonly text: string
      readonly wave: number
    })
  /** There is no file, and its range goes for that. */
  | (Revision & { readonly kind: 'gone' })

/** What is remembered of a range's file, over restarts. */
export interface RevisionRecord {
  readonly rangeId: string
  readonly seen: Revision
  readonly inForce: ContentInForce | undefined
  readonly reached: Revision | undefined
}

/** Where that is kept. It may be lost: then what files say begins to be followed anew. */
export interface RevisionStore {
  /** What can be read of it. */
  read(): Promise<readonly RevisionRecord[]>
  write(record: RevisionRecord): Promise<void>
  remove(rangeId: string): Promise<void>
}

export const stampOf = ({ id, author, at, subject }: Commit): CommitStamp => ({
  id,
  author: printable(author),
  at: new Date(Math.max(-8.64e15, Math.min(8.64e15, at))).toISOString(),
  subject: printable(subject, 200),
})

/** Stands for the absence of a file, as its digest. */
export const GONE = 'gone'

/** The commit that removed a file, by what is remembered of it; undefined where that is not known, or the file is there. */
export const removerIn = (record: Pick<RevisionRecord, 'seen'> | undefined): CommitStamp | undefined =>
  record?.seen.digest === GONE && record.seen.orEarlier !== true ? record.seen.commit : undefined

/** `3f1c09d2a7be by Ann <ann@example.org> (Add JD)`, for people, whatever its author wrote. */
export const bySomebody = ({ id, author, subject }: Pick<CommitStamp, 'id' | 'author' | 'subject'>): string =>
  `${shortId(id)} by ${printable(author, 120) || 'nobody'}${subject === '' ? '' : ` (${printable(subject, 80)})`}`
