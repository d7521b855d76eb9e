import type { FileRemoval } from '../../model/file-removal.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { ApprovalStore, Logger } from '../../model/ports.ts'
import type { WaitingSet } from '../../model/prune.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { approvalWas, type Mistake } from '../../reconcilers/prune/prune-words.ts'
import { fileGone } from '../../reconcilers/prune/removal-words.ts'
import { compareSets, waitingSetOf } from '../../reconcilers/prune/waiting-set.ts'

/** Asks a person about ranges that wait, and takes an answer only for exactly what waits when it is read. */
export class PruneApproval {
  readonly #approvals: ApprovalStore
  readonly #look: () => Promise<Pick<ClusterSnapshot, 'guests'>>
  readonly #logger: Logger
  readonly #metrics: Pick<Metrics, 'pruneWaiting'>
  /** What was asked last; undefined when nothing waits. */
  #asked: WaitingSet | undefined
  #mistake: Mistake | undefined

  /** @param look tells which VMs a person approves of */
  constructor(
    approvals: ApprovalStore,
    look: () => Promise<Pick<ClusterSnapshot, 'guests'>>,
    logger: Logger,
    metrics: Pick<Metrics, 'pruneWaiting'>,
  ) {
    this.#approvals = approvals
    this.#look = look
    this.#logger = logger
    this.#metrics = metrics
  }

  /** What was wrong with the last answer, which was for another set than waited by then; undefined when nothing was. */
  get mistake(): Mistake | undefined {
    return this.#mistake
  }

  /**
   * The orders of ranges that wait, if a person has approved of exactly them with their VMs; asks where nobody has. Throws
   * when the cluster can't be seen, or the answer can't be removed.
   *
   * @param why nobody but a person may decide
   * @param removals by which commits their files left, as far as it is known
   */
  async ordersOf(
    rangeIds: readonly string[],
    why: readonly string[],
    removals: ReadonlyMap<string, FileRemoval>,
  ): Promise<readonly RemovalOrder[]> {
    const waiting = waitingSetOf(rangeIds, why, await this.#look(), removals)
    return waiting !== undefined && (await this.#isApproved(waiting)) ? ordersOf(waiting) : []
  }

  /** Takes the question back, and an answer that nobody waits for. */
  async nothingWaits(): Promise<void> {
    this.#asked = undefined
    this.#mistake = undefined
    this.#metrics.pruneWaiting(0)
    await this.#approvals.clear()
  }

  async #isApproved(waiting: WaitingSet): Promise<boolean> {
    this.#metrics.pruneWaiting(waiting.ranges.length)
    const answer = await this.#approvals.approved()
    if (answer !== undefined) {
      // It counts once, also when this process ends before the ranges are gone.
      await this.#approvals.forgetAnswer()
      const compared = compareSets(answer, waiting)
      if (compared === 'same') {
        await this.nothingWaits()
        return true
      }
      this.#mistake = compared
      this.#logger.warn(`${approvalWas(compared)} and does not count; look again: lanista approve`)
    }
    // In full: a VM may have moved to another node, which is shown.
    if (JSON.stringify(this.#asked) === JSON.stringify(waiting)) return false
    await this.#approvals.ask(waiting)
    this.#asked = waiting
    const ranges = waiting.ranges.map(({ id }) => id)
    this.#logger.warn('ranges whose file is gone go only after lanista approve', { ranges, why: waiting.why })
    return false
  }
}

const ordersOf = ({ ranges }: WaitingSet): readonly RemovalOrder[] =>
  ranges.map(({ id, vms, removal }) => ({
    rangeId: id,
    why: `${fileGone(removal)}, and its removal was approved`,
    scope: { kind: 'listed', vms: vms.map(({ vmid, name }) => ({ vmid, name })) },
  }))
