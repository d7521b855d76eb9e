import type { Observed } from '../model/observed.ts'
import type { Logger } from '../model/ports.ts'
import type { ReadyBefore } from '../model/range-status.ts'
import { aborted } from './pace/aborted.ts'
import type { InFlight } from './pace/in-flight.ts'
import { type Trigger, triggers } from './pace/triggers.ts'
import type { RangeController, RangeStanding } from './range/range-controller.ts'
import type { RangeFolder } from './range/range-folder.ts'
import type { StatusBoard } from './report/status-board.ts'

/** So many failed tries in a row end a `converge`. */
const ATTEMPTS = 4
/** And so many looks in a row at what goes on by itself, which are an hour. */
const RECHECKS = 375

/** What a controller does beside its ranges: at the start, with each resync, and at the end. No range waits for any of it. */
export interface Duties {
  /** Takes up how ready ranges were when an earlier life ended. */
  rememberReady(before: ReadonlyMap<string, ReadyBefore>): Promise<void>
  /** A lock left behind stops everybody's work on the SDN, so it goes even when no range needs a change. */
  giveBackLeftover(): Promise<void>
  /**
   * Resolves when what an earlier life left half done is taken back, or after a while: until then it looks like somebody's. Never
   * rejects.
   */
  tidied(): Promise<void>
  /** There will be no later turn in which something could be looked at. */
  expectNoLaterTurn(): void
  /**
   * Ids of the ranges that the cluster has, whether they have a file or not. Throws when it can't be seen.
   *
   * @param soon whether a range is about to be looked at
   */
  onCluster(soon: boolean): Promise<readonly string[]>
  /** Looks for ranges whose file is gone. @returns those of which something else is to be done or said now */
  prune(signal: AbortSignal): Promise<readonly string[]>
  /** Has all ranges looked at when the next freeze window opens or ends. */
  setFreezeAlarm(lookAtAll: () => void): void
  /** @param rangeIds of all ranges there are */
  removeStaleRoutes(rangeIds: readonly string[]): Promise<void>
  /** Resolves when no node's networks are being repaired. */
  repaired(): Promise<void>
  /** Resolves when the ranges that waited for others, which are Ready by now, have been told. */
  wavesTold(): Promise<void>
  /** Resolves when nobody is waiting to be told any more, or after a while. */
  notified(signal: AbortSignal): Promise<void>
}

/** What begins and ends with a controller. */
export interface Life {
  /** How ready ranges were when an earlier life ended. */
  readonly readyBefore: () => Promise<ReadonlyMap<string, ReadyBefore>>
  /** Aborts whatever is under way. */
  readonly stop: AbortController
  readonly inFlight: InFlight
  /** How often every range is looked at without any cause; asked for anew with each `resync()`. */
  readonly resyncMs: () => number
  readonly logger: Logger
}

/** A controller that does nothing yet, and what may be told of it. */
export interface WiredController {
  readonly controller: Controller
  readonly observed: Observed
}

/** The whole controller: triggers in, passes over ranges, statuses out. */
export class Controller {
  readonly board: StatusBoard
  readonly ranges: RangeController
  readonly #folder: RangeFolder
  readonly #duties: Duties
  readonly #life: Life
  #lookAtAll: () => void = () => undefined
  /** Ranges that an earlier life told of and that nobody has looked at since. */
  #before: readonly string[] = []

  constructor(ranges: RangeController, board: StatusBoard, folder: RangeFolder, duties: Duties, life: Life) {
    this.ranges = ranges
    this.board = board
    this.#folder = folder
    this.#duties = duties
    this.#life = life
  }

  /** Looks at every range now, and counts the time to the next resync from here. Does nothing unless it runs. */
  resync(): void {
    this.#lookAtAll()
  }

  /** Watches and reconciles until the signal aborts. Stops at once then: no further write is begun. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#rememberReady()
    // A watch that is begun after the end would be refused.
    if (signal.aborted) return await this.stop(signal.reason)
    this.#giveBackLeftover()
    await Promise.race([this.#duties.tidied(), aborted(signal)])
    if (signal.aborted) return await this.stop(signal.reason)
    let watching: Promise<void> = Promise.resolve()
    const stream = triggers((tell, tellAll) => {
      this.#lookAtAll = tellAll
      const stopWatching = new AbortController()
      watching = this.#folder.watch(tell, AbortSignal.any([signal, stopWatching.signal]))
      return () => stopWatching.abort()
    }, this.#life.resyncMs)
    const subscription = stream.subscribe((trigger) => this.#onTrigger(trigger))
    try {
      await watching
      await aborted(signal)
    } finally {
      subscription.unsubscribe()
      await this.stop(signal.reason)
    }
  }

  /**
   * Looks at every range until it is Ready, or can't get there: stalled, failed several times in a row, or for
   * an hour waiting for what goes on by itself in Proxmox.
   * Resolves with true when all are Ready, with false when some are not or the signal aborted.
   * Throws when the folder can't be read.
   *
   * @param only ids of the ranges to look at; default: all
   */
  async converge(signal: AbortSignal, only?: readonly string[]): Promise<boolean> {
    signal.addEventListener('abort', () => void this.stop(signal.reason), { once: true })
    await this.#rememberReady()
    this.#duties.expectNoLaterTurn()
    this.#giveBackLeftover()
    await this.#duties.tidied()
    const ids = only ?? [...(await this.#folder.ids()), ...this.#before]
    for (const id of new Set(ids)) this.ranges.trigger(id)
    // Whether there are ranges without a file has to be known before anybody calls this the end.
    const allFound = only !== undefined || (await this.#findOthers((id) => this.ranges.trigger(id)))
    try {
      const atRest = (): boolean => [...this.ranges.standings().values()].every(isAtRest)
      do {
        await this.ranges.until(atRest, signal)
        // Ranges that wait for a node are looked at once more when it is repaired.
        await this.#duties.repaired()
        // A later wave begins when the last range of the one before it has come to rest.
        await this.#duties.wavesTold()
      } while (!atRest())
      await this.#duties.notified(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await this.stop(new Error('converged'))
    }
    // Ranges of which nothing is left, not even a file, have no status.
    return !signal.aborted && allFound && (this.board.all().length === 0 || this.board.allReady())
  }

  /** Aborts whatever is under way; resolves when it has let go of everything: the SDN lock, if it is held, takes one request. */
  async stop(reason: unknown): Promise<void> {
    this.ranges.stop()
    this.#life.stop.abort(reason)
    await Promise.all([this.#life.inFlight.settled(), this.#duties.repaired()])
    await this.board.written()
  }

  /** Before the first status is written over the old one. */
  async #rememberReady(): Promise<void> {
    const before = await this.#life.readyBefore()
    await this.#duties.rememberReady(before)
    this.#before = [...before.keys()]
  }

  #onTrigger(trigger: Trigger): void {
    if (trigger.kind === 'ranges') for (const id of trigger.ids) this.ranges.trigger(id)
    else this.#inBackground(this.#resync())
  }

  #giveBackLeftover(): void {
    const problem =
      'the SDN lock that was left behind could not be given back yet; it is tried again with the next resync'
    this.#inBackground(this.#duties.giveBackLeftover(), problem)
  }

  /**
   * Every range that has a file or is told of, by this life or the one before, and each that the cluster shows: a file event
   * may have been missed, and what exists follows from files and cluster.
   */
  async #resync(): Promise<void> {
    this.#duties.setFreezeAlarm(() => this.#lookAtAll())
    this.board.retry()
    this.#inBackground(this.#prune())
    this.#giveBackLeftover()
    const ids = await this.#folder.idsIfReadable()
    // Where the folder can't be read, each range that is known is told so.
    for (const id of new Set([...(ids ?? []), ...this.ranges.ids(), ...this.#before])) this.ranges.resync(id)
    this.#before = []
    if (ids === undefined) return
    this.#inBackground(this.#resyncOthers())
    this.#inBackground(this.#duties.removeStaleRoutes(ids))
  }

  /** Those that have no file. Of a file that has just come its own event tells, and twice would be once too often. */
  async #resyncOthers(): Promise<void> {
    const found: string[] = []
    await this.#findOthers((id) => found.push(id))
    const ids = found.length === 0 ? undefined : await this.#folder.idsIfReadable()
    if (ids === undefined) return
    for (const id of found) if (!ids.includes(id) && !this.ranges.has(id)) this.ranges.resync(id)
  }

  /** Finds the ranges of the cluster that nobody looks after. @returns whether the cluster could be seen */
  async #findOthers(onFound: (rangeId: string) => void): Promise<boolean> {
    try {
      const isLooked = this.ranges.ids().length > 0
      for (const id of await this.#duties.onCluster(isLooked)) if (!this.ranges.has(id)) onFound(id)
      return true
    } catch (error) {
      const { stop, logger } = this.#life
      if (!stop.signal.aborted)
        logger.warn('ranges without a file could not be looked for; tried again with the next resync', { error })
      return false
    }
  }

  async #prune(): Promise<void> {
    for (const id of await this.#duties.prune(this.#life.stop.signal)) this.ranges.trigger(id)
  }

  /** Waited for when the controller stops; a rejection then says no more than that. */
  #inBackground(work: Promise<unknown>, problem = 'work in the background failed'): void {
    const { inFlight, stop, logger } = this.#life
    inFlight.track(work).catch((error: unknown) => {
      if (!stop.signal.aborted) logger.warn(problem, { error })
    })
  }
}

function isAtRest({ standing, failures, rechecks }: RangeStanding): boolean {
  switch (standing) {
    case 'waiting':
    case 'stalled':
      return true
    case 'backingOff':
      return failures >= ATTEMPTS
    case 'rechecking':
      return rechecks >= RECHECKS
    case 'reconciling':
      return false
  }
}
