import type { Condition } from '../../model/condition.ts'
import { type RangeStatus, readyConditionOf } from '../../model/range-status.ts'

/**
 * Hands on each turn of a range's `Ready` once: when it becomes Ready, or stops being so. While it is not Ready each
 * reason counts once: a failure that comes and goes with every attempt is one.
 */
export class ReadyTurns {
  readonly #isQuiet: (ready: Condition) => boolean
  readonly #onTurn: (status: RangeStatus, ready: Condition) => void
  /** Since a range was last Ready; that itself is the first. */
  readonly #told = new Map<string, readonly string[]>()

  /** @param isQuiet conditions that are no turn, such as that work goes on */
  constructor(isQuiet: (ready: Condition) => boolean, onTurn: (status: RangeStatus, ready: Condition) => void) {
    this.#isQuiet = isQuiet
    this.#onTurn = onTurn
  }

  /** Takes a range's condition for told. */
  startFrom(rangeId: string, ready: Condition): void {
    if (!this.#isQuiet(ready)) this.#told.set(rangeId, [newsOf(ready)])
  }

  changed(status: RangeStatus): void {
    const ready = readyConditionOf(status)
    if (ready === undefined || this.#isQuiet(ready)) return
    const told = this.#told.get(status.id) ?? []
    const news = newsOf(ready)
    const isNew = ready.status === 'True' ? told.at(-1) !== news : !told.includes(news)
    if (!isNew) return
    this.#told.set(status.id, ready.status === 'True' ? [news] : [...told, news])
    this.#onTurn(status, ready)
  }
}

const newsOf = ({ status, reason }: Condition): string => `${status} ${reason}`
