import type { Finding } from '../../model/condition.ts'
import type { FileRemoval } from '../../model/file-removal.ts'
import type { Logger } from '../../model/ports.ts'
import type { PruneSettings } from '../../model/prune.ts'
import type { ReadyBefore } from '../../model/range-status.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import { judgePrune } from '../../reconcilers/prune/judge-prune.ts'
import { goesLater, waitsForApproval, whyItGoes } from '../../reconcilers/prune/prune-words.ts'
import type { NamedMachines } from '../../reconcilers/prune/renamed.ts'
import type { MissingFiles } from './missing-files.ts'
import type { PruneApproval } from './prune-approval.ts'
import type { PruneOrders } from './prune-orders.ts'

/**
 * Decides which ranges go because their file is gone, and says of the others what becomes of them. Removes nothing itself:
 * a range's own pass asks for its order.
 */
export class Pruning {
  readonly #settings: () => PruneSettings
  readonly #files: MissingFiles
  readonly #orders: PruneOrders
  readonly #approval: PruneApproval
  readonly #logger: Logger
  #outlooks: ReadonlyMap<string, Finding> = new Map()
  #looking = false
  #trouble: string | undefined
  #paused = false

  constructor(
    settings: () => PruneSettings,
    files: MissingFiles,
    orders: PruneOrders,
    approval: PruneApproval,
    logger: Logger,
  ) {
    this.#settings = settings
    this.#files = files
    this.#orders = orders
    this.#approval = approval
    this.#logger = logger
  }

  /** Takes up what earlier lives remember. @param ready how ready they left each range */
  start(ready: ReadonlyMap<string, Pick<ReadyBefore, 'reason' | 'source'>>): Promise<void> {
    return this.#files.start(ready)
  }

  /** The order by which a range goes for lack of its file; undefined when it stays. */
  orderOf(rangeId: string): RemovalOrder | undefined {
    return this.#orders.of(rangeId)
  }

  /** What becomes of a range whose file is gone; undefined when nothing does. */
  outlookOf(rangeId: string): Finding | undefined {
    return this.#outlooks.get(rangeId)
  }

  /** Why a range of which nothing is there yet is not made for now: it may be one whose file was renamed, and which is to go. */
  async renameOf({ rangeId, names }: NamedMachines): Promise<Finding | undefined> {
    if (!this.#settings().enabled) return undefined
    const before = await this.#files.goneTwinOf({ rangeId, names })
    return before === undefined
      ? undefined
      : {
          reason: 'Renamed',
          message: `range ${rangeId}: its file names the same VMs as that of ${before} did, which is gone: if it was renamed, rename it back to ${before}, as a range keeps its id; if ${before} is to go, approve of it (lanista approve) or run lanista destroy ${before}, and ${rangeId} is made; until then nothing is made or removed`,
        }
  }

  /**
   * A range has a file: nothing that was decided for the lack of it holds any more.
   *
   * @param names the machines that it names; undefined when it is not valid
   */
  fileSeen(rangeId: string, names: readonly string[] | undefined): void {
    this.#orders.fileSeen(rangeId)
    const isNews = this.#files.seen(rangeId, names)
    // A VM may be made long before the next look, and a life may end in between: the next one would take it for a stranger. It is not
    // waited for, as a disk that hangs holds up no range; what fails is written, or told, by the next look.
    if (isNews && this.#settings().enabled) void this.#files.remember().catch(() => undefined)
  }

  /** Neither a file nor anything else of a range is left. */
  gone(rangeId: string): void {
    this.#orders.withdraw(rangeId)
    this.#files.forget(rangeId)
    this.#outlooks = new Map([...this.#outlooks].filter(([id]) => id !== rangeId))
  }

  /**
   * Looks into the folder once. Does nothing while a look is under way. Never throws: what fails is logged, and nothing goes.
   *
   * @returns the ranges of which something else is to be said or done than before
   */
  async look(signal: AbortSignal): Promise<readonly string[]> {
    if (this.#looking) return []
    this.#looking = true
    this.#orders.beginLook()
    const before = this.#outlooks
    const ordered = new Set(this.#orders.ids())
    try {
      const settings = this.#settings()
      await (settings.enabled ? this.#judge(settings) : this.#pause())
      this.#trouble = undefined
    } catch (error) {
      if (!signal.aborted) this.#complain(error)
    } finally {
      this.#looking = false
    }
    const goes = new Set(this.#orders.ids())
    const ids = new Set([...before.keys(), ...this.#outlooks.keys(), ...ordered, ...goes])
    return [...ids].filter(
      (id) => before.get(id)?.message !== this.#outlooks.get(id)?.message || ordered.has(id) !== goes.has(id),
    )
  }

  /** Pruning is off, perhaps since a moment ago. */
  async #pause(): Promise<void> {
    if (this.#paused) return
    this.#files.pause()
    this.#orders.withdrawAll()
    this.#outlooks = new Map()
    await this.#approval.nothingWaits()
    this.#paused = true
  }

  async #judge({ grace, budget }: PruneSettings): Promise<void> {
    this.#paused = false
    const folder = await this.#files.look()
    if (folder === undefined) return
    const missing = this.#files.missing()
    for (const id of this.#orders.ids()) {
      const file = missing.find(({ rangeId }) => rangeId === id)
      if (file === undefined || !this.#orders.isFor(id, file.removal)) this.#orders.withdraw(id)
    }

    const removals = new Map(
      missing.flatMap(({ rangeId, removal }) => (removal === undefined ? [] : [[rangeId, removal]])),
    )
    const unordered = missing.filter(({ rangeId }) => this.#orders.of(rangeId) === undefined)
    const judged = await this.#files.judged(unordered, folder)
    const { expired, why } = judgePrune({ missing: judged, grace, budget, went: this.#orders.went() })
    const later = unordered.map(
      ({ rangeId, missing: { since }, removal }) => [rangeId, goesLater(rangeId, { since, grace, removal })] as const,
    )
    if (why.length === 0) {
      this.#outlooks = new Map(later)
      await this.#approval.nothingWaits()
      return this.#order(
        expired.map((rangeId) => this.#orderOf(rangeId, grace, removals.get(rangeId))),
        removals,
      )
    }
    const { mistake } = this.#approval
    const waits = expired.map((id) => [id, waitsForApproval(id, { why, mistake, removal: removals.get(id) })] as const)
    this.#outlooks = new Map([...later, ...waits])
    this.#order(await this.#approval.ordersOf(expired, why, removals), removals)
  }

  #orderOf(rangeId: string, grace: number, removal: FileRemoval | undefined): RemovalOrder {
    return { rangeId, why: whyItGoes(grace, removal), scope: { kind: 'named', names: this.#files.namesOf(rangeId) } }
  }

  #order(orders: readonly RemovalOrder[], removals: ReadonlyMap<string, FileRemoval>): void {
    this.#orders.give(orders, removals)
    this.#outlooks = new Map([...this.#outlooks].filter(([id]) => this.#orders.of(id) === undefined))
  }

  /** Once for each cause: the next look comes soon. */
  #complain(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (message === this.#trouble) return
    this.#trouble = message
    this.#logger.error('ranges without a file could not be judged; none of them goes', { error })
  }
}
