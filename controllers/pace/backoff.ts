import type { Clock } from '../../model/clock.ts'

/** How long to keep from what has failed: doubling with each failure in a row from the first delay to the longest, in ms. */
export interface BackoffPolicy {
  readonly first: number
  readonly most: number
}

/** What has failed, and when it may be tried again. */
export interface Failed<Value> {
  /** What was said of the last failure. */
  readonly value: Value
  /** So many failures in a row. */
  readonly failures: number
  /** In epoch milliseconds, by the clock of the backoff. */
  readonly until: number
}

/**
 * When to try again what has failed, each by its own key. In memory only: after a restart everything is tried once.
 *
 * A key is a path such as `JD/JD-dc01`, so that all of a range is cleared at once. Time that has passed ends the delay and
 * not the row of failures: only `clear` does.
 */
export class Backoff<Value> {
  readonly #clock: Pick<Clock, 'now'>
  readonly #failed = new Map<string, Failed<Value>>()

  /** @param clock a steady one: a delay must not end because somebody has set the date */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /**
   * It has failed just now.
   *
   * @param value what is to be known of the failure while it lasts
   * @param share of the delay that is waited, 0..1, so that many don't try again in step
   */
  failed(key: string, { first, most }: BackoffPolicy, value: Value, share = 1): Failed<Value> {
    const failures = (this.#failed.get(key)?.failures ?? 0) + 1
    const delay = Math.min(first * 2 ** (failures - 1), most)
    const failed = { value, failures, until: this.#clock.now() + delay * share }
    this.#failed.set(key, failed)
    return failed
  }

  /** How it failed last, whether it may be tried again by now or not; undefined when it hasn't since it was cleared. */
  get(key: string): Failed<Value> | undefined {
    return this.#failed.get(key)
  }

  /** Milliseconds until it may be tried again; 0: now. */
  left(key: string): number {
    return Math.max(0, (this.#failed.get(key)?.until ?? 0) - this.#clock.now())
  }

  /** Begins anew with a key and all below it: `JD` clears `JD/JD-dc01`, and not `JD2`. */
  clear(key: string): void {
    for (const each of this.#failed.keys()) if (each === key || each.startsWith(`${key}/`)) this.#failed.delete(each)
  }
}
