import type { Clock } from '../../model/clock.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger } from '../../model/ports.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'

/** While it goes on, it is said again so often, in milliseconds. */
const AGAIN = 3_600_000
/** A node lists its last 25 tasks, so that of older ones nothing has to be kept. */
const MOST_KEPT = 10_000

/**
 * Tells when another program works with the API token: a second Lanista with a state directory of its own, which nothing else
 * gives away, or somebody with the token at hand. Changes nothing.
 */
export class OtherWriters {
  readonly #logger: Logger
  readonly #metrics: Pick<Metrics, 'taskOfOther'>
  readonly #steady: Pick<Clock, 'now'>
  readonly #told = new Set<string>()
  #saidAt: number | undefined

  /** @param steady not the date, which may be set */
  constructor(logger: Logger, metrics: Pick<Metrics, 'taskOfOther'>, steady: Pick<Clock, 'now'>) {
    this.#logger = logger
    this.#metrics = metrics
    this.#steady = steady
  }

  seen({ tasksOfOthers }: Pick<ClusterSnapshot, 'tasksOfOthers'>): void {
    const news = tasksOfOthers.filter(({ upid }) => !this.#told.has(upid))
    for (const { upid } of news) {
      this.#told.add(upid)
      this.#metrics.taskOfOther()
    }
    for (const oldest of this.#told) {
      if (this.#told.size <= MOST_KEPT) break
      this.#told.delete(oldest)
    }
    const now = this.#steady.now()
    const [task] = news
    if (task === undefined || (this.#saidAt !== undefined && now - this.#saidAt < AGAIN)) return
    this.#saidAt = now
    const tokenId = task.upid.split(':').at(-2) ?? ''
    this.#logger.warn(
      `API token ${tokenId}: another program works with it, as its task on ${task.node} was not begun here; if that is a second Lanista, stop one of them, since each undoes what the other does; if it is something else, give it a token of its own`,
      { task: task.upid },
    )
  }
}
