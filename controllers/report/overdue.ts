import type { Clock } from '../../model/clock.ts'
import type { Condition } from '../../model/condition.ts'
import { WORKING } from '../../model/range-state.ts'

/** So long what is said to be under way may look the same, in milliseconds. */
const PATIENCE_MS = 600_000

/**
 * Which conditions have said too long that work goes on: a state that nobody ends is a finding. Progress shows in the message, as
 * by how many VMs are running; one that was told long ago in the same row is none. Remembers in memory.
 */
export class Overdue {
  readonly #steady: Pick<Clock, 'steady'>
  /** Range and type -> message -> when it was first told since the condition began to say so. */
  readonly #since = new Map<string, Map<string, number>>()

  constructor(steady: Pick<Clock, 'steady'>) {
    this.#steady = steady
  }

  /** The conditions, with a finding in place of each that has said the same too long. */
  of(rangeId: string, conditions: readonly Condition[]): readonly Condition[] {
    return conditions.map((each) => this.#judged(`${rangeId}/${each.type}`, each))
  }

  /** The range is no more. */
  forget(rangeId: string): void {
    for (const key of this.#since.keys()) if (key.startsWith(`${rangeId}/`)) this.#since.delete(key)
  }

  #judged(key: string, condition: Condition): Condition {
    if (!WORKING.has(condition.reason)) {
      this.#since.delete(key)
      return condition
    }
    const now = this.#steady.steady()
    const told = this.#since.get(key) ?? new Map<string, number>()
    this.#since.set(key, told)
    const first = told.get(condition.message) ?? now
    told.set(condition.message, first)
    return now - first < PATIENCE_MS ? condition : { ...condition, reason: OVERDUE, message: overdueText(condition) }
  }
}

/** The reason of what should have come to an end by now. */
const OVERDUE = 'Overdue'

const overdueText = ({ message }: Condition): string =>
  `${message}; nothing has come of that for 10 minutes: look at the tasks that Proxmox shows for it, and stop one that hangs, or see Lanista's log; when it has ended, this goes on by itself`
