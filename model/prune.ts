import type { FileRemoval } from './file-removal.ts'

/** `lanista.prune`: what becomes of ranges whose file is gone. */
export interface PruneSettings {
  readonly enabled: boolean
  /** How long a file must have been gone, in milliseconds. */
  readonly grace: number
  /** So many ranges may go within an hour unless a person approves of more. */
  readonly budget: number
}

/** What tells the folder of range files from another that is put in its place. */
export interface FolderIdentity {
  /** Device and inode. */
  readonly place: string
  /** When that inode was made, in nanoseconds: inodes are used again. Undefined when the file system doesn't tell. */
  readonly born: string | undefined
  /** Undefined when the folder is in no Git working tree. */
  readonly git: GitState | undefined
}

/** What a Git working tree has checked out. */
export type GitState =
  | {
      readonly kind: 'known'
      /** Undefined when no branch is checked out. */
      readonly branch: string | undefined
      /** A digest of the address of `origin`, which may hold a password; undefined when there is none. */
      readonly origin: string | undefined
      /** The commit; undefined before the first. */
      readonly head: string | undefined
    }
  /** There is one, and git does not tell. `why`: a part of a sentence. */
  | { readonly kind: 'untold'; readonly why: string }

/** What must be remembered of a range's file so that a restart does not make its absence less doubtful. */
export interface SeenFile {
  readonly rangeId: string
  /** The machines that it named when it was last valid, its router among them. */
  readonly names: readonly string[]
  /** As what the folder was when the file was last there; undefined when nobody looked then. */
  readonly folder: FolderIdentity | undefined
  /** Since then there was a moment when the folder had no valid range file at all. */
  readonly emptied: boolean
  /** The file went while the folder could not be read. */
  readonly unread: boolean
  /** How it left the repository; left out while it is there, where that is not known, and in a folder. */
  readonly removal?: FileRemoval | undefined
}

/** Ranges whose files are gone and that go only when a person approves of exactly them. */
export interface WaitingSet {
  /** Why nobody but a person may decide, one sentence each. */
  readonly why: readonly string[]
  /** In order of id. */
  readonly ranges: readonly WaitingRange[]
}

export interface WaitingRange {
  readonly id: string
  /** How its file left the repository; left out where that is not known. The approval is for this removal and no other. */
  readonly removal?: FileRemoval | undefined
  /** The VMs in its pool, in order of VMID. */
  readonly vms: readonly WaitingVm[]
}

export interface WaitingVm {
  readonly vmid: number
  readonly name: string
  readonly node: string
}
