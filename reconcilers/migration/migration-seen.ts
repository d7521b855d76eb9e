import type { GuestNics, GuestUnread } from '../../model/guest-nics.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/** What a move of networks is planned on. */
export interface MigrationSeen {
  readonly snapshot: ClusterSnapshot
  readonly guests: readonly GuestNics[]
  readonly unread: readonly GuestUnread[]
  /** Range id -> the number that its file says; undefined where it says none. */
  readonly files: ReadonlyMap<string, number | undefined>
}
