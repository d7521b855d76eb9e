import type { Diagnostic } from './diagnostic.ts'
import type { Notification } from './notify/notification.ts'
import type { Permit } from './permit.ts'
import type { FileRemoval } from './file-removal.ts'
import type { FolderIdentity, SeenFile, WaitingSet } from './prune.ts'
import type { CommitStamp, FileOrigin, HeldRevision, RangeRevisions } from './revision.ts'
import type { RangeSpec } from './range-spec.ts'
import type { RangeStatus } from './range-status.ts'
import type { AclSeen, ClusterSnapshot } from './snapshot.ts'
import type { BridgeWriter, GuestNicReader, NicReader, SdnWriter } from './network-ports.ts'
import type { Machines, Pools } from './machine-ports.ts'
import type { GuestAgents } from './guest-agent.ts'
import type { GuestTasks } from './guest-tasks.ts'
import type { NicLooks } from './nic-look.ts'
import type { Reboots } from './reboot-ports.ts'

/**
 * The narrow interfaces behind which the outside world stands. None has a call that migrates a VM or that creates,
 * changes or deletes an SDN zone: what can't be said can't happen.
 *
 * Every Proxmox call throws `ProxmoxError`; a call that starts a task resolves when the task has ended well.
 */

/** Sees the whole cluster with a number of reads that doesn't grow with ranges or VMs. */
export interface ClusterObserver {
  /**
   * Resolves with the cluster as it is shown, and what may be missing.
   *
   * @param asOf `now`: what is missing is told by this look alone, for whoever writes on the strength of it
   */
  observe(signal: AbortSignal, asOf?: 'now'): Promise<ClusterSnapshot>
}

/** Roles of somebody on a path. */
export interface NetworkRight {
  readonly path: string
  readonly kind: AclSeen['kind']
  readonly who: string
  /** Several with commas between them. */
  readonly role: string
}

/** Gives rights. */
export interface AccessWriter {
  /** Gives roles to somebody on a path and below. Succeeds as well when they are held. Asks its permit right before it is sent. */
  grant(right: NetworkRight, permit: Permit): Promise<void>
}

/** Everything a controller needs of Proxmox. */
export type Proxmox = ClusterObserver & {
  readonly sdn: SdnWriter
  readonly nics: NicReader
  readonly guestNics: GuestNicReader
  readonly nicLooks: NicLooks
  readonly guestAgents: GuestAgents
  readonly bridges: BridgeWriter
  readonly machines: Machines
  readonly reboots: Reboots
  readonly guestTasks: GuestTasks
  readonly pools: Pools
  readonly access: AccessWriter
}

/** What became of reading one range file. A person may have its range left alone whatever it says. */
export type RangeFileRead = FileRead & {
  /** That a person has the range left alone; only where no valid file can say so in its place. */
  readonly leftAlone?: HeldRevision
}

type FileRead =
  | {
      readonly kind: 'ok'
      readonly spec: RangeSpec
      readonly warnings: readonly Diagnostic[]
      /** Stands for what the file says, key by key, wherever it is and whatever is made of it. */
      readonly said?: string
      readonly origin?: FileOrigin
      readonly revisions?: RangeRevisions
      /** What is wrong with a newer content of the file, in place of which this one stays in force. */
      readonly problem?: readonly Diagnostic[]
    }
  | {
      readonly kind: 'invalid'
      readonly diagnostics: readonly Diagnostic[]
      readonly origin?: FileOrigin
      readonly revisions?: RangeRevisions
    }
  /** There is a file, and nothing is written to its range now. `inForce`: what was acted on last, where anything was. */
  | {
      readonly kind: 'held'
      readonly held: HeldRevision
      readonly inForce: ReadFile | undefined
      readonly revisions: RangeRevisions
      readonly problem?: readonly Diagnostic[]
    }
  /**
   * No file for this id. Absence by itself never removes anything. `withheld`: why nothing is removed now even if it was decided.
   */
  | {
      readonly kind: 'absent'
      readonly withheld?: HeldRevision
      readonly origin?: FileOrigin
      /** The commit that removed it, where that is known. */
      readonly removedBy?: CommitStamp | undefined
    }

/** A range file that is valid. */
export type ReadFile = Extract<RangeFileRead, { readonly kind: 'ok' }>

/** The folder of range files. */
export interface RangeFiles {
  /** Ids of all range files now present, in order of name; throws when the folder itself can't be read. */
  list(): Promise<readonly string[]>
  read(rangeId: string): Promise<RangeFileRead>
  /** Calls back with a range id whenever its file appears, changes or goes, until the signal aborts. */
  watch(onChange: (rangeId: string) => void, signal: AbortSignal): Promise<void>
}

/** Tells the folder of range files from another in its place. */
export interface FolderProvenance {
  /** What the folder is just now. Throws when it can't be looked at. */
  identity(): Promise<FolderIdentity>
  /** Whether a commit of the folder's working tree has another among its ancestors; false when git can't tell. */
  follows(commit: string, ancestor: string): Promise<boolean>
  /** Only where commits are what is in force, which tell who removed a file. */
  readonly removals?: FileRemovals
}

/** What commits in force tell of files that are not in them. */
export interface FileRemovals {
  /** The commit in force just now; undefined when none is. While it is the same, so are the files. */
  inForce(): string | undefined
  /** How files left, by range id, as far as it is known and not remembered yet. */
  of(gone: readonly SeenFile[]): ReadonlyMap<string, FileRemoval>
}

/** Where is kept which ranges the folder has had, and as what it was last seen with them. */
export interface SeenFilesStore {
  /** Empty when nothing is kept, or it can't be read. */
  read(): Promise<readonly SeenFile[]>
  /** Writes only when something changed. */
  write(files: readonly SeenFile[]): Promise<void>
}

/** Where the controller asks a person to approve of a removal, and hears the answer. */
export interface ApprovalStore {
  /** What waits for approval; undefined when nothing does. */
  asked(): Promise<WaitingSet | undefined>
  /** Replaces what waits. */
  ask(waiting: WaitingSet): Promise<void>
  /** What a person has approved of; undefined when there is no answer. */
  approved(): Promise<WaitingSet | undefined>
  /** Approves of exactly this set. */
  approve(waiting: WaitingSet): Promise<void>
  /** Removes the answer, so that it counts once at most. */
  forgetAnswer(): Promise<void>
  /** Nothing waits any more: removes the question and the answer. */
  clear(): Promise<void>
}

/** Where range status goes for people and programs to read. */
export interface StatusStore {
  /** Writes atomically, and only when something changed. */
  write(status: RangeStatus): Promise<void>
  remove(rangeId: string): Promise<void>
}

/** What came of sending one notification to one address. Tells nothing of the address. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** It would not be taken a second time, either. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may work later. `waitMs`: how much later, where the service says so. */
  | { readonly kind: 'failed'; readonly why: string; readonly waitMs: number | undefined }

/** Tells people outside of what became of a range. */
export interface Notifier {
  /** Tries once, and gives up after some seconds. @param address one of `notify.urls`, a secret */
  send(
    address: string,
    notification: Notification,
    signal: AbortSignal,
    options?: {
      /** The operator wrote the address: it may be on this machine, or in a private network. Those of range files may not. */
      readonly anywhere: boolean
    },
  ): Promise<Delivery>
}

/** Structured log. Fields are plain values; no secret is ever among them. */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** For who looks for a fault; left out by a log that has no such lines. */
  debug?(message: string, fields?: Readonly<Record<string, unknown>>): void
}
