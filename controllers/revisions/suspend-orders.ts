import type { Clock } from '../../model/clock.ts'
import type { Logger, RangeFileRead, RangeFiles } from '../../model/ports.ts'
import {
  standingOfOrder,
  suspendedText,
  type SuspendOrder,
  type SuspendOrderStore,
  suspensionOf,
} from '../../model/suspend-order.ts'

/** Orders of people to leave ranges alone, or not to, as a read of their files takes them. */
export class SuspendOrders {
  readonly #store: SuspendOrderStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger
  readonly #forgets: boolean

  /** @param forgets whether orders that are over are removed; who only looks removes none */
  constructor(store: SuspendOrderStore, clock: Pick<Clock, 'now'>, logger: Logger, forgets: boolean) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
    this.#forgets = forgets
  }

  /** The order that holds for a range whose file was just read. Throws when an order is there that can't be read. */
  async of(rangeId: string, file: RangeFileRead): Promise<SuspendOrder | undefined> {
    const order = await this.#store.read(rangeId)
    if (order === undefined) return undefined
    const said = file.kind === 'ok' ? file.spec : file.kind === 'held' ? file.inForce?.spec : undefined
    if (standingOfOrder(order, said, this.#clock.now()) === 'holds') return order
    if (this.#forgets) {
      const what = `the order to ${order.kind} the range is over, by its time or by what the range's file says now`
      this.#logger.info(what, { range: rangeId, by: order.by })
      await this.#store.clear(rangeId)
    }
    return undefined
  }

  /** Whether a person has a range left alone. Never throws: of what can't be read nothing is known. */
  async leavesAlone(rangeId: string, file: RangeFileRead): Promise<boolean> {
    const order = await this.of(rangeId, file).catch(() => undefined)
    return order?.kind === 'suspend'
  }

  /** The same files, as the orders have them. A read throws where an order can't be read: then nothing is known of what is wanted. */
  applied(files: RangeFiles): RangeFiles {
    return {
      list: () => files.list(),
      watch: (onChange, signal) => files.watch(onChange, signal),
      read: async (rangeId) => {
        const read = await files.read(rangeId)
        const order = await this.of(rangeId, read)
        return order === undefined ? read : ordered(read, order)
      },
    }
  }
}

/** What a file says, with a person's order in place of what it says of suspending. */
function ordered(read: RangeFileRead, order: SuspendOrder): RangeFileRead {
  const suspension = order.kind === 'suspend' ? suspensionOf(order) : undefined
  switch (read.kind) {
    case 'ok':
      return { ...read, spec: { ...read.spec, suspension } }
    // Nothing is written to these for their file, and by another order nothing either.
    case 'absent':
    case 'invalid':
    case 'held':
      return order.kind === 'suspend' ? { ...read, leftAlone: suspendedText(order) } : read
  }
}
