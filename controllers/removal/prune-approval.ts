import type { ApprovalStore, Logger, Metrics } from '../../model/ports.ts'
import type { WaitingSet } from '../../model/prune.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { isSameSet, waitingSetOf } from '../../reconcilers/prune/waiting-set.ts'

/** Asks a person about ranges that wait, and takes an answer only for exactly what waits when it is read. */
export class PruneApproval {
  readonly #approvals: ApprovalStore
  readonly #look: () => Promise<Pick<ClusterSnapshot, 'guests'>>
  readonly #logger: Logger
  readonly #metrics: Pick<Metrics, 'pruneWaiting'>
  /** What was asked last; undefined when nothing waits. */
  #asked: WaitingSet | undefined
  #answeredWrongly = false

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

  /** The last answer was for another set than waited by then. */
  get answeredWrongly(): boolean {
    return this.#answeredWrongly
  }

  /**
   * The orders of ranges that wait, if a person has approved of exactly them with their VMs; asks where nobody has. Throws
   * when the cluster can't be seen, or the answer can't be removed.
   *
   * @param why nobody but a person may decide
   */
  async ordersOf(rangeIds: readonly string[], why: readonly string[]): Promise<readonly RemovalOrder[]> {
    const waiting = waitingSetOf(rangeIds, why, await this.#look())
    return waiting !== undefined && (await this.#isApproved(waiting)) ? ordersOf(waiting) : []
  }

  /** Takes the question back, and an answer that nobody waits for. */
  async nothingWaits(): Promise<void> {
    this.#asked = undefined
    this.#answeredWrongly = false
    this.#metrics.pruneWaiting(0)
    await this.#approvals.clear()
  }

  async #isApproved(waiting: WaitingSet): Promise<boolean> {
    this.#metrics.pruneWaiting(waiting.ranges.length)
    const answer = await this.#approvals.approved()
    if (answer !== undefined) {
      // It counts once, also when this process ends before the ranges are gone.
      await this.#approvals.forgetAnswer()
      if (isSameSet(answer, waiting)) {
        await this.nothingWaits()
        return true
      }
      this.#answeredWrongly = true
      this.#logger.warn(
        'the approval was for other ranges or VMs than wait now and does not count; look again: lanista approve',
      )
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
  ranges.map(({ id, vms }) => ({
    rangeId: id,
    why: 'its file is gone, and its removal was approved',
    scope: { kind: 'listed', vms: vms.map(({ vmid, name }) => ({ vmid, name })) },
  }))
