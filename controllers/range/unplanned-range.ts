import { isRangeId, isReservedRangeId } from '../../model/range-id.ts'
import type { CommitStamp } from '../../model/revision.ts'
import type { Outcome } from '../../model/outcome.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { unlessAborted } from '../pace/aborted.ts'
import type { Pruning } from '../removal/pruning.ts'
import { factsSeen, factsUnread, type Sight } from './range-facts.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { PassReach } from './range-machine.ts'
import type { RangeSight } from './range-sight.ts'

type Problem = Extract<Outcome, { readonly error: string }>
type Look = Sight | { readonly error: string } | 'superseded'

/**
 * The pass over a range for which nothing is planned, as its file has a problem or is gone: the problem is told at once, and
 * what there is of the range as soon as it is seen. Changes nothing.
 */
export class UnplannedRange {
  readonly #sight: Pick<RangeSight, 'now'>
  readonly #pruning: Pick<Pruning, 'outlookOf'>

  constructor(sight: Pick<RangeSight, 'now'>, pruning: Pick<Pruning, 'outlookOf'>) {
    this.#sight = sight
    this.#pruning = pruning
  }

  /** A range whose file has a problem, which was told. Throws only when aborted. */
  async stays(problem: Problem, range: RangeInHand, reach: PassReach, signal: AbortSignal): Promise<Outcome> {
    const look = await this.#look(range, reach, signal)
    if (look === 'superseded') return { kind: 'progressing' }
    tell(look, range, reach)
    return problem
  }

  /**
   * A range without a file. One of which nothing is on the cluster either, as far as all of it is shown, is none: it is
   * told of nowhere any more. Throws only when aborted.
   *
   * @param removedBy the commit that removed its file, where that is known
   */
  async missing(
    removedBy: CommitStamp | undefined,
    range: RangeInHand,
    reach: PassReach,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { id, report } = range
    // Of the one nothing was left when it was last looked for, and the other can't have anything.
    if (report.isGone || !isRangeId(id)) return forgotten(range)
    // What is known of it is told at once, however long a look takes.
    // A file under a reserved name never was a range's, so there is nothing that would stay.
    if (report.status !== undefined && !isReservedRangeId(id)) report.missing(this.#pruning.outlookOf(id), removedBy)
    const look = await this.#look(range, reach, signal)
    if (look === 'superseded') return { kind: 'progressing' }
    if (!('error' in look) && !look.left.isMarked && look.unsure === undefined) {
      // What is made for a VM just now shows when it is done.
      return reach.underWay().size > 0 ? { kind: 'progressing' } : forgotten(range)
    }
    const error = report.missing(this.#pruning.outlookOf(id), removedBy)
    tell(look, range, reach)
    return { kind: 'error' in look ? 'retry' : 'stalled', error }
  }

  /** Ends as soon as something has changed, since it only waits. */
  async #look({ id, report }: RangeInHand, { superseded }: PassReach, signal: AbortSignal): Promise<Look> {
    try {
      return await unlessAborted(this.#sight.now(id, report.vms, signal), AbortSignal.any([signal, superseded]))
    } catch (error) {
      signal.throwIfAborted()
      if (superseded.aborted) return 'superseded'
      const outcome = outcomeOfError(error)
      return { error: 'error' in outcome ? outcome.error : String(error) }
    }
  }
}

function tell(look: Exclude<Look, 'superseded'>, { report }: RangeInHand, reach: PassReach): void {
  const { asked, status } = report
  const reason = status?.conditions.find(({ type }) => type === 'SpecValid')?.reason ?? 'FileMissing'
  if ('error' in look) report.seen(factsUnread(asked, status?.number, look.error))
  else report.seen(factsSeen(asked, look, reason, reach.underWay().size > 0))
}

function forgotten({ report }: RangeInHand): Outcome {
  report.forget()
  return { kind: 'settled' }
}
