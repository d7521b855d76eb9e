import type { JournalNic, MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import { isSameNic, withNic } from '../../reconcilers/migration/journal-of-plan.ts'

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

  /** Forgets entries; the journal itself with the last of them. */
  async forget(nics: readonly JournalNic[]): Promise<void> {
    const left = this.#journal.nics.filter((each) => !nics.some((nic) => isSameNic(nic, each)))
    this.#journal = { ...this.#journal, nics: left }
    await (left.length === 0 ? this.#store.clear() : this.#store.write(this.#journal))
  }
}
