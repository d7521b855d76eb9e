import type { CommitStamp } from '../../model/revision.ts'
import type { FoundFile } from './find-range-files.ts'
import type { ReadUnlessSeen } from './read-safely.ts'

/** What there is of range files at one moment: what is found in a view can be read in it. */
export interface RangeView {
  /** The commit whose files these are; left out where they are in a folder. */
  readonly head?: CommitStamp
  /** The commit that brought what a range's file says, where that is known. */
  changedBy?(rangeId: string): CommitStamp | undefined
  /** All range files, in order of path; with an id only those of it, in whatever case. Throws when it can't be told. */
  found(onlyId?: string): Promise<readonly FoundFile[]>
  /**
   * A file's text with its look, or why there is none. Another text has another look. Left unread where it looks as it was seen.
   * Never throws.
   */
  read(path: string, seen: string | undefined): Promise<ReadUnlessSeen>
}

/** Where range files are: a folder, or the commit in force of a repository. */
export interface RangeSource {
  /** What there is now. Throws `UserError` when there is nothing that could be looked at. */
  view(): Promise<RangeView>
  /** Calls back with the id of every range whose file appears, changes or goes, until the signal aborts. Resolves once it watches. */
  watch(onChange: (rangeId: string) => void, signal: AbortSignal): Promise<void>
}
