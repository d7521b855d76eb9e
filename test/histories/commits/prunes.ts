import { RANGES, type RangeId } from '../steps.ts'
import type { AcceptedLine } from './accepted-line.ts'
import { filesIn } from './forge.ts'

export interface PruneOptions {
  readonly enabled: boolean
  /** Milliseconds. */
  readonly grace: number
  readonly budget: number
}

const HOUR_MS = 3_600_000

/** Holds removals for the lack of a file against what pruning may do. */
export class Prunes {
  readonly #options: PruneOptions
  readonly #line: AcceptedLine
  readonly #now: () => number
  /** Ranges that began to go, and the place in the line of the commit that removed their file. */
  readonly #went = new Map<string, number>()
  /** Ranges that a person has approved of, with those places. */
  readonly #approved = new Map<RangeId, number>()

  constructor(options: PruneOptions, line: AcceptedLine, now: () => number) {
    this.#options = options
    this.#line = line
    this.#now = now
  }

  approved(rangeIds: readonly string[]): void {
    for (const range of RANGES) if (rangeIds.includes(range)) this.#approved.set(range, this.#removedAt(range) ?? -1)
  }

  complaints(range: RangeId): readonly string[] {
    const { enabled, grace, budget } = this.#options
    if (!enabled) return ['is a removal for lack of a file, and nothing is pruned']
    const place = this.#removedAt(range)
    if (place === undefined) {
      // A write that was sent before arrives at the instant at which the file is back.
      const isBack = this.#line.files().has(range)
      return isBack && this.#line.all.at(-1)?.at === this.#now()
        ? []
        : ['is a removal, and no accepted commit deleted the file']
    }
    if (this.#approved.get(range) === place) return []
    const key = `${range} ${place}`
    if (this.#went.has(key)) return []
    const now = this.#now()
    this.#went.set(key, now)
    const within = [...this.#went.values()].filter((at) => now - at < HOUR_MS).length
    const since = this.#line.all[place]?.at ?? now
    return [
      ...(now - since >= grace ? [] : [`is removed ${now - since} ms after its file`]),
      ...(within > budget ? [`is removed as number ${within} within an hour`] : []),
      ...(this.#ofCommit(place).length > budget ? ['is removed with more of its commit than the budget'] : []),
    ]
  }

  /** Since which place on the line there has been no file, where there was one before. */
  #removedAt(range: RangeId): number | undefined {
    const { all } = this.#line
    const last = all.findLastIndex(({ commit }) => filesIn(commit.content).has(range))
    return last === -1 || last === all.length - 1 ? undefined : last + 1
  }

  /** The ranges whose files that step took away. */
  #ofCommit(place: number): readonly RangeId[] {
    const has = (at: number, range: RangeId): boolean => {
      const commit = this.#line.all[at]?.commit
      return commit !== undefined && filesIn(commit.content).has(range)
    }
    return RANGES.filter((range) => has(place - 1, range) && !has(place, range))
  }
}
