import type { GuestSeen } from './snapshot.ts'

/** The NICs of a guest, as they are, will be and were: all that a move of networks has to know of it. */
export interface GuestNics {
  readonly guest: GuestSeen
  /** `net0` and on -> as configured now, such as `virtio=BC:24:11:00:00:01,bridge=vmbr1001,tag=10`. */
  readonly nics: Readonly<Record<string, string>>
  /** NICs with a change that waits for the next boot, also such as go away then. */
  readonly waiting: readonly string[]
  /** What of these is to come; `nics` has what there is until then. */
  readonly coming?: Readonly<Record<string, string>>
  /** Snapshot -> its NICs: a rollback brings these back. */
  readonly snapshots: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A guest whose configuration could not be read: it may have NICs on any network. */
export interface GuestUnread {
  readonly guest: GuestSeen
  /** As the end of a sentence about it. */
  readonly why: string
}
