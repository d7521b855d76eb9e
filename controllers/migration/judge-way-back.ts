import type { JournalNic, MigrationJournal } from '../../model/migration-journal.ts'
import type { GuestNicReader } from '../../model/network-ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { type NicBack, wayBack } from '../../reconcilers/migration/way-back.ts'

/** What is looked with whether NICs can go back. */
export interface WayBackParts {
  readonly guestNics: GuestNicReader
  readonly look: () => Promise<ClusterSnapshot>
  readonly signal: AbortSignal
}

/** Whether NICs that were written can go back, as it is just now: one look, and two reads a VM. Throws where the cluster can't be seen. */
export async function judgeWayBack(
  nics: readonly JournalNic[],
  journal: Pick<MigrationJournal, 'going' | 'removed'>,
  { guestNics, look, signal }: WayBackParts,
): Promise<readonly NicBack[]> {
  const vmids = new Set(nics.flatMap(({ vmid, writtenAt }) => (writtenAt === undefined ? [] : [vmid])))
  if (vmids.size === 0) return []
  const snapshot = await look()
  const guests = snapshot.guests.filter(({ vmid }) => vmids.has(vmid))
  return wayBack(nics, journal, { snapshot, ...(await guestNics.read(guests, signal)) })
}
