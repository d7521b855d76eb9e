import type { Commit, CommitSnapshot, RangeChange } from './commit-snapshot.ts'

/** How a head stands to the commit in force. */
export type Descent =
  /** There is none in force. */
  | { readonly kind: 'first' }
  /** It has that among its ancestors. `since`: all commits that came since then, the head first; undefined: more than are looked at. */
  | { readonly kind: 'follows'; readonly since: readonly string[] | undefined }
  /** It has not. */
  | { readonly kind: 'other' }
  /** Not among so many of its ancestors, and no more are looked at. */
  | { readonly kind: 'tooFar'; readonly looked: number }

/** Where the histories of two commits meet. */
export type Meeting =
  /** `since`: all commits of the first that the second has not, itself first; undefined: more than are looked at. */
  | { readonly kind: 'base'; readonly commit: string; readonly since: readonly string[] | undefined }
  /** Nowhere, as far as is looked. */
  | { readonly kind: 'none' }

/** What a head has in the folder of range files. */
export type HeadFiles =
  | { readonly kind: 'files'; readonly snapshot: CommitSnapshot }
  /** There is no folder of that name. */
  | { readonly kind: 'noFolder' }
  /** More than is loaded. `what`: how much, and the bound. */
  | { readonly kind: 'tooLarge'; readonly what: string }

/** A head that was brought here whole: its files, and how it came to be. */
export interface BroughtHead {
  readonly commit: Commit
  readonly descent: Descent
  readonly files: HeadFiles
}

/** Who changed what between two commits. */
export interface ChangesSince {
  /** The latest for each range, as far as is known. */
  readonly changes: readonly RangeChange[]
  /** So many commits are new; undefined: more than are looked at, or nobody counted. */
  readonly commits: number | undefined
}

/** What a commit's signature came to. */
export interface SignatureVerdict {
  readonly commit: Commit
  /** Whose signature it is and by which key, or what is wrong. */
  readonly result:
    | { readonly kind: 'good'; readonly signer: string; readonly key: string }
    | {
        readonly kind:
          | 'unsigned'
          | 'unknownKey'
          | 'expiredKey'
          | 'revokedKey'
          | 'tampered'
          | 'notAllowedKind'
          | 'unreadable'
        /** The key's fingerprint, where it is known. */
        readonly key: string | undefined
        /** What the program that looked at it said, where nothing else tells. */
        readonly detail: string | undefined
      }
}

/** A ref of the server, and the commit that it is at. */
interface NamedCommit {
  readonly name: string
  readonly commit: string
}

/** The repository of range files, and what was fetched of it. Its functions throw `GitTrouble` for what a person can mend. */
export interface RangeRepository {
  /** The commit that the branch is at, asked of the server; undefined when there is no such branch. */
  remoteHead(signal: AbortSignal): Promise<string | undefined>
  /** The commits that these refs, by their full names, are at, asked of the server; without those that it does not have. */
  named(names: readonly string[], signal: AbortSignal): Promise<readonly NamedCommit[]>
  /** Fetches the histories of two commits, without their files, as far as it takes. */
  meeting(head: string, other: string, signal: AbortSignal): Promise<Meeting>
  /**
   * Fetches what is missing of a head, and looks at it.
   *
   * @param accepted the commit in force
   * @param all whether each commit since then is to be told
   */
  bring(head: string, accepted: string | undefined, all: boolean, signal: AbortSignal): Promise<BroughtHead>
  /**
   * Tells which commits changed range files on the way from the one in force to a head that was brought and follows from it. Asks the
   * server for what it needs of them where more than one is new and range files differ, within bounds, and for no file.
   */
  changes(accepted: CommitSnapshot, head: CommitSnapshot, signal: AbortSignal): Promise<ChangesSince>
  /** Looks at the signatures of commits that were brought. */
  verdicts(commits: readonly string[], signal: AbortSignal): Promise<readonly SignatureVerdict[]>
  /** The files of a commit that was kept, without the server. */
  read(commit: string, signal: AbortSignal): Promise<CommitSnapshot>
  /** Keeps a commit's objects for as long as no other is kept. */
  keep(commit: string, signal: AbortSignal): Promise<void>
  /** Sets aside what was fetched, which can't be read or gone on with: it is fetched anew. */
  startAnew(signal: AbortSignal): Promise<void>
  /** Puts that back unless a commit was kept since. @returns whether it did */
  goBack(): Promise<boolean>
}
