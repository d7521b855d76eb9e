import type { Clock } from '../../model/clock.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { markedRanges } from '../../reconcilers/removal/range-left.ts'

/** In milliseconds. */
const A_MOMENT = 1000

/**
 * Which ranges Lanista looked after by every look at the cluster, whoever asked for it, so that one is known although its
 * file is gone and nothing is remembered of it.
 */
export class RangesOnCluster {
  readonly #observe: () => Promise<ClusterSnapshot>
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #signal: AbortSignal
  /** By the last look; undefined before the first. */
  #ids: ReadonlySet<string> | undefined
  #onFirstLook: () => void = () => undefined

  constructor(observe: () => Promise<ClusterSnapshot>, clock: Pick<Clock, 'sleep'>, signal: AbortSignal) {
    this.#observe = observe
    this.#clock = clock
    this.#signal = signal
  }

  /** Throws when the cluster can't be seen. */
  async look(): Promise<ClusterSnapshot> {
    const seen = await this.#observe()
    this.#ids = markedRanges(seen)
    this.#onFirstLook()
    return seen
  }

  /**
   * Their ids, as last seen by whomever; looks if nobody has. Throws when the cluster can't be seen.
   *
   * @param soon whether somebody is about to look, so that it is enough to wait for that for a moment
   */
  async ids(soon: boolean): Promise<readonly string[]> {
    if (this.#ids === undefined && soon) await this.#aMoment()
    const ids = this.#ids ?? markedRanges(await this.look())
    return [...ids].sort()
  }

  async #aMoment(): Promise<void> {
    const over = new AbortController()
    this.#onFirstLook = () => over.abort()
    await this.#clock.sleep(A_MOMENT, AbortSignal.any([over.signal, this.#signal])).catch(() => undefined)
  }
}
