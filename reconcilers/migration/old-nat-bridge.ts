import { formerNatBridge, NAT_VNET } from '../../model/identity.ts'
import type { MigrationJournal } from '../../model/migration-journal.ts'
import { bridgeOf } from './old-networks.ts'

/**
 * The NAT bridge that an installation comes from. Once the move has ended the configuration names `ludusnat` in its place, and then
 * the journal knows, by the first NIC that came from there.
 *
 * @param configured `ludus_nat_interface`
 */
export function oldNatBridge(
  configured: string,
  journal: Pick<MigrationJournal, 'nics' | 'natBridge'> | undefined,
): string {
  if (configured !== NAT_VNET.name) return configured
  const moved = journal?.nics.find(({ after }) => bridgeOf(after) === NAT_VNET.name)
  return (moved && bridgeOf(moved.before)) ?? formerNatBridge(journal?.natBridge ?? configured)
}
