import { createLanes, type LaneLimits } from '../../adapters/proxmox/lanes.ts'
import { untraced } from '../../adapters/tracing/untraced.ts'
import { openMetrics } from '../../adapters/metrics/open-metrics.ts'
import { connectProxmox } from '../../adapters/proxmox/connect.ts'
import { LockTimeout } from '../../adapters/proxmox/errors.ts'
import type { RangeParser } from '../../adapters/range-parser/range-parser.ts'
import { followedFolder } from '../builders/followed-files.ts'
import { pruneParts } from '../builders/prune-parts.ts'
import { settings } from '../builders/range.ts'
import { type ControllerParts, wireController } from '../../controllers/compose/wire-controller.ts'
import type { Controller } from '../../controllers/controller.ts'
import type { FollowedFiles } from '../../controllers/revisions/followed-files.ts'
import type { PruneParts } from '../../controllers/removal/open-pruning.ts'
import type { Clock } from '../../model/clock.ts'
import type { MigrationJournalStore } from '../../model/migration-journal.ts'
import type { DestroyOrderStore } from '../../model/destroy-order.ts'
import type { HostRoutes } from '../../model/host-routes.ts'
import type { Observed } from '../../model/observed.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { SdnLockStore } from '../../model/network-ports.ts'
import type { Logger, Notifier, StatusStore } from '../../model/ports.ts'
import type { ReadyBefore } from '../../model/range-status.ts'
import type { SuspendOrderStore } from '../../model/suspend-order.ts'
import type { TellingParts } from '../../controllers/telling/telling-parts.ts'
import { suspendOrdersInMemory, tellingParts } from '../builders/telling-parts.ts'

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** A Lanista that is alone and takes its own work for another's is mistaken, whatever happens to it. */
const alone: Logger = {
  ...silent,
  warn: (message) => {
    if (message.includes('another program works with it')) throw new Error(message)
  },
}
const nowhere: StatusStore = { write: () => Promise.resolve(), remove: () => Promise.resolve() }

/** What a controller finds when it starts. */
export interface LifeOptions {
  /** Base URLs of the API hosts. */
  readonly hosts: readonly string[]
  readonly token: string
  readonly fingerprint: string
  /** The folder of range files. */
  readonly ranges: string
  readonly lockStore: SdnLockStore
  readonly destroyOrders: DestroyOrderStore
  /** Default: kept in memory. */
  readonly suspendOrders?: SuspendOrderStore | undefined
  /** What people are told of. Default: kept nowhere. */
  readonly telling?: TellingParts | undefined
  /** What a move of networks has left on disk. Default: nothing. */
  readonly migration?: Pick<MigrationJournalStore, 'read'> | undefined
  readonly hostRoutes: HostRoutes
  readonly clock: Clock
  readonly resyncMs: number
  /** How ranges without a file are pruned. Default: not at all. */
  readonly prune?: PruneParts | undefined
  readonly settings?: Partial<PlanSettings> | undefined
  /** How many clones one storage takes at once, and the most it is tried with. Default: the product's own. */
  readonly storageLimits?: LaneLimits | undefined
  /** How long the client waits for an answer, in milliseconds. */
  readonly patience?: number | undefined
  readonly notifier?: Notifier | undefined
  /** Where statuses go. Default: nowhere. */
  readonly store?: StatusStore | undefined
  /** What an earlier life left of them. Default: nothing. */
  readonly readyBefore?: (() => Promise<ReadonlyMap<string, ReadyBefore>>) | undefined
  /** What parses range files. Default: the product's own. */
  readonly parser?: RangeParser | undefined
  /** Range files, where they are in no folder. */
  readonly followed?: FollowedFiles | undefined
  readonly freeze?: ControllerParts['freeze'] | undefined
  /** Default: one that nothing is written to, and that another program's work is never told to. */
  readonly logger?: Logger | undefined
}

/** A running controller with all that it is made of. */
export interface Life {
  readonly controller: Controller
  readonly observed: Observed
  readonly signal: AbortSignal
  /** Stops it as a signal to the process does; resolves when it has let go of everything. */
  end(): Promise<void>
}

/** Starts a controller as the composition root does, silent and without status files. */
export function startLife(options: LifeOptions): Life {
  const { clock, patience, storageLimits, logger = alone } = options
  const random = (): number => 0.5
  const isCongestion = (error: unknown): boolean => error instanceof LockTimeout
  const proxmox = connectProxmox(
    {
      hosts: options.hosts,
      token: options.token,
      tls: { kind: 'fingerprint', sha256: options.fingerprint },
      ...(patience === undefined ? {} : { timeouts: { read: patience, write: patience } }),
    },
    {
      clock,
      random,
      logger: silent,
      lanes: createLanes({ clock, random, isCongestion, ...(storageLimits === undefined ? {} : { storageLimits }) }),
    },
  )
  const { controller, observed } = wireController({
    proxmox,
    followed: options.followed ?? followedFolder(options.ranges, options.parser),
    freeze: options.freeze ?? (() => []),
    store: options.store ?? nowhere,
    hostRoutes: options.hostRoutes,
    lockStore: options.lockStore,
    destroyOrders: options.destroyOrders,
    suspendOrders: options.suspendOrders ?? suspendOrdersInMemory(),
    telling: options.telling ?? tellingParts(),
    migration: options.migration ?? { read: () => Promise.resolve(undefined) },
    clock,
    random,
    logger,
    metrics: openMetrics('test'),
    tracer: untraced,
    settings: () => settings(options.settings ?? {}),
    resyncMs: () => options.resyncMs,
    prune: options.prune ?? pruneParts(),
    notify: {
      notifier: options.notifier ?? { send: () => Promise.resolve({ kind: 'delivered' }) },
      urls: () => [],
      readyBefore: options.readyBefore ?? (() => Promise.resolve(new Map())),
    },
  })
  const stop = new AbortController()
  const running = controller.run(stop.signal)
  return {
    controller,
    observed,
    signal: stop.signal,
    end: async () => {
      stop.abort()
      await running
      proxmox.close()
    },
  }
}
