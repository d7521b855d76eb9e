import { setMaxListeners } from 'node:events'
import { type Clock, steadyOf } from '../model/clock.ts'
import type { Condition } from '../model/condition.ts'
import type { DestroyOrderStore } from '../model/destroy-order.ts'
import type { HostRoutes } from '../model/host-routes.ts'
import type { PlanSettings } from '../model/plan-settings.ts'
import type { SdnLockStore } from '../model/network-ports.ts'
import type { Logger, Metrics, Notifier, Proxmox, RangeFiles, StatusStore } from '../model/ports.ts'
import type { Explanation } from '../model/explanation.ts'
import { machinesOf } from '../model/range-spec.ts'
import type { RangeStatus } from '../model/range-status.ts'
import type { ClusterSnapshot } from '../model/snapshot.ts'
import { aborted } from './pace/aborted.ts'
import { AclGranter } from './network/acl-granter.ts'
import { watchClones } from './machine/clone-watch.ts'
import type { Observed } from './compose/composition.ts'
import { ConfigAudit } from './machine/config-audit.ts'
import { DecidedMode } from './network/decided-mode.ts'
import type { NetworkController } from './network/network-controller.ts'
import type { NetworkRepair } from './network/network-repair.ts'
import { openNetworks } from './network/open-networks.ts'
import { DestroyOrders } from './removal/destroy-orders.ts'
import { Notifications } from './report/notifications.ts'
import { Planning } from './range/planning.ts'
import { openRemoval } from './removal/open-removal.ts'
import { RemovalPlanner } from './removal/removal-planner.ts'
import { openPruning, type PruneParts } from './removal/open-pruning.ts'
import type { Pruning } from './removal/pruning.ts'
import { RangeController } from './range/range-controller.ts'
import { readyLog } from './report/ready-log.ts'
import { reconcileRange } from './range/reconcile-range.ts'
import { RouteController } from './network/route-controller.ts'
import { numbersInUse } from './network/stale-routes.ts'
import { StatusBoard } from './report/status-board.ts'
import { triggers } from './pace/triggers.ts'
import { Turn } from './pace/turn.ts'
import { VmBackoff } from './machine/vm-backoff.ts'

/** The adapters and settings a controller runs with. */
export interface ControllerParts {
  readonly proxmox: Proxmox
  readonly files: RangeFiles
  readonly store: StatusStore
  /** Where the token of the SDN lock is kept. */
  readonly lockStore: SdnLockStore
  /** Where the orders of `lanista destroy` are kept. */
  readonly destroyOrders: DestroyOrderStore
  /** Those of the machine that Lanista runs on; written only when the settings say so. */
  readonly hostRoutes: HostRoutes
  readonly clock: Clock
  /** 0..1 */
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly settings: () => PlanSettings
  /** How often every range is looked at without any cause; asked for anew with each `resync()`. */
  readonly resyncMs: () => number
  readonly notify: NotifyParts
  readonly prune: PruneParts
}

/** Whom to tell of ranges, and how. */
interface NotifyParts {
  readonly notifier: Notifier
  /** `lanista.notify.urls`. */
  readonly urls: () => readonly string[]
  /** How ready ranges were when an earlier life ended. */
  readonly readyBefore: () => Promise<ReadonlyMap<string, Condition>>
}

/** So many failed passes in a row end a `converge`. */
const ATTEMPTS = 4

/** The whole controller: triggers in, passes over ranges, statuses out. */
export class Controller {
  readonly board: StatusBoard
  readonly ranges: RangeController
  readonly #parts: ControllerParts
  readonly #planning: Planning
  readonly #networks: NetworkController
  readonly #repair: NetworkRepair
  readonly #notifications: Notifications
  readonly #audit: ConfigAudit
  readonly #destroyOrders: DestroyOrders
  readonly #pruning: Pruning
  readonly #stop = new AbortController()
  /** Passes that have not ended; they never reject. */
  readonly #underWay = new Set<Promise<unknown>>()
  #lookAtAll: () => void = () => undefined
  readonly #removeStaleRoutes: (rangeIds: readonly string[]) => Promise<void>
  #folderProblem: string | undefined = 'the range folder has not been read yet'

  constructor(parts: ControllerParts) {
    const { proxmox, store, lockStore, hostRoutes, clock, logger, metrics, settings, files, random } = parts
    const { signal } = this.#stop
    const steady = steadyOf(clock)
    // Every request and wait under way listens to it, and a large site has hundreds of them.
    setMaxListeners(0, signal)
    this.#parts = parts
    this.#destroyOrders = new DestroyOrders(parts.destroyOrders, logger)
    this.board = new StatusBoard(store, clock, logger)
    const observer = watchClones(proxmox, steady)
    const decidedMode = new DecidedMode(settings)
    const planning = new Planning(observer, decidedMode, settings, clock, signal)
    planning.onZone((findings) => metrics.zoneFindings(findings))
    this.#planning = planning
    const { networks, repair } = openNetworks(proxmox, lockStore, settings, { clock, logger, signal })
    this.#networks = networks
    this.#repair = repair
    repair.onRepaired((ids) => ids.forEach((id) => this.ranges.trigger(id)))
    const { machines, pools, access } = proxmox
    const granter = new AclGranter(access, logger, steady, signal)
    const looks = new Turn<undefined, ClusterSnapshot>(async () => {
      const seen = await proxmox.observe(signal)
      return () => seen
    })
    const device = (): string => settings().routesDevice ?? decidedMode.natDevice()
    const routes = new RouteController(hostRoutes, device, logger, signal)
    this.#removeStaleRoutes = async (rangeIds) => {
      if (!settings().routesEnabled) return
      const removed = await routes.removeStale(() => numbersInUse(rangeIds, this.board.all(), planning.numbersSeen()))
      if (removed.kind !== 'ready') logger.warn(removed.finding.message)
    }
    const look = (): Promise<ClusterSnapshot> => looks.enter(undefined)
    const { board } = this
    const { notifier, urls } = parts.notify
    this.#notifications = new Notifications({ notifier, urls, clock, logger, metrics }, signal)
    this.#audit = new ConfigAudit(machines, () => settings().auditMs, steady, random, logger)
    const backoff = new VmBackoff(steady, random)
    const { prune, resyncMs } = parts
    this.#pruning = openPruning(prune, files, look, resyncMs, { clock, logger, metrics })
    const removal = openRemoval(new RemovalPlanner(look, decidedMode, settings), proxmox, networks, board, logger)
    const dependencies = {
      files: this.#notifications.listeningTo(files),
      planning,
      networks,
      repair,
      granter,
      machines,
      pools,
      routes,
      board,
      logger,
      settings,
      clock,
      firstStarts: new Set<number>(),
      removal,
      destroyOrders: this.#destroyOrders,
      audit: this.#audit,
      backoff,
      pruning: this.#pruning,
    }
    this.ranges = new RangeController(
      (rangeId) => {
        const started = steady.now()
        const pass = reconcileRange(rangeId, dependencies, signal).then((outcome) => {
          // Nothing is counted for a range that is forgotten.
          if (this.board.get(rangeId) !== undefined)
            metrics.reconciled(rangeId, outcome.kind, (steady.now() - started) / 1000)
          return outcome
        })
        const ended: Promise<unknown> = pass.then(
          () => this.#underWay.delete(ended),
          () => this.#underWay.delete(ended),
        )
        this.#underWay.add(ended)
        return pass
      },
      random,
      steady,
      (rangeId) => {
        backoff.restart(rangeId)
        this.#audit.restart(rangeId)
      },
    )
    this.board.onForget((rangeId) => {
      metrics.rangeGone(rangeId)
      metrics.rangeFiles(countFiles(this.board.all()))
      this.#pruning.gone(rangeId)
    })
    this.board.onChange(readyLog(logger))
    this.board.onChange((status) => this.#notifications.changed(status))
    this.board.onChange((status) => {
      metrics.rangeStatus(status)
      metrics.rangeFiles(countFiles(this.board.all()))
    })
  }

  /** What the HTTP endpoints may tell about this controller. */
  observed(): Observed {
    return {
      statuses: () => this.board.all(),
      notReady: () => this.#folderProblem,
      resyncMs: this.#parts.resyncMs,
      explain: (rangeId, vm) => this.#explain(rangeId, vm),
    }
  }

  /** Undefined when there is no valid file of that range, it is to be removed, or there is no such VM in it. */
  async #explain(rangeId: string, vm: string): Promise<Explanation | undefined> {
    const file = await this.#parts.files.read(rangeId)
    if (file.kind !== 'ok' || file.spec.state === 'absent') return undefined
    if (machinesOf(file.spec).every(({ name }) => name !== vm)) return undefined
    return await this.#planning.explain(file.spec, vm)
  }

  /** Looks at every range now, and counts the time to the next resync from here. Does nothing unless it runs. */
  resync(): void {
    this.#lookAtAll()
  }

  /** Watches and reconciles until the signal aborts. Stops at once then: no further write is begun. */
  async run(signal: AbortSignal): Promise<void> {
    const { files, resyncMs } = this.#parts
    await this.#rememberReady()
    // A watch that is begun after the end would be refused.
    if (signal.aborted) return await this.stop(signal.reason)
    void this.#giveBackLeftover()
    let watching: Promise<void> = Promise.resolve()
    const stream = triggers((tell, tellAll) => {
      this.#lookAtAll = tellAll
      const stopWatching = new AbortController()
      watching = files.watch(tell, AbortSignal.any([signal, stopWatching.signal]))
      return () => stopWatching.abort()
    }, resyncMs)
    const subscription = stream.subscribe((trigger) => {
      if (trigger.kind === 'ranges') for (const id of trigger.ids) this.ranges.trigger(id)
      else void this.#resync()
    })
    try {
      await watching
      await aborted(signal)
    } finally {
      subscription.unsubscribe()
      await this.stop(signal.reason)
    }
  }

  /**
   * Looks at every range until it is Ready, or can't get there: stalled, or failed several passes in a row.
   * Resolves with true when all are Ready, with false when some are not or the signal aborted.
   * Throws when the folder can't be read.
   *
   * @param only ids of the ranges to look at; default: all
   */
  async converge(signal: AbortSignal, only?: readonly string[]): Promise<boolean> {
    signal.addEventListener('abort', () => void this.stop(signal.reason), { once: true })
    await this.#rememberReady()
    this.#audit.waitForNoTurn()
    void this.#giveBackLeftover()
    const ids = only ?? (await this.#allIds())
    this.#folderProblem = undefined
    for (const id of ids) this.ranges.trigger(id)
    try {
      const atRest = (): boolean => [...this.ranges.standings().values()].every(isAtRest)
      do {
        await this.ranges.until(atRest, signal)
        // Ranges that wait for a node are looked at once more when it is repaired.
        await this.#repair.ended()
      } while (!atRest())
      await this.#notifications.sent(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await this.stop(new Error('converged'))
    }
    // Ranges of which nothing is left, not even a file, have no status.
    return !signal.aborted && (this.board.all().length === 0 || this.board.allReady())
  }

  /** Aborts whatever is under way; resolves when it has let go of everything: the SDN lock, if it is held, takes one request. */
  async stop(reason: unknown): Promise<void> {
    this.ranges.stop()
    this.#stop.abort(reason)
    await Promise.all([...this.#underWay, this.#repair.ended()])
    await this.board.written()
  }

  /** Before the first status is written over the old one. */
  async #rememberReady(): Promise<void> {
    const before = await this.#parts.notify.readyBefore()
    this.#notifications.startFrom(before)
    await this.#pruning.start(before)
  }

  /** Looks at those ranges of which something else is to be done or said now that their file is gone. */
  async #prune(): Promise<void> {
    for (const id of await this.#pruning.look(this.#stop.signal)) this.ranges.trigger(id)
  }

  /** A lock left behind stops everybody's work on the SDN, so it goes even when no range needs a change. */
  async #giveBackLeftover(): Promise<void> {
    const { logger } = this.#parts
    const given = this.#networks.giveBackLeftover().catch((error: unknown) => {
      if (!this.#stop.signal.aborted)
        logger.warn('the SDN lock that an earlier run left behind could not be given back yet', { error })
    })
    this.#inBackground(given)
    await given
  }

  /** Waited for when the controller stops; a rejection then says no more than that. */
  #inBackground(work: Promise<unknown>): void {
    const ended: Promise<unknown> = work.then(
      () => this.#underWay.delete(ended),
      (error: unknown) => {
        this.#underWay.delete(ended)
        if (!this.#stop.signal.aborted) this.#parts.logger.error('work in the background failed', { error })
      },
    )
    this.#underWay.add(ended)
  }

  /** Of the ranges with a file, and of those that a person ordered to be destroyed. */
  async #allIds(): Promise<readonly string[]> {
    const [files, ordered] = await Promise.all([this.#parts.files.list(), this.#destroyOrders.list()])
    return [...new Set([...files, ...ordered])]
  }

  /** Every range that has a file or once had one: a file event may have been missed. */
  async #resync(): Promise<void> {
    this.#inBackground(this.#prune())
    try {
      const ids = await this.#allIds()
      this.#folderProblem = undefined
      for (const id of new Set([...ids, ...this.ranges.ids()])) this.ranges.resync(id)
      this.#inBackground(this.#removeStaleRoutes(ids))
    } catch (error) {
      this.#folderProblem = error instanceof Error ? error.message : String(error)
      this.#parts.logger.error('the range folder could not be read; nothing is changed', { error })
    }
  }
}

type StandingOf = ReturnType<RangeController['standings']> extends ReadonlyMap<string, infer S> ? S : never

const isAtRest = ({ standing, failures }: StandingOf): boolean =>
  standing === 'waiting' || standing === 'stalled' || (standing === 'backingOff' && failures >= ATTEMPTS)

function countFiles(statuses: readonly RangeStatus[]): { readonly valid: number; readonly invalid: number } {
  const specs = statuses.map(({ conditions }) => conditions.find(({ type }) => type === 'SpecValid'))
  return {
    valid: specs.filter((spec) => spec?.status === 'True').length,
    invalid: specs.filter((spec) => spec?.reason === 'Invalid').length,
  }
}
