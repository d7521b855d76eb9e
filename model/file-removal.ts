import type { Commit, CommitSnapshot } from './commit-snapshot.ts'
import { type CommitStamp, stampOf } from './revision.ts'

/** How a range's file left a repository: between two commits that were in force one after the other. */
export interface FileRemoval {
  /** The commit that removed it; undefined where it is not known which of those in between did. */
  readonly by: CommitStamp | undefined
  /** The commit in force before, in full. It had the file. */
  readonly after: string
  /** The commit in force then, which has it not. */
  readonly upTo: CommitStamp
  /** So many commits went in force with that one; undefined where nobody counted them. */
  readonly commits: number | undefined
  /** That one does not follow from the one before, and a person approved of it. */
  readonly rewritten: boolean
  /** So many ranges lost their files between the two. */
  readonly ranges: number
}

/** Stands for a removal: a file that is put back and removed again has another. */
export const removalKey = ({ by, after, upTo }: FileRemoval): string => by?.id ?? `${after}..${upTo.id}`

/** How one commit came in force after another. */
export interface Succession {
  readonly before: CommitSnapshot
  /** With its changes, as far as they are known. */
  readonly after: CommitSnapshot
  readonly follows: boolean
  /** So many commits are new; undefined where nobody counted them. */
  readonly commits: number | undefined
}

/** The ids of a commit's files in lower case: those that differ in case alone have trouble with each other, and none of them is gone. */
export const familiesIn = ({ files }: CommitSnapshot): ReadonlySet<string> =>
  new Set(files.map(({ id }) => id.toLowerCase()))

/** Ranges whose files a commit in force has not, and the one before had. */
export function removalsIn({ before, after, follows, commits }: Succession): ReadonlyMap<string, FileRemoval> {
  const there = familiesIn(after)
  const own = before.files.flatMap(({ id, misnamed }) => (misnamed ? [] : [id]))
  const gone = new Set(own.filter((id) => !there.has(id.toLowerCase())))
  const by = new Map<string, Commit>(
    (follows ? (after.changes ?? []) : []).map(({ rangeId, commit }) => [rangeId, commit]),
  )
  const stamp = (commit: Commit | undefined): CommitStamp | undefined =>
    commit === undefined ? undefined : stampOf(commit)
  const removal = {
    after: before.commit.id,
    upTo: stampOf(after.commit),
    commits,
    rewritten: !follows,
    ranges: gone.size,
  }
  return new Map([...gone].map((id) => [id, { ...removal, by: stamp(by.get(id)) }]))
}
