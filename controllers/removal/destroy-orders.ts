import { createHash } from 'node:crypto'
import type { DestroyOrder, DestroyOrderStore } from '../../model/destroy-order.ts'
import type { Logger, RangeFileRead } from '../../model/ports.ts'
import { readInForce } from '../../model/read-in-force.ts'
import type { RangeSpec } from '../../model/range-spec.ts'

/**
 * Stands for what a range's file says and asks for. It is made of two: of what the file says, key by key, so that the place of the
 * file and keys that only a later release knows make no difference; and of what is made of that, so that another text that asks for
 * the same counts as the same. Undefined when there is no valid file.
 */
export function printOf(file: RangeFileRead): string | undefined {
  const valid = readInForce(file)
  return valid === undefined ? undefined : [FORM, valid.said ?? '', hashOf(asksOf(valid.spec))].join(':')
}

/** Stands for a newer content of a range's file that is held back; undefined when there is none. */
export function heldBack(file: RangeFileRead): string | undefined {
  if (file.kind === 'absent' || file.revisions?.held === undefined) return undefined
  const { seen, actedOn } = file.revisions
  return seen.digest === actedOn?.digest ? undefined : seen.digest
}

/**
 * Whether a range's file says what it said when the order was given, or nothing. `unknown`: the order is of an earlier release,
 * which compared files in another way.
 */
export function stillHolds({ file: then, held }: DestroyOrder, file: RangeFileRead): 'yes' | 'no' | 'unknown' {
  if (file.kind === 'absent') return 'yes'
  if (file.kind === 'ok' && held !== undefined && file.origin?.digest === held) return 'yes'
  const now = printOf(file)
  if (then === undefined || now === undefined) return then === now ? 'yes' : 'no'
  const [form, said, asks] = then.split(':')
  if (form === FORM) {
    const [, saidNow, asksNow] = now.split(':')
    return (said !== '' && said === saidNow) || asks === asksNow ? 'yes' : 'no'
  }
  const valid = readInForce(file)
  return valid !== undefined && then === hashOf(valid.spec) ? 'yes' : 'unknown'
}

const FORM = '2'

const hashOf = (spec: object): string => createHash('sha256').update(JSON.stringify(spec)).digest('hex')

/** All of it but where it stands. */
const asksOf = ({ source: _, ...asks }: RangeSpec): object => asks

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
   * person who writes a file after destroying the range wants what the file says. Throws when an order can't be read, or it can't
   * be told whether it holds: then nothing is known of what is wanted.
   */
  async of(rangeId: string, file: RangeFileRead): Promise<DestroyOrder | undefined> {
    const order = await this.#store.read(rangeId)
    if (order === undefined) return undefined
    const holds = stillHolds(order, file)
    if (holds === 'yes') return order
    if (holds === 'unknown') throw new Error(incomparable(rangeId))
    if (file.kind === 'ok') {
      this.#logger.info('the order to destroy the range is void, as its file has changed since', { range: rangeId })
      await this.#store.clear(rangeId)
    }
    return undefined
  }

  /**
   * Whether an order keeps a range away, by its file as it was just read: an order that a newer file has overtaken does not, also while
   * nobody has forgotten it yet. Never throws: of what can't be read nothing is known.
   */
  async keepsAway(rangeId: string, file: RangeFileRead): Promise<boolean> {
    const order = await this.#store.read(rangeId).catch(() => undefined)
    return order !== undefined && (file.kind !== 'ok' || stillHolds(order, file) === 'yes')
  }

  /** Nothing of the range is left. Where a file still asks for it, the order goes on keeping it away. */
  async done(order: DestroyOrder, hasFile: boolean): Promise<void> {
    // One that was given meanwhile is another, and has not been carried out.
    const now = await this.#store.read(order.rangeId)
    if (now !== undefined && now.at !== order.at) return
    if (hasFile) await this.#store.write({ ...order, carriedOut: true })
    else await this.#store.clear(order.rangeId)
  }

  /** Ids of the ranges with an order, which are looked at although they may have no file. */
  list(): Promise<readonly string[]> {
    return this.#store.list()
  }
}

const incomparable = (rangeId: string): string =>
  `range ${rangeId}: an order to destroy it was written by an earlier release, so that it can't be told whether its file has changed since; if it is to go, say so again: lanista destroy ${rangeId}; if not, remove destroy/${rangeId}.json from the state directory`
