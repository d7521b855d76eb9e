import type { JournalNic, MigrationJournal, MigrationJournalStore } from '../../model/migration-journal.ts'
import { withNic } from '../../reconcilers/migration/journal-of-plan.ts'

/**
 * The journal of a move while it goes on: on disk before what it tells of is done. What several note at once is written one after
 * the other, each time with all that is known by then.
 */
export class JournalKeeper {
  readonly #store: MigrationJournalStore
  #journal: MigrationJournal
  #writing: Promise<void> = Promise.resolve()
  /** Begins when the write that goes on has ended, and takes in all that is noted until then. */
  #next: Promise<void> | undefined

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
    await this.#write()
  }

  /** Whether a reboot of a VM was asked for of which nobody knows yet what has become. */
  isRebooting(vmid: number): boolean {
    return (this.#journal.reboots ?? []).some((each) => each.vmid === vmid)
  }

  /** Notes that a VM is about to be rebooted, and throws as `note` does. */
  async noteReboot(vmid: number, askedAt: number): Promise<void> {
    const others = (this.#journal.reboots ?? []).filter((each) => each.vmid !== vmid)
    this.#journal = { ...this.#journal, reboots: [...others, { vmid, askedAt }] }
    await this.#write()
  }

  /** Notes that nobody waits for a VM any more. Writes nothing where nobody did. */
  async noteUp(vmid: number): Promise<void> {
    if (!this.isRebooting(vmid)) return
    const { reboots: all = [], ...rest } = this.#journal
    const reboots = all.filter((each) => each.vmid !== vmid)
    this.#journal = { ...rest, ...(reboots.length === 0 ? {} : { reboots }) }
    await this.#write()
  }

  /** Forgets the entries of a pool that is on its bridges, and notes that it is: its VNets tell nobody any more. */
  async forget(pool: string): Promise<void> {
    const { nics, onBridges = [], reboots: all = [], ...rest } = this.#journal
    const reboots = all.filter((each) => !nics.some(({ vmid, pool: its }) => its === pool && vmid === each.vmid))
    this.#journal = {
      ...rest,
      ...(reboots.length === 0 ? {} : { reboots }),
      nics: nics.filter((nic) => nic.pool !== pool),
      onBridges: [...new Set([...onBridges, pool])].sort(),
    }
    await this.#write()
  }

  #write(): Promise<void> {
    this.#next ??= this.#afterThisOne()
    return this.#next
  }

  async #afterThisOne(): Promise<void> {
    await this.#writing.catch(() => undefined)
    this.#next = undefined
    this.#writing = this.#store.write(this.#journal)
    await this.#writing
  }
}
