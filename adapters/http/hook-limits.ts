import { type Allowance, type Pace, takeOne } from '../../model/allowance.ts'

/** Of requests that claim to be signed, from everywhere: each may cost the hashing of 1 MiB, a millisecond or two. */
const ALL: Pace = { atOnce: 60, everyMs: 100 }
/** Of those from one address that were wrong: whoever guesses is not to take the others' turns. */
const WRONG: Pace = { atOnce: 10, everyMs: 6000 }
/** Of so many addresses it is known; of those heard of longest ago it is forgotten. */
const MOST_ADDRESSES = 1000

/** How much whoever sends to the webhook may have Lanista do, whether he has the secret or not. */
export class HookLimits {
  readonly #now: () => number
  #all: Allowance | undefined
  readonly #wrong = new Map<string, Allowance>()

  /** @param now milliseconds that pass evenly */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Before a body is read. @returns 0, or how long to wait first, in milliseconds */
  enter(address: string): number {
    const now = this.#now()
    const wrong = this.#wrong.get(address)
    if (wrong !== undefined) {
      const { waitMs } = takeOne(wrong, WRONG, now)
      if (waitMs > 0) return waitMs
    }
    const { allowance, waitMs } = takeOne(this.#all, ALL, now)
    this.#all = allowance
    return waitMs
  }

  /** Something wrong came from there. */
  failed(address: string): void {
    const { allowance } = takeOne(this.#wrong.get(address), WRONG, this.#now())
    this.#wrong.delete(address)
    this.#wrong.set(address, allowance)
    for (const oldest of this.#wrong.keys()) {
      if (this.#wrong.size <= MOST_ADDRESSES) return
      this.#wrong.delete(oldest)
    }
  }
}
