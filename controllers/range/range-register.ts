import type { Clock } from '../../model/clock.ts'
import type { KnownNumber } from '../../reconcilers/route/numbers-in-use.ts'
import type { RangeInHand } from './range-in-hand.ts'
import { RangeNetworks } from './range-networks.ts'
import { RangeReport, type StatusSink } from './range-report.ts'

/** What is kept in memory of each range, made when it is first asked for. */
export class RangeRegister {
  readonly #sink: StatusSink
  readonly #clock: Pick<Clock, 'now'>
  readonly #ranges = new Map<string, RangeInHand>()
  /** The files that an earlier life told of, by range. */
  readonly #sources = new Map<string, string>()

  constructor(sink: StatusSink, clock: Pick<Clock, 'now'>) {
    this.#sink = sink
    this.#clock = clock
  }

  /** An earlier life told of a range with this file. */
  startFrom(id: string, source: string): void {
    this.#sources.set(id, source)
  }

  /** True while something is told of the range. */
  isTold(id: string): boolean {
    return this.#ranges.get(id)?.report.status !== undefined
  }

  /** Nobody works for the range any more, and nothing is told of it: nothing is kept either. */
  drop(id: string): void {
    this.#ranges.delete(id)
    this.#sources.delete(id)
  }

  of(id: string): RangeInHand {
    const known = this.#ranges.get(id)
    if (known !== undefined) return known
    const report = new RangeReport(id, this.#sink, this.#clock, this.#sources.get(id))
    const range = { id, report, networks: new RangeNetworks() }
    this.#ranges.set(id, range)
    return range
  }

  /** As a range was planned last; undefined while there is no plan for it. */
  planOf(id: string): RangeReport['plan'] {
    return this.#ranges.get(id)?.report.plan
  }

  /** What is known of the number of each range that something was told of. */
  numbers(): ReadonlyMap<string, KnownNumber> {
    return new Map(
      [...this.#ranges].flatMap(([id, { report }]) =>
        report.status === undefined ? [] : [[id, report.knownNumber] as const],
      ),
    )
  }
}
