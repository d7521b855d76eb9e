import type { ListedVm, RemovalOrder } from './removal.ts'

/** What a person ordered with `lanista destroy`, written down until it is carried out or the range's file changes. */
export interface DestroyOrder {
  readonly rangeId: string
  /** In epoch milliseconds. */
  readonly at: number
  /** Exactly what the person was shown. */
  readonly vms: readonly ListedVm[]
  /**
   * Stands for what the range's file said just then (`printOf`); undefined when there was no valid one. A file that says
   * something else was written later, and goes before the order.
   */
  readonly file: string | undefined
  /**
   * Stands for a newer content of the file that was held back just then; undefined when there was none. It was there before the
   * order, so that the order outlasts it, too.
   */
  readonly held?: string | undefined
  /**
   * Nothing was left of the range at one time since. From then on the order only keeps the range away: what is in its pool
   * later, a VM restored from a backup for example, was not ordered to go.
   */
  readonly carriedOut: boolean
}

/** Where orders are kept. Losing them removes nothing. */
export interface DestroyOrderStore {
  /** Undefined when there is none for the range. Throws, with a remedy, when there is one that can't be read or understood. */
  read(rangeId: string): Promise<DestroyOrder | undefined>
  /** Resolves when it is on disk for good. Throws when it can't be. */
  write(order: DestroyOrder): Promise<void>
  clear(rangeId: string): Promise<void>
  /** Ids of the ranges with an order. */
  list(): Promise<readonly string[]>
}

/** Why there may be orders that a state directory does not tell. `why`: part of a sentence. */
export interface OrdersUntold {
  /** Nobody has worked with it, so that orders are kept elsewhere if there are any; or they are there and can't be read. */
  readonly kind: 'unused' | 'unreadable'
  readonly why: string
}

/** The removal that it allows. */
export const removalOf = ({ rangeId, at, vms }: DestroyOrder): RemovalOrder => ({
  rangeId,
  why: `lanista destroy, ${new Date(at).toISOString().slice(0, 16)}Z`,
  scope: { kind: 'listed', vms },
})
