import type { Clock } from '../../model/clock.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { OpenTriggers } from '../pace/open-triggers.ts'
import type { Tracer } from '../../model/tracer.ts'
import type { InFlight } from '../pace/in-flight.ts'
import type { PassReach } from './range-machine.ts'
import type { RangeRegister } from './range-register.ts'
import type { RangeReconciler } from './reconcile-range.ts'

/** Passes over ranges, by id: each with what is kept of its range, counted, and waited for by whoever stops the controller. */
export class RangePasses {
  readonly #reconciler: RangeReconciler
  readonly #register: RangeRegister
  readonly #metrics: Pick<Metrics, 'reconciled'>
  readonly #steady: Pick<Clock, 'now'>
  readonly #inFlight: InFlight
  readonly #tracer: Pick<Tracer, 'pass'>
  readonly #queue: Pick<OpenTriggers, 'began' | 'answered'>

  constructor(
    reconciler: RangeReconciler,
    register: RangeRegister,
    metrics: Pick<Metrics, 'reconciled'>,
    steady: Pick<Clock, 'now'>,
    inFlight: InFlight,
    queue: Pick<OpenTriggers, 'began' | 'answered'>,
    tracer: Pick<Tracer, 'pass'>,
  ) {
    this.#reconciler = reconciler
    this.#register = register
    this.#metrics = metrics
    this.#steady = steady
    this.#inFlight = inFlight
    this.#queue = queue
    this.#tracer = tracer
  }

  /** One pass over one range. Throws only when the controller stops. */
  pass(rangeId: string, reach: PassReach): Promise<Outcome> {
    const counted = (passId: string): Promise<Outcome> => this.#counted(rangeId, reach, passId)
    return this.#inFlight.track(this.#tracer.pass(rangeId, counted, ({ kind }) => kind))
  }

  async #counted(rangeId: string, reach: PassReach, passId: string): Promise<Outcome> {
    const began = this.#steady.now()
    this.#queue.began(rangeId)
    try {
      const range = this.#register.of(rangeId)
      const outcome = await this.#reconciler.reconcile(range, reach, this.#inFlight.signal)
      // Nothing is counted for a range that is forgotten.
      if (range.report.status !== undefined)
        this.#metrics.reconciled(rangeId, outcome.kind, (this.#steady.now() - began) / 1000, passId)
      return outcome
    } finally {
      this.#queue.answered(rangeId)
    }
  }
}
