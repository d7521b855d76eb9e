import type { ApprovalStore, Logger, Metrics } from '../../model/ports.ts'
import type { WaitingSet } from '../../model/prune.ts'
import { isSameSet } from '../../reconcilers/prune/waiting-set.ts'

interface ApprovalDependencies {
  readonly approvals: ApprovalStore
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'pruneWaiting'>
}

/** Asks a person about ranges that wait, and takes an answer only for exactly what waits when it is read. */
export class PruneApproval {
  readonly #deps: ApprovalDependencies
  /** What was asked last; undefined when nothing waits. */
  #asked: WaitingSet | undefined
  #answeredWrongly = false

  constructor(dependencies: ApprovalDependencies) {
    this.#deps = dependencies
  }

  /** The last answer was for another set than waited by then. */
  get answeredWrongly(): boolean {
    return this.#answeredWrongly
  }

  /** Whether a person has approved of exactly this; asks where nobody has. Throws when the answer can't be removed. */
  async isApproved(waiting: WaitingSet): Promise<boolean> {
    const { approvals, logger, metrics } = this.#deps
    metrics.pruneWaiting(waiting.ranges.length)
    const answer = await approvals.approved()
    if (answer !== undefined) {
      // It counts once, also when this process ends before the ranges are gone.
      await approvals.forgetAnswer()
      if (isSameSet(answer, waiting)) {
        await this.nothingWaits()
        return true
      }
      this.#answeredWrongly = true
      logger.warn(
        'the approval was for other ranges or VMs than wait now and does not count; look again: lanista approve',
      )
    }
    // In full: a VM may have moved to another node, which is shown.
    if (JSON.stringify(this.#asked) === JSON.stringify(waiting)) return false
    await approvals.ask(waiting)
    this.#asked = waiting
    const ranges = waiting.ranges.map(({ id }) => id)
    logger.warn('ranges whose file is gone go only after lanista approve', { ranges, why: waiting.why })
    return false
  }

  /** Takes the question back, and an answer that nobody waits for. */
  async nothingWaits(): Promise<void> {
    this.#asked = undefined
    this.#answeredWrongly = false
    this.#deps.metrics.pruneWaiting(0)
    await this.#deps.approvals.clear()
  }
}
