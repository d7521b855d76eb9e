import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { markedRanges } from '../../reconcilers/removal/range-left.ts'

/**
 * Which ranges Lanista looked after by every look at the cluster, whoever asked for it, so that one is known although its
 * file is gone and nothing is remembered of it.
 */
export class RangesOnCluster {
  readonly #observe: () => Promise<ClusterSnapshot>
  /** By the last look; undefined before the first. */
  #ids: ReadonlySet<string> | undefined

  constructor(observe: () => Promise<ClusterSnapshot>) {
    this.#observe = observe
  }

  /** Throws when the cluster can't be seen. */
  async look(): Promise<ClusterSnapshot> {
    const seen = await this.#observe()
    this.#ids = markedRanges(seen)
    return seen
  }

  /** Their ids, as last seen by whomever; looks if nobody has. Throws when the cluster can't be seen. */
  async ids(): Promise<readonly string[]> {
    const ids = this.#ids ?? markedRanges(await this.look())
    return [...ids].sort()
  }
}
