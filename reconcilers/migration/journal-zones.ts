import { NAT_VNET } from '../../model/identity.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/** What Proxmox calls the bridges of a node, as a zone. */
export const BRIDGES = 'localnetwork'

/** The zones of all networks that NICs of a move are on before and after. */
export function journalZones({ zone }: Pick<MigrationJournal, 'zone'>, { vnets }: ClusterSnapshot): readonly string[] {
  const nat = vnets.find(({ name }) => name === NAT_VNET.name)
  return [...new Set([zone, (nat?.running ?? nat?.configured)?.zone ?? zone, BRIDGES])]
}
