import type { Logger, RangeFiles } from '../../model/ports.ts'
import type { DestroyOrders } from '../removal/destroy-orders.ts'

/** Which ranges there are, by the folder of range files and by orders, and whether that can be told. */
export class RangeFolder {
  readonly #files: Pick<RangeFiles, 'list' | 'watch'>
  readonly #destroyOrders: Pick<DestroyOrders, 'list'>
  readonly #logger: Logger
  #problem: string | undefined = 'the range folder has not been read yet'
  /** It could not be read when it was last tried, and that was told. */
  #isLost = false

  constructor(files: Pick<RangeFiles, 'list' | 'watch'>, destroyOrders: Pick<DestroyOrders, 'list'>, logger: Logger) {
    this.#files = files
    this.#destroyOrders = destroyOrders
    this.#logger = logger
  }

  /** Why it could not be read when it was last tried; undefined when it could. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Ids of the ranges with a file, and of those that a person ordered to be destroyed. Throws when the folder can't be read. */
  async ids(): Promise<readonly string[]> {
    const [files, ordered] = await Promise.all([this.#files.list(), this.#destroyOrders.list()])
    if (this.#isLost) this.#logger.info('the range folder can be read again')
    this.#isLost = false
    this.#problem = undefined
    return [...new Set([...files, ...ordered])]
  }

  /** As `ids`; undefined when the folder can't be read, which is logged. */
  async idsIfReadable(): Promise<readonly string[] | undefined> {
    try {
      return await this.ids()
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      if (problem !== this.#problem)
        this.#logger.error('the range folder could not be read; nothing is changed', { error })
      this.#problem = problem
      this.#isLost = true
      return undefined
    }
  }

  /** Calls back with the id of each range whose file has changed, until the signal aborts. */
  watch(onChange: (rangeId: string) => void, signal: AbortSignal): Promise<void> {
    return this.#files.watch(onChange, signal)
  }
}
