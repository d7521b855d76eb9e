import type { HeldRevision } from './revision.ts'
import { printable } from './printable.ts'
import type { Suspension } from './range-spec.ts'

/**
 * What a person ordered with `lanista suspend` or `lanista resume`: a range is left alone, or it is not although its file says so. It
 * holds until its file says something else of that than it did, or another order takes its place.
 */
export interface SuspendOrder {
  readonly rangeId: string
  readonly kind: 'suspend' | 'resume'
  /** Who ordered it, as the machine or the token knows. */
  readonly by: string
  /** In epoch milliseconds. */
  readonly at: number
  /** Empty for `resume`. */
  readonly reason: string
  /** When it ends by itself, in epoch milliseconds. */
  readonly until: number | undefined
  /** What the file said of suspending just then (`saidOf`); undefined: there was no valid file. */
  readonly file: string | undefined
}

/** Where orders are kept. */
export interface SuspendOrderStore {
  /** Undefined when there is none for the range. Throws `UserError` when there is one that can't be read or understood. */
  read(rangeId: string): Promise<SuspendOrder | undefined>
  /** Resolves when it is on disk for good. Throws when it can't be. */
  write(order: SuspendOrder): Promise<void>
  clear(rangeId: string): Promise<void>
}

/** What a file says of suspending its range, as one text: another text means that its author has had another say. */
export const saidOf = (suspension: Suspension | undefined): string =>
  suspension === undefined ? '' : JSON.stringify([suspension.reason, suspension.owner, suspension.until])

/**
 * How an order and a file stand to each other. `over`: its time has come, or the file says something else of suspending than it did
 * when the order was given.
 *
 * @param file what the file says; undefined where there is no valid one, which says nothing
 */
export function standingOfOrder(
  order: SuspendOrder,
  file: { readonly suspension: Suspension | undefined } | undefined,
  now: number,
): 'holds' | 'over' {
  if (order.until !== undefined && order.until <= now) return 'over'
  return file !== undefined && order.file !== undefined && saidOf(file.suspension) !== order.file ? 'over' : 'holds'
}

/** A range as a file that says so would have it. */
export const suspensionOf = ({ by, at, reason, until }: SuspendOrder): Suspension => ({
  reason,
  owner: by,
  until,
  ordered: { by, at },
})

/** Why nothing becomes of a range that has no valid file, as a person has it left alone. */
export const suspendedText = ({ rangeId, by, reason, until }: SuspendOrder): HeldRevision => ({
  reason: 'Suspended',
  message: `range ${rangeId}: suspended${until === undefined ? '' : ` until ${new Date(until).toISOString()}`} by ${printable(by)}: ${printable(reason, 500)}; nothing is changed meanwhile; lanista resume ${rangeId} to go on`,
})
