import { type Finding, NOT_READ } from '../../model/condition.ts'
import type { Outcome } from '../../model/outcome.ts'
import { Withdrawn } from '../../model/permit.ts'
import type { Logger } from '../../model/ports.ts'
import { outcomeOfError } from '../../reconcilers/outcome-of-error.ts'
import { unlessAborted } from '../pace/aborted.ts'
import type { RemovalReconciler } from './reconcile-removal.ts'
import type { Announced } from './announced.ts'
import type { RangeInHand } from './range-in-hand.ts'
import type { PassReach } from './range-machine.ts'
import type { RangePass, Stage, ValidFile } from './range-pass.ts'
import type { RangeWishes } from './range-wishes.ts'
import type { UnplannedRange } from './unplanned-range.ts'

/**
 * One pass over one range: read what is wanted, plan, hand it over, report. Recomputes everything from the file and
 * from Proxmox. A broken, missing or unreadable file is reported, with what is there of its range, and changes nothing;
 * so is one whose file is held back. A suspended range is left alone, and nothing of it is looked at.
 */
export class RangeReconciler {
  readonly #wishes: RangeWishes
  readonly #announced: Announced
  readonly #pass: RangePass
  readonly #removal: RemovalReconciler
  readonly #unplanned: UnplannedRange
  readonly #logger: Logger

  constructor(
    wishes: RangeWishes,
    announced: Announced,
    pass: RangePass,
    removal: RemovalReconciler,
    unplanned: UnplannedRange,
    logger: Logger,
  ) {
    this.#wishes = wishes
    this.#announced = announced
    this.#pass = pass
    this.#removal = removal
    this.#unplanned = unplanned
    this.#logger = logger
  }

  /** Throws only when aborted. */
  async reconcile(range: RangeInHand, reach: PassReach, signal: AbortSignal): Promise<Outcome> {
    const { id, report } = range
    // A file that takes long to read holds up nobody who stops.
    const wish = await unlessAborted(this.#announced.announce(this.#wishes.read(id)), signal)
    report.follows(wish.revisions)
    const stays = wish.kind !== 'present' && wish.kind !== 'removal'
    if (stays) reach.withdraw(`range ${id}: nothing is wanted of it now`, 'all')
    switch (wish.kind) {
      case 'present':
        return await this.#build(wish, range, reach, signal)
      case 'removal':
        return await this.#removal.remove(wish, range, reach, signal)
      case 'destroyed':
        return await this.#removal.stayAway(wish, range)
      case 'missing':
        return await this.#unplanned.missing(wish.removedBy, range, reach, signal)
      case 'unreadable':
        this.#logger.error('range file could not be read', { range: id, error: wish.why })
        return await this.#unplanned.stays({ kind: 'retry', error: report.unreadable(wish.why) }, range, reach, signal)
      case 'held':
        return await this.#unplanned.stays(
          { kind: 'stalled', error: report.held(wish.held, wish.problem) },
          range,
          reach,
          signal,
        )
      case 'invalid':
        return await this.#unplanned.stays(
          { kind: 'stalled', error: report.invalid(wish.diagnostics) },
          range,
          reach,
          signal,
        )
      case 'suspended':
        report.suspended(wish.spec, wish.warnings)
        // It may end by itself, so it is looked at again like a range that is as asked.
        return { kind: 'settled' }
    }
  }

  async #build(file: ValidFile, range: RangeInHand, reach: PassReach, signal: AbortSignal): Promise<Outcome> {
    let reached: Stage = 'planning'
    try {
      return await this.#pass.run(file, range, reach, signal, (stage) => {
        reached = stage
      })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Withdrawn) return { kind: 'progressing' }
      this.#logger.error('pass broke off', { range: range.id, error })
      return brokenOff(error, reached, range)
    }
  }
}

/** What the pass did not get to see is not known, and what it broke off at has failed. */
function brokenOff(error: unknown, reached: Stage, { report }: RangeInHand): Outcome {
  const outcome = outcomeOfError(error)
  const message = 'error' in outcome ? outcome.error : String(error)
  const unseen: Finding = { reason: NOT_READ, message }
  switch (reached) {
    case 'planning':
      report.unread(unseen)
      break
    case 'networks':
      report.found({ network: { reason: 'NetworkFailed', message } })
      break
    case 'machines':
      report.found({ machines: { reason: 'MachinesFailed', message } })
      break
  }
  return outcome
}
