/** A commit, as it is told of. Everything but the id is what its author wrote: show it by `printable`. */
export interface Commit {
  /** In full, as hexadecimal digits. */
  readonly id: string
  readonly parents: readonly string[]
  readonly tree: string
  /** `Ann <ann@example.org>`. */
  readonly author: string
  /** When it was written, by its author's clock, in epoch milliseconds. */
  readonly at: number
  /** The first line of its message. */
  readonly subject: string
}

/** What a repository has in the place of a range file. */
export type CommitContent =
  /** A folder of a file's name. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Larger than any range file is read, in bytes; not loaded. */
  | { readonly kind: 'tooLarge'; readonly size: number }
  | { readonly kind: 'symlink' }
  | { readonly kind: 'submodule' }

/** A range file of a commit. */
export interface CommitFile {
  readonly id: string
  /** From the top of the repository, with any character but a NUL. */
  readonly path: string
  /** The name gives no legal range id. */
  readonly misnamed: boolean
  /** The object's kind and id: another content has another. */
  readonly look: string
  readonly content: CommitContent
}

/** All range files of one commit: an immutable value, so that nobody can see a half of two. */
export interface CommitSnapshot {
  readonly commit: Commit
  /** In order of path. */
  readonly files: readonly CommitFile[]
  /**
   * Which commit since the one in force before changed, added or removed a range's files, the latest for each range; left out, or without
   * a range, where that is not known.
   */
  readonly changes?: readonly RangeChange[] | undefined
}

/** That a commit changed something of a range's files. */
export interface RangeChange {
  readonly rangeId: string
  readonly commit: Commit
}

/** A commit's id as it is told. */
export const shortId = (id: string): string => id.slice(0, 12)
