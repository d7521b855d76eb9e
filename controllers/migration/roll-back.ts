import type { MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import { printable } from '../../model/printable.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { UserError } from '../../model/user-error.ts'
import { journalZones } from '../../reconcilers/migration/journal-zones.ts'
import { judgeWayBack } from './judge-way-back.ts'
import { JournalKeeper } from './journal-keeper.ts'
import type { MigrationParts } from './migrate.ts'
import { NicWriter } from './nic-writer.ts'
import { PoolMover } from './pool-mover.ts'
import { vmFinder } from './vm-finder.ts'

/** What a way back came to. */
export interface RolledBack {
  readonly back: readonly string[]
  /** Pool -> what is not back, and why. */
  readonly stuck: ReadonlyMap<string, readonly string[]>
}

/**
 * Puts the NICs of ranges back as the journal says they were, to the letter, pool by pool, and forgets those that are back. The VNets
 * stay. A range of which one NIC can't go back is left whole, which is looked at before the first is written.
 *
 * @param ranges empty: all. Throws a `UserError` for one that the journal does not have
 */
export async function rollBack(
  ranges: readonly string[],
  parts: Omit<MigrationParts, 'networks'> & {
    readonly store: MigrationJournalStore
    /** Throws a `UserError` where the journal is of another cluster. */
    readonly checkJournal: (journal: MigrationJournal, here: ClusterSnapshot) => void
  },
): Promise<RolledBack> {
  const { store, look, clock, signal, say } = parts
  const journal = await store.read()
  rangesInJournal(ranges, journal, 'put back')
  const pools = poolsIn(journal, ranges)
  if (journal === undefined || pools.length === 0) return { back: [], stuck: new Map() }
  const seen = await look()
  parts.checkJournal(journal, seen)
  const keeper = new JournalKeeper(store, journal)
  const writer = new NicWriter(parts, journalZones(journal, seen), signal)
  const mover = new PoolMover(writer, keeper, vmFinder(parts), {
    clock,
    say,
    judge: (nics) => judgeWayBack(nics, keeper.journal, parts),
  })
  const back: string[] = []
  const stuck = new Map<string, readonly string[]>()
  for (const pool of pools) {
    signal.throwIfAborted()
    say(`${pool}:`)
    const left = await mover.back(pool)
    if (left.length > 0) stuck.set(pool, left)
    else {
      await keeper.forget(pool)
      back.push(pool)
    }
  }
  return { back, stuck }
}

/** Throws a `UserError` for a range that the journal does not have. @param done what would be done with it */
export function rangesInJournal(ranges: readonly string[], journal: MigrationJournal | undefined, done: string): void {
  const all = poolsIn(journal, [])
  const backBefore = journal?.onBridges ?? []
  const unknown = ranges.find((range) => !all.includes(range) && !backBefore.includes(range))
  if (unknown !== undefined)
    throw new UserError(
      `${printable(unknown)}: nothing of that name is in the journal of the move, so nothing is ${done}; ${all.length === 0 ? 'it is empty' : `it has ${all.join(', ')}`}`,
    )
}

/** The pools of a journal, in the order in which they moved. */
const poolsIn = (journal: MigrationJournal | undefined, ranges: readonly string[]): readonly string[] =>
  [...new Set((journal?.nics ?? []).map(({ pool }) => pool))].filter(
    (pool) => ranges.length === 0 || ranges.includes(pool),
  )
