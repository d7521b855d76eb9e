import type { CommitStamp } from './revision.ts'

/** Where something stands in a range file. */
export interface TracedFile {
  readonly path: string
  /** From 1; undefined where the file as a whole is meant. */
  readonly line: number | undefined
  readonly column: number | undefined
}

/** Whose something is. */
export type TracedOwner =
  /** A range file names it. */
  | 'file'
  /** It is of a range whose file does not name it any more. */
  | 'unnamed'
  /** It is of a range that has no valid file. */
  | 'fileless'
  /** It is of all ranges together. */
  | 'shared'
  /** No range's: Lanista did not make it. */
  | 'foreign'

/** What something was called by turned out to be, before its file was looked at. */
export interface TracedThing {
  readonly kind: 'vm' | 'range' | 'network' | 'address'
  readonly name: string
  /** What there is of it now, in words. */
  readonly is: string
  readonly owner: TracedOwner
  /** Undefined where it is no single range's. */
  readonly rangeId: string | undefined
  /** Keys and indices that lead to it in its range's file; undefined where the file as a whole is meant. */
  readonly path: readonly (string | number)[] | undefined
  /** What a person should know besides; undefined when that is nothing. */
  readonly remark: string | undefined
  readonly vmid: number | undefined
  readonly node: string | undefined
  readonly address: string | undefined
}

/** What `lanista trace` tells of one thing. */
export interface Traced extends Omit<TracedThing, 'path'> {
  readonly file: TracedFile | undefined
  /** What brought the content of the file that is acted on, as far as is known; undefined where range files are in a folder. */
  readonly commit: CommitStamp | undefined
  /** An earlier commit may have brought it. */
  readonly orEarlier: boolean
  /** What the file says now where that is not acted on, or that there is none: a sentence. */
  readonly newer: string | undefined
}
