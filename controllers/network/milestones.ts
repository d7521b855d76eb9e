interface Waiter {
  readonly names: ReadonlySet<string>
  readonly resolve: () => void
}

/** Names that are reached one after the other, and those who wait for some of them. */
export class Milestones {
  readonly #reached = new Set<string>()
  readonly #waiters = new Set<Waiter>()

  reached(names: Iterable<string>): void {
    for (const name of names) this.#reached.add(name)
    for (const waiter of this.#waiters) {
      if (!this.#has(waiter.names)) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /** Resolves when all of these are reached; never when there are none, as nothing is reached then. */
  all(names: ReadonlySet<string>): Promise<void> {
    return new Promise((resolve) => {
      if (this.#has(names)) resolve()
      else this.#waiters.add({ names, resolve })
    })
  }

  #has(names: ReadonlySet<string>): boolean {
    return names.size > 0 && [...names].every((name) => this.#reached.has(name))
  }
}
