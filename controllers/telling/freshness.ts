/**
 * Whether what is told of the cluster is of before something was done there, and the look that mends it: a range that is Ready has
 * nothing more to look at for itself, so that its VMs would be missing on their nodes until the next resync.
 */
export class Freshness {
  readonly #look: () => Promise<void>
  #isStale = false
  #looking: Promise<void> | undefined

  /** @param look resolves when the cluster was looked at, or could not be in a moment. Never rejects */
  constructor(look: () => Promise<void>) {
    this.#look = look
  }

  /** Something was done. */
  spoil(): void {
    this.#isStale = true
  }

  /** The cluster was looked at by somebody. */
  renewed(): void {
    this.#isStale = false
  }

  /** One look for all who ask at once, and none where nothing was done since the last. */
  async freshen(): Promise<void> {
    if (!this.#isStale) return
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }
}
