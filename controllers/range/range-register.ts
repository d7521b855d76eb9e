import type { KnownNumber } from '../../reconcilers/route/numbers-in-use.ts'
import type { RangeInHand } from './range-in-hand.ts'
import { RangeNetworks } from './range-networks.ts'
import { RangeReport, type StatusSink } from './range-report.ts'

/** What is kept in memory of each range, made when it is first asked for. */
export class RangeRegister {
  readonly #sink: StatusSink
  readonly #ranges = new Map<string, RangeInHand>()

  constructor(sink: StatusSink) {
    this.#sink = sink
  }

  of(id: string): RangeInHand {
    const known = this.#ranges.get(id)
    if (known !== undefined) return known
    const range = { id, report: new RangeReport(id, this.#sink), networks: new RangeNetworks() }
    this.#ranges.set(id, range)
    return range
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
