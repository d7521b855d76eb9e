import type { Clock } from '../../model/clock.ts'

/** A file system that hangs keeps the ranges on it waiting, and no other for longer than this, once. */
const GRACE_MS = 10_000

/** Who is about to ask for a plan, so that ranges triggered together are planned together, however long each file takes. */
export class Announced {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #signal: AbortSignal
  readonly #reading = new Set<Promise<unknown>>()

  constructor(clock: Pick<Clock, 'sleep'>, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
  }

  /** Says that a range will ask for its plan as soon as its file is read, or not at all. */
  announce<T>(reading: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = reading.then(
      () => this.#reading.delete(ended),
      () => this.#reading.delete(ended),
    )
    this.#reading.add(ended)
    return reading
  }

  /** Resolves when nobody is reading any more; who takes too long is not waited for again. */
  async gone(): Promise<void> {
    if (this.#reading.size === 0) return
    const over = new AbortController()
    const grace = this.#clock.sleep(GRACE_MS, AbortSignal.any([this.#signal, over.signal])).then(
      () => this.#reading.clear(),
      () => undefined,
    )
    while (this.#reading.size > 0 && !this.#signal.aborted) await Promise.race([Promise.all(this.#reading), grace])
    over.abort()
  }
}
