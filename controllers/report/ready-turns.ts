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
  readonly #announced = new Map<string, readonly string[]>()

  /** @param isQuiet conditions that are no turn, such as that work goes on */
  constructor(isQuiet: (ready: Condition) => boolean, onTurn: (status: RangeStatus, ready: Condition) => void) {
    this.#isQuiet = isQuiet
    this.#onTurn = onTurn
  }

  /** Takes a range's condition for told. */
  startFrom(rangeId: string, ready: Condition): void {
    if (!this.#isQuiet(ready)) this.#announced.set(rangeId, [newsOf(ready)])
  }

  /** The range is no more: whatever is told of one of its id is new. */
  forget(rangeId: string): void {
    this.#announced.delete(rangeId)
  }

  changed(status: RangeStatus): void {
    const ready = readyConditionOf(status)
    if (ready === undefined || this.#isQuiet(ready)) return
    const announced = this.#announced.get(status.id) ?? []
    const news = newsOf(ready)
    const isNew = ready.status === 'True' ? announced.at(-1) !== news : !announced.includes(news)
    if (!isNew) return
    this.#announced.set(status.id, ready.status === 'True' ? [news] : [...announced, news])
    this.#onTurn(status, ready)
  }
}

const newsOf = ({ status, reason }: Condition): string => `${status} ${reason}`
