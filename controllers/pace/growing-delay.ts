/** How long to keep from what just failed: longer after each failure in a row. */
export class GrowingDelay {
  readonly #first: number
  readonly #most: number
  #failures = 0
  #until = 0

  /** Both in milliseconds. */
  constructor(first: number, most: number) {
    this.#first = first
    this.#most = most
  }

  /** So many in a row. */
  get failures(): number {
    return this.#failures
  }

  /** @param share of the delay that is waited, 0..1, so that many don't wait in step */
  failed(now: number, share = 1): void {
    this.#failures += 1
    this.#until = now + Math.min(this.#first * 2 ** (this.#failures - 1), this.#most) * share
  }

  /** When it is over, by the same clock. */
  get until(): number {
    return this.#until
  }

  /** Milliseconds that are left of it. */
  left(now: number): number {
    return Math.max(0, this.#until - now)
  }
}
