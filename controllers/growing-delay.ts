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

  failed(now: number): void {
    this.#failures += 1
    this.#until = now + Math.min(this.#first * 2 ** (this.#failures - 1), this.#most)
  }

  /** Milliseconds that are left of it. */
  left(now: number): number {
    return Math.max(0, this.#until - now)
  }
}
