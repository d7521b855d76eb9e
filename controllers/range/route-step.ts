import type { Outcome } from '../../model/outcome.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { RouteController } from '../network/route-controller.ts'
import type { RangeInHand } from './range-in-hand.ts'

/** The part of a pass that looks after the route from this machine to the range, which no VM waits for. */
export class RouteStep {
  readonly #routes: Pick<RouteController, 'ensure'>
  readonly #isWanted: () => boolean

  /** @param isWanted `lanista.routes.enabled`, asked in each pass */
  constructor(routes: Pick<RouteController, 'ensure'>, isWanted: () => boolean) {
    this.#routes = routes
    this.#isWanted = isWanted
  }

  async ensure({ rangeId, number }: RangePlan, { report }: RangeInHand): Promise<Outcome> {
    if (!this.#isWanted()) {
      report.noRoutes()
      return { kind: 'settled' }
    }
    const made = await this.#routes.ensure({ rangeId, number })
    report.found({ routes: made.kind === 'ready' ? true : made.finding })
    if (made.kind === 'ready') return { kind: 'settled' }
    return { kind: made.kind === 'retry' ? 'retry' : 'stalled', error: made.finding.message }
  }
}
