import { type Allowance, type Pace, takeOne } from '../../model/allowance.ts'

/** Of requests that claim to be signed, from everywhere: each may cost the hashing of 1 MiB, a millisecond or two. */
const ALL: Pace = { atOnce: 60, everyMs: 100 }
/** Of those from one address that have not proved anything: whoever guesses, or sends no body, is not to take the others' turns. */
const UNPROVED: Pace = { atOnce: 10, everyMs: 6000 }
/** Of so many addresses it is known; of those heard of longest ago it is forgotten. */
const MOST_ADDRESSES = 1000

/** How much whoever sends to the webhook may have Lanista do, whether he has the secret or not. */
export class HookLimits {
  readonly #now: () => number
  #all: Allowance | undefined
  readonly #unproved = new Map<string, Allowance>()

  /** @param now milliseconds that pass evenly */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Of so many addresses it is known that they have proved nothing yet. */
  get unproved(): number {
    return this.#unproved.size
  }

  /**
   * Before a body is read. It counts as one that proves nothing until it has: what is broken off, or never ends, does not.
   *
   * @returns 0, or how long to wait first, in milliseconds
   */
  enter(address: string): number {
    const now = this.#now()
    const own = takeOne(this.#unproved.get(address), UNPROVED, now)
    if (own.waitMs > 0) return own.waitMs
    const { allowance, waitMs } = takeOne(this.#all, ALL, now)
    this.#all = allowance
    if (waitMs === 0) this.#remember(address, own.allowance)
    return waitMs
  }

  /** What entered from there has proved that its sender has the secret. */
  proved(address: string): void {
    const before = this.#unproved.get(address)
    if (before === undefined) return
    const left = before.left + 1
    if (left < UNPROVED.atOnce) this.#remember(address, { ...before, left })
    else this.#unproved.delete(address)
  }

  #remember(address: string, allowance: Allowance): void {
    this.#unproved.delete(address)
    this.#unproved.set(address, allowance)
    for (const oldest of this.#unproved.keys()) {
      if (this.#unproved.size <= MOST_ADDRESSES) return
      this.#unproved.delete(oldest)
    }
  }
}
