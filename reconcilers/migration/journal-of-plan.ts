import type { JournalNic, MigrationJournal } from '../../model/migration-journal.ts'
import type { MigrationPlan } from '../../model/plan/migration-plan.ts'
import type { MigrationSeen } from './migration-seen.ts'
import { bridgeOf, isSameText, vnetFor } from './old-networks.ts'
import { oldNatBridge } from './old-nat-bridge.ts'
import { isReplugging } from './replug.ts'

/** Same NIC of the same VM. */
const isSameNic = (a: Pick<JournalNic, 'vmid' | 'key'>, b: Pick<JournalNic, 'vmid' | 'key'>): boolean =>
  a.vmid === b.vmid && a.key === b.key

/**
 * The journal with everything that a plan is about to move: a NIC that is in it already keeps its place, and what it was in the
 * beginning, unless somebody has changed it since without its having been moved.
 */
export function journalWith(
  journal: MigrationJournal | undefined,
  plan: Pick<MigrationPlan, 'pools' | 'zone'>,
  { natBridge, cluster }: Pick<MigrationJournal, 'natBridge' | 'cluster'>,
  now: number,
): MigrationJournal {
  const planned = plan.pools
    .filter(({ obstacles }) => obstacles.length === 0)
    .flatMap(({ pool, vms }) =>
      vms.flatMap(({ vmid, name, node, nics }) =>
        nics.map(({ key, before, after }): JournalNic => ({ pool, vmid, name, node, key, before, after })),
      ),
    )
  const known = journal?.nics ?? []
  // On its bridge again, whoever put it there: what it is now is what it goes back to.
  const kept = known.map((nic) => {
    const found = planned.find((each) => isSameNic(each, nic))
    // A way back that was cut off while it plugged the NIC in anew: what it was is what the journal says.
    if (found !== undefined && isReplugging(found.before, nic.before)) return { ...nic, proven: undefined }
    // Not there yet may be on its way: Proxmox goes on with a write whose sender has ended.
    if (
      found !== undefined &&
      nic.writtenAt !== undefined &&
      nic.proven !== true &&
      isSameText(found.before, nic.before)
    )
      return { ...found, writtenAt: nic.writtenAt }
    return found ?? nic
  })
  const added = planned.filter((nic) => !known.some((each) => isSameNic(each, nic)))
  const onBridges = journal?.onBridges?.filter((pool) => !planned.some((nic) => nic.pool === pool)) ?? []
  const { onBridges: _onBridges, ...rest } = journal ?? { begunAt: now }
  return {
    ...rest,
    ...(cluster === undefined ? {} : { cluster }),
    zone: plan.zone,
    natBridge,
    nics: [...kept, ...added],
    ...(onBridges.length === 0 ? {} : { onBridges }),
    ...(journal?.reboots === undefined ? {} : { reboots: journal.reboots }),
  }
}

/** The journal without the note that pools are on their bridges, where none of their NICs is any more, by whoever's hand. */
export function withoutArrived(
  journal: MigrationJournal,
  { guests, unread }: Pick<MigrationSeen, 'guests' | 'unread'>,
): MigrationJournal {
  const natBridge = oldNatBridge(journal.natBridge, journal)
  const isOnBridges = (pool: string): boolean =>
    unread.some(({ guest }) => guest.pool === pool) ||
    guests.some(
      ({ guest, nics }) =>
        guest.pool === pool && Object.values(nics).some((nic) => vnetFor(bridgeOf(nic), natBridge) !== undefined),
    )
  return { ...journal, onBridges: journal.onBridges?.filter(isOnBridges) }
}

/** The journal with one NIC's entry changed. */
export const withNic = (journal: MigrationJournal, nic: JournalNic): MigrationJournal => ({
  ...journal,
  nics: journal.nics.map((each) => (isSameNic(each, nic) ? nic : each)),
})

/** NICs that were to be moved and are not known to have arrived. */
export const openNics = ({ nics }: MigrationJournal): readonly JournalNic[] =>
  nics.filter(({ proven }) => proven !== true)
