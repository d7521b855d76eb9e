import { type Allowance, type Pace, takeOne } from '../../model/allowance.ts'
import type { Clock } from '../../model/clock.ts'

/** What is asked again and again, and how often. */
export interface PollingParts {
  /** Asks once. @returns whether the server could be asked */
  readonly poll: (signal: AbortSignal) => Promise<boolean>
  readonly intervalMs: number
  readonly clock: Pick<Clock, 'sleep' | 'steady'>
  /** 0..1 */
  readonly random: () => number
}

/** After a failure it is asked again so soon, and later with each further one until the interval is reached. In milliseconds. */
const FIRST_DELAY_MS = 5000

/** However many hints come: a forge tells of every push to any branch, and whoever has the secret could do so all day. */
const HINTED: Pace = { atOnce: 5, everyMs: 2000 }

/** Asks at intervals, never twice at once, and at once when somebody has a hint, within reason. */
export class Polling {
  readonly #parts: PollingParts
  #isHinted = false
  #wake: () => void = () => undefined
  /** Of polls for a hint. */
  #allowance: Allowance | undefined

  constructor(parts: PollingParts) {
    this.#parts = parts
  }

  /**
   * Something may be new: asks now, or once more when it is asking already; where many have come, in a moment. No hint is lost, and
   * nothing else is believed of one.
   */
  hint(): void {
    this.#isHinted = true
    this.#wake()
  }

  /** Until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { poll, intervalMs, random } = this.#parts
    for (let failures = 0; !signal.aborted;) {
      this.#isHinted = false
      const isWell = await poll(signal).catch(() => false)
      failures = isWell ? 0 : failures + 1
      // Many that lost the same server don't come back to it in step.
      const delay = isWell
        ? intervalMs
        : Math.min(intervalMs, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 20)) * (0.75 + random() / 4)
      await this.#pause(delay, signal)
    }
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#isHinted && !signal.aborted) await this.#sleep(milliseconds, signal)
    while (this.#isHinted && !signal.aborted) {
      const { allowance, waitMs } = takeOne(this.#allowance, HINTED, this.#parts.clock.steady())
      this.#allowance = allowance
      if (waitMs === 0) return
      await this.#parts.clock.sleep(waitMs, signal).catch(() => undefined)
    }
  }

  /** Until then, or until there is a hint. */
  async #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    this.#wake = () => over.abort()
    await this.#parts.clock.sleep(milliseconds, AbortSignal.any([signal, over.signal])).catch(() => undefined)
    this.#wake = () => undefined
  }
}
