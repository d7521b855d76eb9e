import type { Clock } from '../../model/clock.ts'
import type { Condition, Finding } from '../../model/condition.ts'
import type { ApprovalStore, FolderProvenance, Logger, Metrics, RangeFiles, SeenFilesStore } from '../../model/ports.ts'
import type { FolderIdentity, PruneSettings, WaitingSet } from '../../model/prune.ts'
import type { RemovalOrder } from '../../model/removal.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { descentToCheck, doubtsOf } from '../../reconcilers/prune/doubt-file.ts'
import { BUDGET_MS, judgePrune, type MissingRange } from '../../reconcilers/prune/judge-prune.ts'
import { goesLater, waitsForApproval, whyItGoes } from '../../reconcilers/prune/prune-words.ts'
import { waitingSetOf } from '../../reconcilers/prune/waiting-set.ts'
import {
  afterLook,
  type FileWatch,
  type FolderLook,
  rememberedOf,
  type WatchedFile,
  watchFrom,
  without,
  withKnown,
  withRead,
} from '../../reconcilers/prune/watch-files.ts'
import { PruneApproval } from './prune-approval.ts'

/** What pruning needs of the outside. */
export interface PruneParts {
  readonly settings: () => PruneSettings
  readonly provenance: FolderProvenance
  readonly seenFiles: SeenFilesStore
  readonly approvals: ApprovalStore
  /** Milliseconds since some moment; setting the machine's date doesn't change it. */
  readonly stopwatch: () => number
}

interface PruningDependencies extends PruneParts {
  readonly files: Pick<RangeFiles, 'list'>
  readonly look: () => Promise<Pick<ClusterSnapshot, 'guests'>>
  readonly resyncMs: () => number
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'pruneWaiting'>
  /** Aborts when the controller stops. */
  readonly signal: AbortSignal
}

/**
 * Decides which ranges go because their file is gone, and says of the others what becomes of them. Removes nothing itself:
 * a range's own pass asks for its order.
 */
export class Pruning {
  readonly #deps: PruningDependencies
  readonly #approval: PruneApproval
  #watch: FileWatch = watchFrom([])
  readonly #orders = new Map<string, RemovalOrder>()
  #outlooks: ReadonlyMap<string, Finding> = new Map()
  /** When ranges began to go, by the stopwatch. */
  #went: readonly number[] = []
  /** Ranges whose file was seen since the look that is under way began. */
  readonly #returned = new Set<string>()
  #looking = false
  #trouble: string | undefined
  #resting = false

  constructor(dependencies: PruningDependencies) {
    this.#deps = dependencies
    this.#approval = new PruneApproval(dependencies)
  }

  /** Takes up what earlier lives remember. @param ready how ready they left each range */
  async start(ready: ReadonlyMap<string, Pick<Condition, 'reason'>>): Promise<void> {
    const seen = await this.#deps.seenFiles.read()
    // Of some nothing was left by then; if they have a file by now, a look finds it.
    const left = (rangeId: string): boolean => ready.get(rangeId)?.reason !== 'Absent'
    this.#watch = withKnown(watchFrom(seen.filter(({ rangeId }) => left(rangeId))), [...ready.keys()].filter(left))
  }

  /** The order by which a range goes for lack of its file; undefined when it stays. */
  orderOf(rangeId: string): RemovalOrder | undefined {
    return this.#orders.get(rangeId)
  }

  /** What becomes of a range whose file is gone; undefined when nothing does. */
  outlookOf(rangeId: string): Finding | undefined {
    return this.#outlooks.get(rangeId)
  }

  /**
   * A range has a file: nothing that was decided for the lack of it holds any more.
   *
   * @param names the machines that it names; undefined when it is not valid
   */
  fileSeen(rangeId: string, names: readonly string[] | undefined): void {
    this.#returned.add(rangeId)
    this.#orders.delete(rangeId)
    this.#watch = withRead(this.#watch, rangeId, names)
  }

  /** Neither a file nor anything else of a range is left. */
  gone(rangeId: string): void {
    this.#orders.delete(rangeId)
    this.#watch = without(this.#watch, rangeId)
    this.#outlooks = new Map([...this.#outlooks].filter(([id]) => id !== rangeId))
  }

  /**
   * Looks into the folder once. Does nothing while a look is under way. Never throws: what fails is logged, and nothing goes.
   *
   * @returns the ranges of which something else is to be said or done than before
   */
  async look(): Promise<readonly string[]> {
    if (this.#looking) return []
    this.#looking = true
    this.#returned.clear()
    const before = this.#outlooks
    const ordered = new Set(this.#orders.keys())
    try {
      const settings = this.#deps.settings()
      await (settings.enabled ? this.#lookInto(settings) : this.#rest())
      this.#trouble = undefined
    } catch (error) {
      if (!this.#deps.signal.aborted) this.#complain(error)
    } finally {
      this.#looking = false
    }
    const ids = new Set([...before.keys(), ...this.#outlooks.keys(), ...ordered, ...this.#orders.keys()])
    return [...ids].filter(
      (id) => before.get(id)?.message !== this.#outlooks.get(id)?.message || ordered.has(id) !== this.#orders.has(id),
    )
  }

  /** Pruning is off, perhaps since a moment ago. */
  async #rest(): Promise<void> {
    if (this.#resting) return
    this.#watch = watchFrom(rememberedOf(this.#watch))
    this.#orders.clear()
    this.#outlooks = new Map()
    await this.#approval.nothingWaits()
    this.#resting = true
  }

  async #lookInto({ grace, budget }: PruneSettings): Promise<void> {
    const { stopwatch, clock, look } = this.#deps
    this.#resting = false
    const seen = await this.#listed()
    this.#watch = afterLook(this.#watch, seen)
    if (seen.kind === 'unread') return
    await this.#remember()
    const isMissing = (id: string): boolean => this.#watch.files.get(id)?.missing !== undefined
    for (const id of this.#orders.keys()) if (!isMissing(id)) this.#orders.delete(id)

    const missing = [...this.#watch.files.values()].filter(
      (file) => file.missing !== undefined && !this.#orders.has(file.rangeId),
    )
    const judged = await this.#withDoubts(missing, seen.folder)
    this.#went = this.#went.filter((at) => stopwatch() - at < BUDGET_MS)
    const { due, why } = judgePrune({ missing: judged, grace, budget, went: this.#went.length })
    const later = missing.map(({ rangeId, missing: gone }) => {
      return [rangeId, goesLater(rangeId, { since: gone?.since ?? clock.now(), grace })] as const
    })
    this.#outlooks = new Map(later)
    if (why.length === 0) {
      await this.#approval.nothingWaits()
      const namesOf = (id: string): readonly string[] => this.#watch.files.get(id)?.names ?? []
      return this.#order(
        due.map((rangeId) => ({
          rangeId,
          why: whyItGoes(grace),
          scope: { kind: 'named', names: namesOf(rangeId) },
        })),
      )
    }
    const waits = due.map((id) => [id, waitsForApproval(id, why, this.#approval.answeredWrongly)] as const)
    this.#outlooks = new Map([...later, ...waits])
    const waiting = waitingSetOf(due, why, await look())
    if (waiting !== undefined && (await this.#approval.isApproved(waiting))) this.#order(ordersOf(waiting))
  }

  async #listed(): Promise<FolderLook> {
    const { provenance, files, stopwatch, clock, resyncMs } = this.#deps
    try {
      const folder = await provenance.identity()
      const ids = await files.list()
      return { kind: 'listed', ids, folder, at: stopwatch(), now: clock.now(), mostStep: 2 * resyncMs() }
    } catch {
      // Said by the resync, which lists the folder as well.
      return { kind: 'unread' }
    }
  }

  async #withDoubts(files: readonly WatchedFile[], folder: FolderIdentity): Promise<readonly MissingRange[]> {
    // Asked once for all files that were last seen with the same commit.
    const answers = new Map<string, boolean>()
    const judged: MissingRange[] = []
    for (const file of files) {
      const descent = descentToCheck(file.folder, folder)
      const { commit = '', ancestor = '' } = descent ?? {}
      const follows =
        descent === undefined || (answers.get(ancestor) ?? (await this.#deps.provenance.follows(commit, ancestor)))
      answers.set(ancestor, follows)
      judged.push({ id: file.rangeId, watched: file.missing?.watched ?? 0, doubts: doubtsOf(file, folder, follows) })
    }
    return judged
  }

  #order(orders: readonly RemovalOrder[]): void {
    // A file that came back while this look was under way makes it a set that nobody has judged.
    if (orders.some(({ rangeId }) => this.#returned.has(rangeId))) return
    for (const order of orders) {
      this.#orders.set(order.rangeId, order)
      this.#deps.logger.warn('range goes', { range: order.rangeId, why: order.why })
    }
    this.#outlooks = new Map([...this.#outlooks].filter(([id]) => !this.#orders.has(id)))
    const at = this.#deps.stopwatch()
    this.#went = [...this.#went, ...orders.map(() => at)]
  }

  #remember(): Promise<void> {
    return this.#deps.seenFiles.write(rememberedOf(this.#watch))
  }

  /** Once for each cause: the next look comes soon. */
  #complain(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (message === this.#trouble) return
    this.#trouble = message
    this.#deps.logger.error('ranges without a file could not be judged; none of them goes', { error })
  }
}

const ordersOf = ({ ranges }: WaitingSet): readonly RemovalOrder[] =>
  ranges.map(({ id, vms }) => ({
    rangeId: id,
    why: 'its file is gone, and its removal was approved',
    scope: { kind: 'listed', vms: vms.map(({ vmid, name }) => ({ vmid, name })) },
  }))
