/** Work that nobody waits for, but whoever stops the controller. */
export class InFlight {
  /** Ends it. */
  readonly signal: AbortSignal
  readonly #works = new Set<Promise<unknown>>()

  constructor(signal: AbortSignal) {
    this.signal = signal
  }

  /** Counts the work in until it has settled; hands it on as it is. */
  track<T>(work: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = work.then(
      () => this.#works.delete(ended),
      () => this.#works.delete(ended),
    )
    this.#works.add(ended)
    return work
  }

  /** Resolves when nothing is under way any more, what is begun meanwhile included. Never rejects. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.all(this.#works)
  }
}
