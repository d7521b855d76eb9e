import { setMaxListeners } from 'node:events'
import { type Clock, steadyOf } from '../../model/clock.ts'
import type { DestroyOrderStore } from '../../model/destroy-order.ts'
import type { FreezeWindow } from '../../model/freeze/freeze-window.ts'
import type { HostRoutes } from '../../model/host-routes.ts'
import type { SdnLockStore } from '../../model/network-ports.ts'
import type { MigrationJournalStore } from '../../model/migration-journal.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger, Notifier, Proxmox, StatusStore } from '../../model/ports.ts'
import type { ReadyBefore } from '../../model/range-status.ts'
import type { SuspendOrderStore } from '../../model/suspend-order.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { Tracer } from '../../model/tracer.ts'
import { Controller, type Duties, type WiredController } from '../controller.ts'
import { watchClones } from '../machine/clone-watch.ts'
import { ConfigAudit } from '../machine/config-audit.ts'
import { FailedClones } from '../machine/failed-clones.ts'
import { VmBackoff } from '../machine/vm-backoff.ts'
import { VmExecutor } from '../machine/vm-executor.ts'
import { VmRemover } from '../machine/vm-remover.ts'
import { VmsUnderWay } from '../machine/vms-under-way.ts'
import { VmWorker } from '../machine/vm-worker.ts'
import { AclGranter } from '../network/acl-granter.ts'
import { DecidedMode } from '../network/decided-mode.ts'
import { openNetworks } from '../network/open-networks.ts'
import { RouteController } from '../network/route-controller.ts'
import { StaleRoutes } from '../network/stale-routes.ts'
import { InFlight } from '../pace/in-flight.ts'
import { OpenTriggers } from '../pace/open-triggers.ts'
import { Turn } from '../pace/turn.ts'
import { unlessLong } from '../pace/unless-long.ts'
import { Announced } from '../range/announced.ts'
import { Explaining } from '../range/explaining.ts'
import { NetworkStep } from '../range/network-step.ts'
import { Planning } from '../range/planning.ts'
import { RangeController } from '../range/range-controller.ts'
import { RangeFolder } from '../range/range-folder.ts'
import { RangePass } from '../range/range-pass.ts'
import { RangePasses } from '../range/range-passes.ts'
import { RangeRegister } from '../range/range-register.ts'
import { RangeSight } from '../range/range-sight.ts'
import { RangesOnCluster } from '../range/ranges-on-cluster.ts'
import { UnplannedRange } from '../range/unplanned-range.ts'
import { LastLook } from '../range/last-look.ts'
import { MoveHolds } from '../range/move-holds.ts'
import { RangeWishes } from '../range/range-wishes.ts'
import { RangeReconciler } from '../range/reconcile-range.ts'
import { RemovalReconciler } from '../range/reconcile-removal.ts'
import { Reservations } from '../range/reservations.ts'
import { RouteStep } from '../range/route-step.ts'
import { VmHandOver } from '../range/vm-hand-over.ts'
import { DestroyOrders } from '../removal/destroy-orders.ts'
import { openPruning, type PruneParts } from '../removal/open-pruning.ts'
import { openRemoval } from '../removal/open-removal.ts'
import { RemovalPlanner } from '../removal/removal-planner.ts'
import { SuspendOrders } from '../revisions/suspend-orders.ts'
import { FreezeAlarm } from '../revisions/freeze-alarm.ts'
import { type FollowedFiles, openFilesInForce } from '../revisions/followed-files.ts'
import { OtherWriters } from '../report/other-writers.ts'
import { Notifications } from '../report/notifications.ts'
import { StatusBoard } from '../report/status-board.ts'
import type { TellingParts } from '../telling/telling-parts.ts'
import { listenToStatuses } from './listen-to-statuses.ts'
import { watchRanges } from './watch-ranges.ts'
import { type ForgeParts, wireForge } from './wire-forge.ts'
import { type Telling, wireTelling } from './wire-telling.ts'

/** The adapters and settings a controller runs with. */
export interface ControllerParts {
  readonly proxmox: Proxmox
  /** Range files as they are now; what of them is acted on is decided here. */
  readonly followed: FollowedFiles
  readonly store: StatusStore
  /** Where the token of the SDN lock is kept. */
  readonly lockStore: SdnLockStore
  /** Where the orders of `lanista destroy` are kept. */
  readonly destroyOrders: DestroyOrderStore
  /** Where the orders of `lanista suspend` and `lanista resume` are kept. */
  readonly suspendOrders: SuspendOrderStore
  /** What a move from bridges to VNets has on disk. */
  readonly migration: Pick<MigrationJournalStore, 'read'>
  /** Those of the machine that Lanista runs on; written only when the settings say so. */
  readonly hostRoutes: HostRoutes
  readonly clock: Clock
  /** 0..1 */
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracer: Tracer
  readonly settings: () => PlanSettings
  /** How often every range is looked at without any cause; asked for anew with each resync. */
  readonly resyncMs: () => number
  /** `lanista.freeze`; asked for anew with each read of a file. */
  readonly freeze: () => readonly FreezeWindow[]
  readonly notify: NotifyParts
  readonly prune: PruneParts
  readonly telling: TellingParts
  /** Who is told how commits of range files fare; undefined: nobody is. */
  readonly forge?: ForgeParts | undefined
}

/** Whom to tell of ranges, and how. */
interface NotifyParts {
  readonly notifier: Notifier
  /** `lanista.notify.urls`. */
  readonly urls: () => readonly string[]
  /** How ready ranges were when an earlier life ended. */
  readonly readyBefore: () => Promise<ReadonlyMap<string, ReadyBefore>>
}

/** Who asks what is there waits no longer for a look. In milliseconds. */
const LOOKED_WITHIN_MS = 3000

/** What is left may take so long to be given back before anybody is looked after. In milliseconds. */
const TIDIED_WITHIN_MS = 5000

/** Makes a controller of its parts: room by room, from what others need to what needs them. */
export function wireController(parts: ControllerParts): WiredController {
  const { proxmox, clock, random, logger, metrics, tracer, settings, resyncMs, prune, notify } = parts
  const { machines, pools, access } = proxmox
  const steady = steadyOf(clock)
  const stop = new AbortController()
  const { signal } = stop
  // Every request and wait under way listens to it, and a large site has hundreds of them.
  setMaxListeners(0, signal)
  const inFlight = new InFlight(signal)

  // Networks
  const { networks, repair, reloads, isLockHeld } = openNetworks(proxmox, parts.lockStore, settings, {
    clock,
    logger,
    signal,
    metrics,
  })

  // What is seen
  const lastLook = new LastLook()
  const observer = lastLook.observing(reloads.observing(watchClones(proxmox, steady)))
  const otherWriters = new OtherWriters(logger, metrics, steady)
  const onSeen: ((seen: ClusterSnapshot) => void)[] = [(seen) => otherWriters.seen(seen)]
  const onCluster = new RangesOnCluster(
    async () => {
      const seen = await observer.observe(signal)
      for (const hears of onSeen) hears(seen)
      return seen
    },
    steady,
    signal,
  )
  const shared = new Turn<undefined, ClusterSnapshot>(async () => {
    const seen = await onCluster.look()
    return () => seen
  })
  const look = (): Promise<ClusterSnapshot> => shared.enter(undefined)
  const decided = new DecidedMode(settings)

  // What is told
  const board = new StatusBoard(parts.store, clock, logger, (successful) => metrics.statusWritten(successful))
  const notifications = new Notifications({ ...notify, clock, logger, metrics }, signal)

  // Rights and routes
  const granter = new AclGranter(access, logger, steady, signal)
  const device = (): string => settings().routesDevice ?? decided.natDevice()
  const routes = new RouteController(parts.hostRoutes, device, logger, signal)
  const wantsRoutes = (): boolean => settings().routesEnabled

  // What is wanted
  const destroyOrders = new DestroyOrders(parts.destroyOrders, logger)
  const suspendOrders = new SuspendOrders(parts.suspendOrders, clock, logger, true)
  const files = openFilesInForce(
    parts.followed,
    {
      freeze: parts.freeze,
      isLeft: async (rangeId, file) =>
        (await destroyOrders.keepsAway(rangeId, file)) || (await suspendOrders.leavesAlone(rangeId, file)),
      isThere: async (rangeId) => (await onCluster.ids(false)).includes(rangeId),
      clock,
      logger,
    },
    true,
  )
  const heard = notifications.listeningTo(suspendOrders.applied(files))
  const pruning = openPruning(prune, files, look, resyncMs, { clock, logger, metrics })
  const holds = new MoveHolds(parts.migration)
  const wishes = new RangeWishes(heard, destroyOrders, pruning, clock, holds, (rangeId) => files.goes(rangeId))

  // Machines
  const inFlightOf = (rangeId: string): boolean => files.isInFlight(rangeId)
  const audit = new ConfigAudit(proxmox, settings, steady, random, logger, inFlightOf)
  const backoff = new VmBackoff(steady, random)
  const failedClones = new FailedClones(steady)
  const worker = new VmWorker(proxmox, audit, backoff, steady, logger, failedClones)
  const underWay = new VmsUnderWay()
  const executor = new VmExecutor(worker, new VmRemover(machines, pools, steady, logger), underWay, inFlight)

  // Ranges
  const register = new RangeRegister(board, clock)
  const sight = new RangeSight(look, machines)
  const reservations = new Reservations(underWay)
  const announced = new Announced(clock, signal)
  const failing = (): ReadonlyMap<string, string> => failedClones.avoided()
  const planning = new Planning(
    () => onCluster.look(),
    decided,
    reservations,
    announced,
    settings,
    logger,
    failing,
    holds,
  )
  planning.onZone((findings) => {
    metrics.zoneFindings(findings)
    telling.zone(findings)
  })
  const onBridgeMissing = (rangeId: string, node: string, bridge: string): void => repair.lacks(rangeId, node, bridge)
  const vms = new VmHandOver(worker, wishes, underWay, settings, onBridgeMissing)
  const networkStep = new NetworkStep(networks, repair, granter, wishes)
  const pass = new RangePass(planning, networkStep, pools, new RouteStep(routes, wantsRoutes), vms, {
    wishes,
    pruning,
    sight,
    tracer,
  })
  const removals = openRemoval(new RemovalPlanner(look, decided, settings, holds), proxmox, networks, logger)
  const removal = new RemovalReconciler(removals, wishes, destroyOrders)
  const unplanned = new UnplannedRange(sight, pruning)
  const reconciler = new RangeReconciler(wishes, announced, pass, removal, unplanned, logger)
  const queue = new OpenTriggers(steady)
  const restart = (rangeId: string): void => {
    backoff.restart(rangeId)
    audit.restart(rangeId)
  }
  const passes = new RangePasses(reconciler, register, metrics, steady, inFlight, queue, tracer)
  const onTrigger = (rangeId: string): void => {
    queue.asked(rangeId)
    restart(rangeId)
  }
  const ranges = new RangeController(passes, executor, onTrigger, random, steady, {
    isKept: (rangeId) => register.isTold(rangeId),
    onDropped: (rangeId) => {
      register.drop(rangeId)
      restart(rangeId)
      queue.forget(rangeId)
    },
    onStanding: (rangeId) => telling.worked(rangeId),
    onRest: (rangeId) => {
      telling.rested()
      const { report } = register.of(rangeId)
      const digest = report.readyWith
      const reached = digest === undefined ? undefined : files.reached(rangeId, digest)
      if (reached !== undefined) report.reached(reached)
    },
  })
  files.onRelease((rangeId) => ranges.trigger(rangeId))
  repair.onRepaired((ids) => ids.forEach((id) => ranges.trigger(id)))

  const telling: Telling = wireTelling(parts.telling, {
    board,
    clock,
    random,
    logger,
    planOf: (rangeId) => register.planOf(rangeId),
    reservations: () => reservations.all().vms,
    mode: () => decided.mode,
    natBridge: () => settings().natBridge,
    notReady: () => folder.problem ?? parts.telling.silence(3 * resyncMs()),
    lookAgain: () => unlessLong(look(), LOOKED_WITHIN_MS, steady, signal),
    steering: {
      known: async () => [...new Set([...(await files.list()), ...board.all().map(({ id }) => id)])].sort(),
      read: (rangeId) => files.read(rangeId),
      trigger: (rangeId) => ranges.trigger(rangeId),
      suspendOrders: parts.suspendOrders,
    },
  })
  telling.follow(ranges)
  onSeen.push((seen) => telling.seen(seen))

  listenToStatuses(board, { notifications, metrics, logger })
  metrics.watch({
    ...watchRanges(ranges, board, audit),
    queue: () => queue.standing(),
    cluster: () => lastLook.standing(reservations.all().vms),
    sdnLock: () => ({ isHeld: isLockHeld() }),
    resyncMs,
  })
  board.onForget((rangeId) => {
    pruning.gone(rangeId)
    files.forget(rangeId)
  })

  const forge =
    parts.forge === undefined
      ? undefined
      : wireForge(parts.forge, { board, files, clock, random, logger, metrics, inFlight })

  const folder: RangeFolder = new RangeFolder(files, destroyOrders, logger)
  const staleRoutes = new StaleRoutes(
    routes,
    wantsRoutes,
    () => register.numbers(),
    () => planning.numbersSeen(),
    logger,
  )
  const freezeAlarm = new FreezeAlarm(parts.freeze, clock, signal)
  const duties: Duties = {
    rememberReady: async (before) => {
      notifications.startFrom(before)
      for (const [rangeId, { source, sinces }] of before) {
        if (source !== undefined) register.startFrom(rangeId, source)
        if (sinces !== undefined) board.startFrom(rangeId, sinces)
      }
      await telling.startFrom(before)
      await pruning.start(before)
    },
    giveBackLeftover: () => networks.giveBackLeftover(),
    tidied: () => unlessLong(networks.giveBackLeftover(), TIDIED_WITHIN_MS, steady, signal),
    expectNoLaterTurn: () => {
      audit.waitForNoTurn()
      backoff.expectNoLaterTurn()
    },
    onCluster: (soon) => onCluster.ids(soon),
    prune: (until) => pruning.look(until),
    setFreezeAlarm: (lookAtAll) => freezeAlarm.set(lookAtAll),
    removeStaleRoutes: (rangeIds) => staleRoutes.remove(rangeIds),
    repaired: () => repair.ended(),
    wavesTold: () => files.told(),
    notified: async (until) => void (await Promise.all([notifications.sent(until), forge?.sent(until)])),
  }
  const explaining = new Explaining(files, () => observer.observe(signal), decided, reservations, settings)
  return {
    controller: new Controller(ranges, board, folder, duties, {
      readyBefore: notify.readyBefore,
      stop,
      inFlight,
      resyncMs,
      logger,
    }),
    observed: {
      statuses: () => board.all(),
      notReady: () => folder.problem ?? parts.telling.silence(3 * resyncMs()),
      api: telling.api,
      resyncMs,
      explain: (rangeId, vm) => explaining.explain(rangeId, vm),
    },
  }
}
