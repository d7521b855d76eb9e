import { type FileRemoval, removalKey } from '../../model/file-removal.ts'
import type { Logger } from '../../model/ports.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import { BUDGET_MS } from '../../reconcilers/prune/judge-prune.ts'

/** The orders by which ranges go for lack of their files. */
export class PruneOrders {
  readonly #stopwatch: () => number
  readonly #logger: Logger
  readonly #orders = new Map<string, RemovalOrder>()
  /** What stands for the removal of the file that each is for, where that is known. */
  readonly #removals = new Map<string, string>()
  /** When ranges were on their way last that are not any more, by the stopwatch. */
  #ended: readonly number[] = []
  /** Ranges whose file was seen since the look that is under way began. */
  readonly #returned = new Set<string>()

  /** @param stopwatch milliseconds since some moment; setting the machine's date doesn't change it */
  constructor(stopwatch: () => number, logger: Logger) {
    this.#stopwatch = stopwatch
    this.#logger = logger
  }

  /** Undefined when the range stays. */
  of(rangeId: string): RemovalOrder | undefined {
    return this.#orders.get(rangeId)
  }

  /** Whether the order for a range is for this removal of its file: one that came back and was removed again is gone anew. */
  isFor(rangeId: string, removal: FileRemoval | undefined): boolean {
    return this.#removals.get(rangeId) === (removal && removalKey(removal))
  }

  /** The ranges that go. */
  ids(): readonly string[] {
    return [...this.#orders.keys()]
  }

  /**
   * So many ranges are on their way, or were within the time that a budget is for. One whose order is held up, by a freeze or as Proxmox
   * does not answer, counts until it has gone: else all of them would go at once when that ends.
   */
  went(): number {
    const now = this.#stopwatch()
    this.#ended = this.#ended.filter((at) => now - at < BUDGET_MS)
    return this.#orders.size + this.#ended.length
  }

  /** A look begins, by which orders may be given. */
  beginLook(): void {
    this.#returned.clear()
  }

  /** The range has a file: no order holds any more, nor one that the look under way may give. */
  fileSeen(rangeId: string): void {
    this.#returned.add(rangeId)
    this.withdraw(rangeId)
  }

  /** It does not go any more, or has gone. */
  withdraw(rangeId: string): void {
    if (this.#orders.delete(rangeId)) this.#ended = [...this.#ended, this.#stopwatch()]
  }

  withdrawAll(): void {
    for (const id of this.ids()) this.withdraw(id)
  }

  /**
   * Gives all of these orders, or none: a file that came back since the look began makes it a set that nobody has judged.
   *
   * @param removals how files left, as far as it is known
   */
  give(orders: readonly RemovalOrder[], removals: ReadonlyMap<string, FileRemoval>): void {
    if (orders.some(({ rangeId }) => this.#returned.has(rangeId))) return
    for (const order of orders) {
      const removal = removals.get(order.rangeId)
      this.#orders.set(order.rangeId, order)
      if (removal === undefined) this.#removals.delete(order.rangeId)
      else this.#removals.set(order.rangeId, removalKey(removal))
      this.#logger.warn('range goes', { range: order.rangeId, why: order.why })
    }
  }
}
