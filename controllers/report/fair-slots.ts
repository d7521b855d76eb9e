interface Waiter {
  readonly range: string
  readonly address: string
  readonly begin: () => void
}

/** So many of a range, and so many to an address: what hangs there leaves room for others. */
const MOST_OF_ONE = 2

/**
 * So many works at once, few of them for one range or to one address, and of those that wait the one whose range had its turn the
 * longest ago. So a range that names a hundred addresses which never answer takes turns from nobody else.
 */
export class FairSlots {
  #free: number
  readonly #waiting: Waiter[] = []
  /** By range and by address. */
  readonly #atWork = new Map<string, number>()
  /** Range -> the number of its last turn. */
  readonly #turnOf = new Map<string, number>()
  #turns = 0

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async use<T>(range: string, address: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ range, address, begin })
      this.#goOn()
    })
    try {
      return await work()
    } finally {
      this.#count(range, address, -1)
      this.#goOn()
    }
  }

  #goOn(): void {
    while (this.#free > 0) {
      const next = this.#next()
      if (next === undefined) return
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.#turnOf.set(next.range, (this.#turns += 1))
      this.#count(next.range, next.address, 1)
      next.begin()
    }
    if (this.#waiting.length === 0) this.#turnOf.clear()
  }

  #next(): Waiter | undefined {
    let first: Waiter | undefined
    for (const waiter of this.#waiting)
      if (this.#may(waiter) && (first === undefined || this.#lastTurn(waiter) < this.#lastTurn(first))) first = waiter
    return first
  }

  #lastTurn({ range }: Waiter): number {
    return this.#turnOf.get(range) ?? 0
  }

  #may({ range, address }: Waiter): boolean {
    return [rangeKey(range), addressKey(address)].every((key) => (this.#atWork.get(key) ?? 0) < MOST_OF_ONE)
  }

  #count(range: string, address: string, by: 1 | -1): void {
    this.#free -= by
    for (const key of [rangeKey(range), addressKey(address)]) {
      const now = (this.#atWork.get(key) ?? 0) + by
      if (now === 0) this.#atWork.delete(key)
      else this.#atWork.set(key, now)
    }
  }
}

const rangeKey = (range: string): string => `range ${range}`
const addressKey = (address: string): string => `address ${address}`
