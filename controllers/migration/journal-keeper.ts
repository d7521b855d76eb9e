import type { JournalNic, MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import { withNic } from '../../reconcilers/migration/journal-of-plan.ts'

/** The journal of a move while it goes on: on disk before what it tells of is done. */
export class JournalKeeper {
  readonly #store: MigrationJournalStore
  #journal: MigrationJournal

  constructor(store: MigrationJournalStore, journal: MigrationJournal) {
    this.#store = store
    this.#journal = journal
  }

  get journal(): MigrationJournal {
    return this.#journal
  }

  /** The NICs of a pool, in the order in which they move. */
  of(pool: string): readonly JournalNic[] {
    return this.#journal.nics.filter((nic) => nic.pool === pool)
  }

  /** Takes in an entry. Throws when it can't be written to disk: then nothing that it is about may be done. */
  async note(nic: JournalNic): Promise<void> {
    this.#journal = withNic(this.#journal, nic)
    await this.#store.write(this.#journal)
  }

  /** Forgets the entries of a pool that is on its bridges, and notes that it is: its VNets tell nobody any more. */
  async forget(pool: string): Promise<void> {
    const { nics, onBridges = [] } = this.#journal
    this.#journal = {
      ...this.#journal,
      nics: nics.filter((nic) => nic.pool !== pool),
      onBridges: [...new Set([...onBridges, pool])].sort(),
    }
    await this.#store.write(this.#journal)
  }
}
