import { createHash } from 'node:crypto'
import type { DestroyOrder, DestroyOrderStore } from '../../model/destroy-order.ts'
import type { Logger, RangeFileRead } from '../../model/ports.ts'

/** Stands for what a range's file asks for: another text that asks for the same counts as the same. */
export function fingerprintOf(file: RangeFileRead): string | undefined {
  // Hashed, as a range file may hold secrets.
  return file.kind === 'ok' ? createHash('sha256').update(JSON.stringify(file.spec)).digest('hex') : undefined
}

/** Whether a range's file says what it said when the order was given, or nothing. */
export const stillHolds = (order: DestroyOrder, file: RangeFileRead): boolean =>
  file.kind === 'absent' || fingerprintOf(file) === order.file

/** The orders of `lanista destroy` as a pass takes them. */
export class DestroyOrders {
  readonly #store: DestroyOrderStore
  readonly #logger: Logger

  constructor(store: DestroyOrderStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /**
   * The order that holds for a range whose file was just read. One that the file has overtaken is void, and forgotten: a
   * person who writes a file after destroying the range wants what the file says.
   */
  async of(rangeId: string, file: RangeFileRead): Promise<DestroyOrder | undefined> {
    const order = await this.#store.read(rangeId)
    if (order === undefined || stillHolds(order, file)) return order
    if (file.kind === 'ok') {
      this.#logger.info('the order to destroy the range is void, as its file has changed since', { range: rangeId })
      await this.#store.clear(rangeId)
    }
    return undefined
  }

  /** Nothing of the range is left. Where a file still asks for it, the order goes on keeping it away. */
  async done(order: DestroyOrder, hasFile: boolean): Promise<void> {
    if (hasFile) await this.#store.write({ ...order, carriedOut: true })
    else await this.#store.clear(order.rangeId)
  }

  /** Ids of the ranges with an order, which are looked at although they may have no file. */
  list(): Promise<readonly string[]> {
    return this.#store.list()
  }
}
