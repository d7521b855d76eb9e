import type { Finding } from '../../model/condition.ts'
import type { MigrationJournalStore } from '../../model/migration-journal.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { holdOn, NOT_MIGRATED } from '../../reconcilers/hold-on.ts'
import { holdsOf } from '../../reconcilers/migration/holds.ts'
import { machinesHidden } from '../../reconcilers/not-visible.ts'

/**
 * Why nothing of a range is changed on account of a move of networks, by its journal: for a plan, and once more right before each write
 * that the plan leads to, as a move may begin, end or be taken back in between.
 */
export class MoveHolds {
  readonly #journal: Pick<MigrationJournalStore, 'read'>
  #mode: NetworkMode | Finding | undefined
  /** Ranges that are said to be on their bridges and were seen without a VM: what they have since was made on VNets. */
  readonly #madeAnew = new Set<string>()

  constructor(journal: Pick<MigrationJournalStore, 'read'>) {
    this.#journal = journal
  }

  /** Range id -> why nothing is planned for it by this look. Throws when the journal can't be read. */
  async atLook(mode: NetworkMode | Finding, seen: ClusterSnapshot): Promise<ReadonlyMap<string, Finding>> {
    this.#mode = mode
    const holds = holdsOf(await this.#journal.read(), mode)
    for (const id of this.#madeAnew) if (holds.get(id)?.reason !== NOT_MIGRATED) this.#madeAnew.delete(id)
    for (const id of holds.keys())
      if (holdOn(id, holds, seen.guests) === undefined && machinesHidden(id, seen) === undefined) this.#madeAnew.add(id)
    return this.#withoutMadeAnew(holds)
  }

  /** Why nothing of the range is written any more; undefined where nothing is in the way. Throws when the journal can't be read. */
  async on(rangeId: string): Promise<Finding | undefined> {
    if (this.#mode === undefined) return undefined
    return this.#withoutMadeAnew(holdsOf(await this.#journal.read(), this.#mode)).get(rangeId)
  }

  #withoutMadeAnew(holds: ReadonlyMap<string, Finding>): ReadonlyMap<string, Finding> {
    return new Map([...holds].filter(([id, { reason }]) => reason !== NOT_MIGRATED || !this.#madeAnew.has(id)))
  }
}
