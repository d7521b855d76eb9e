import type { JournalNic, MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { journalZones } from '../../reconcilers/migration/journal-zones.ts'
import { bridgeOf } from '../../reconcilers/migration/old-networks.ts'
import { JournalKeeper } from './journal-keeper.ts'
import { type MigrationParts, vmFinder } from './migrate.ts'
import { NicWriter } from './nic-writer.ts'
import { PoolMover } from './pool-mover.ts'

/** What a way back came to. */
export interface RolledBack {
  readonly back: readonly string[]
  /** Pool -> what is not back, and why. */
  readonly stuck: ReadonlyMap<string, readonly string[]>
}

/**
 * Puts the NICs of ranges back as the journal says they were, to the letter, pool by pool, and forgets those that are back. The VNets
 * stay. A NIC whose old bridge its node does not have any more stays where it is.
 *
 * @param ranges empty: all. Throws a `UserError` for one that the journal does not have
 */
export async function rollBack(
  ranges: readonly string[],
  parts: Omit<MigrationParts, 'networks'> & { readonly store: MigrationJournalStore },
): Promise<RolledBack> {
  const { store, machines, look, clock, signal, say } = parts
  const journal = await store.read()
  const all = poolsIn(journal, [])
  const backBefore = journal?.onBridges ?? []
  const unknown = ranges.find((range) => !all.includes(range) && !backBefore.includes(range))
  if (unknown !== undefined)
    throw new UserError(
      `${printable(unknown)}: nothing of that name is in the journal of the move, so nothing is put back; ${all.length === 0 ? 'it is empty' : `it has ${all.join(', ')}`}`,
    )
  const pools = poolsIn(journal, ranges)
  if (journal === undefined || pools.length === 0) return { back: [], stuck: new Map() }
  const seen = await look()
  const keeper = new JournalKeeper(store, journal)
  const writer = new NicWriter(machines, journalZones(journal, seen), signal)
  const mover = new PoolMover(writer, keeper, vmFinder(parts), clock, say)
  const back: string[] = []
  const stuck = new Map<string, readonly string[]>()
  for (const pool of pools) {
    signal.throwIfAborted()
    say(`${pool}:`)
    const nics = keeper.of(pool)
    const homeless = nics.flatMap((nic) => whyHomeless(nic, seen))
    for (const line of homeless) say(`  ! ${line}`)
    const left = homeless.length > 0 ? homeless : await mover.back(nics)
    if (left.length > 0) stuck.set(pool, left)
    else {
      await keeper.forget(pool)
      back.push(pool)
    }
  }
  return { back, stuck }
}

/** The pools of a journal, in the order in which they moved. */
const poolsIn = (journal: MigrationJournal | undefined, ranges: readonly string[]): readonly string[] =>
  [...new Set((journal?.nics ?? []).map(({ pool }) => pool))].filter(
    (pool) => ranges.length === 0 || ranges.includes(pool),
  )

/** A range of which a part can't go back is left whole. */
function whyHomeless({ vmid, name, key, before, writtenAt }: JournalNic, seen: ClusterSnapshot): readonly string[] {
  const bridge = bridgeOf(before)
  const node = seen.guests.find((guest) => guest.vmid === vmid)?.node
  const network = seen.nodeNetworks.find((each) => each.node === node)
  if (writtenAt === undefined || node === undefined) return []
  if (network === undefined)
    return [`vm ${name}: its node ${node} does not tell whether it has ${bridge ?? ''}; see that it answers`]
  return network.interfaces.some((each) => each.name === bridge)
    ? []
    : [
        `vm ${name}: ${key} was on ${bridge ?? ''}, which its node ${node} does not have any more; make that bridge again, then run this again`,
      ]
}
