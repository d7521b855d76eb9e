import type { Clock } from '../../model/clock.ts'
import { GrowingDelay } from '../pace/growing-delay.ts'

/** After a repair that did not help the next waits so long, doubling each time. */
const DELAY_MS = { first: 10_000, most: 600_000 } as const
/** So many in a row that did not help are enough: each reloads the network of every node. */
const MOST_IN_A_ROW = 8

/**
 * When to apply again although nothing is pending: a node lacks a network that is applied, which Proxmox calls fine, and
 * applying again repairs it. The first repair is made at once, further ones in a row after growing waits, and after
 * a number of them none: then a person has to look. Nodes that have been well for a while begin anew.
 */
export class Repairs {
  readonly #clock: Pick<Clock, 'now'>
  #owed: string | undefined
  /** A repair counts as one that did not help until the nodes have been well for a while. */
  #delay = newDelay()
  #lastAt = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Something shows that nodes lack a network although no look at the cluster tells. */
  owe(why: string): void {
    this.#owed = why
  }

  /**
   * Why a repair is due now; undefined when none is.
   *
   * @param lacking what the last look at the cluster shows of nodes that lack a network
   */
  due(lacking: string | undefined): string | undefined {
    const why = this.#owed ?? lacking
    return this.exhausted() || this.#delay.left(this.#clock.now()) > 0 ? undefined : why
  }

  /** True when repairs have not helped often enough in a row, so that a person has to. */
  exhausted(): boolean {
    return this.#delay.failures >= MOST_IN_A_ROW
  }

  /** The last look at the cluster shows no node that lacks a network. */
  well(): void {
    if (this.#clock.now() - this.#lastAt > 2 * DELAY_MS.most) this.#delay = newDelay()
  }

  /** An apply was made, for a repair or for another reason. */
  applied(forRepair: boolean): void {
    this.#owed = undefined
    if (!forRepair) return
    this.#lastAt = this.#clock.now()
    this.#delay.failed(this.#lastAt)
  }
}

const newDelay = (): GrowingDelay => new GrowingDelay(DELAY_MS.first, DELAY_MS.most)
