import type { ApiPlace, LanistaApi } from '../../model/api/lanista-api.ts'
import type { CommitApprovalStore } from '../../model/accepted-commit.ts'
import type { FileChecker } from '../../model/checked-file.ts'
import type { Clock } from '../../model/clock.ts'
import type { ConfigSource } from '../../model/config-source.ts'
import type { DoctorLooks } from '../../model/doctor-looks.ts'
import type { DestroyOrderStore, OrdersUntold } from '../../model/destroy-order.ts'
import type { LeftBehind } from '../../model/left-behind.ts'
import type { HostRoutes } from '../../model/host-routes.ts'
import type { LogOptions } from '../../model/log-options.ts'
import type { MigrationJournalStore } from '../../model/migration-journal.ts'
import type { SdnLockStore } from '../../model/network-ports.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { ApprovalStore, Logger, Notifier, Proxmox, RangeFiles, StatusStore } from '../../model/ports.ts'
import type { ProposedCommit } from '../../model/proposed-commit.ts'
import type { Presence } from '../../model/presence.ts'
import type { Observed } from '../../model/observed.ts'
import type { ReadyBefore } from '../../model/range-status.ts'
import type { SimulatedCluster, SimulateOptions } from '../../model/simulated-cluster.ts'
import type { SuspendOrderStore } from '../../model/suspend-order.ts'
import type { Tracer } from '../../model/tracer.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import type { WiredController } from '../controller.ts'
import type { GitSource } from '../git/git-source.ts'
import type { HostParts } from '../host-migration/host-parts.ts'
import type { FollowedFiles } from '../revisions/followed-files.ts'
import type { TellingParts } from '../telling/telling-parts.ts'
import type { PruneParts } from '../removal/open-pruning.ts'

/**
 * What the commands need of the outside world. `main.ts` builds it from the adapters; a test can build another.
 * Its functions throw `UserError` for what a person can mend.
 */
export interface Composition {
  /** Of Lanista itself. */
  readonly version: string
  readonly clock: Clock
  readonly random: () => number
  readonly environment: NodeJS.ProcessEnv
  readonly checker: FileChecker
  /** Where a path of keys and indices leads in a range file's text, from 1; undefined where that has nothing there. */
  placeInText(
    text: string,
    path: readonly (string | number)[],
  ): { readonly line: number; readonly column: number } | undefined
  /** The configuration with the `LANISTA_*` variables of this environment in place of what it says. */
  loadConfig(file: string, environment?: NodeJS.ProcessEnv): Promise<ServerConfig>
  /** Where a running controller of this configuration asks for approval. */
  approvals(config: ServerConfig): ApprovalStore
  /** Where it asks for approval of a commit of range files: that it goes in force, or that its waves go on. */
  commitApprovals(config: ServerConfig, about: 'force' | 'waves'): CommitApprovalStore
  /**
   * What checks the range files of the commit in force, and which that is as a sentence, where the configuration has a repository;
   * undefined where it has a folder. Throws `UserError` when none is in force.
   */
  commitChecker(
    config: ServerConfig,
    logger: Logger,
  ): Promise<{ readonly checker: FileChecker; readonly inForce: string } | undefined>
  /** The same configuration, to be read again and watched. */
  configSource(file: string): ConfigSource
  /** Where the API token would be read from, and whether it can be. */
  inspectToken(config: ServerConfig): Promise<TokenInspection>
  /** A log, to standard error or appended to a file; of JSON lines unless it is for people. */
  openLog(options?: LogOptions): Logger
  /** What goes wrong, in sentences, for whoever reads a command's output. */
  openTroubles(print: (line: string) => void, options?: Pick<LogOptions, 'level'>): Logger
  connect(config: ServerConfig, logger: Logger): Promise<Connected>
  /** What the last Lanista of this configuration left. Throws `UserError` when who asks may not read it. */
  leftBehind(config: ServerConfig): Promise<LeftBehind>
  /** A controller for a configuration, asked for anew in each pass, and what it is connected to. Nothing runs yet. */
  controller(config: () => ServerConfig, connected: Connected, logger: Logger): WiredController
  /**
   * The running Lanista, elsewhere or on this machine; undefined when none runs on this machine. Throws `UserError` when it is there and
   * does not answer.
   *
   * @param config of the one on this machine; undefined where another is named
   */
  lanista(config: ServerConfig | undefined, place: ApiPlace, signal: AbortSignal): Promise<LanistaApi | undefined>
  /** The host that this runs on, where Ludus' network is to be moved to SDN. Nothing is read or changed yet. */
  host(config: ServerConfig, configFile: string, logger: Logger): Promise<HostParts>
  /** What `lanista doctor` looks at; nothing is looked at yet. @param logger is told of requests */
  doctor(logger: Logger): DoctorLooks
  /** Starts the simulated cluster that is described in a file, or the demo's when there is none. */
  simulate(options: SimulateOptions): Promise<SimulatedCluster>
}

/** What may be told about the API token. */
export interface TokenInspection {
  /** `file /etc/lanista/token`; undefined when none is named anywhere. */
  readonly source: string | undefined
  /** Why it can't be used, without any of it. */
  readonly problem: string | undefined
}

/** A configuration brought to life: its Proxmox, its files, and the places it reports to. */
export interface Connected {
  /** As it was when this was made. */
  readonly config: ServerConfig
  readonly logger: Logger
  readonly proxmox: Proxmox
  /** Range files as they are acted on. */
  readonly files: RangeFiles
  /** Range files as they are now, and what is remembered of them. */
  readonly followed: FollowedFiles
  /** The repository that they are in; undefined when that is a folder. */
  readonly git: GitSource | undefined
  /**
   * Fetches a commit of the repository that a person names, and reads what would be in force with it; nothing is put in force, and nothing
   * is left behind. Throws `UserError`. Undefined where the files are in a folder.
   */
  readonly propose: ((ref: string, signal: AbortSignal) => Promise<ProposedFiles>) | undefined
  readonly store: StatusStore
  readonly lockStore: SdnLockStore
  readonly destroyOrders: DestroyOrderStore
  readonly suspendOrders: SuspendOrderStore
  /** What a move from bridges to VNets keeps on disk; a lock of its own, as a controller may be running. */
  readonly migration: {
    readonly journal: MigrationJournalStore
    readonly lockStore: SdnLockStore
    /** Who moves networks, or puts them back. */
    readonly presence: Presence
  }
  /** Why there may be orders to destroy that are not told; undefined when all are. */
  readonly ordersUntold: () => Promise<OrdersUntold | undefined>
  readonly presence: Presence
  readonly hostRoutes: HostRoutes
  readonly metrics: Metrics
  readonly tracer: Tracer
  /** Removes the status files of ranges that have no range file any more. */
  readonly forgetAllBut: (rangeIds: readonly string[]) => Promise<void>
  /** How ready each range was by the status files of an earlier life. */
  readonly readyBefore: () => Promise<ReadonlyMap<string, ReadyBefore>>
  /** Why newer contents of range files are not acted on, by range, by the status files of who acts on them. */
  readonly heldBefore: () => Promise<ReadonlyMap<string, string>>
  readonly notifier: Notifier
  /** What people are told of, and where that is kept. */
  readonly telling: TellingParts
  readonly prune: Pick<PruneParts, 'provenance' | 'seenFiles' | 'approvals'>
  /**
   * Serves metrics, health and the API until the signal aborts, on the configured address unless another is given.
   * Resolves with the address it listens on.
   */
  serve(observed: Observed, signal: AbortSignal, listen?: string): Promise<string>
}

/** A commit that may go in force, and its files as a run would read them. */
export interface ProposedFiles {
  readonly proposed: ProposedCommit
  /** What it is compared with was put in force by a Lanista of this state directory; else it is the newest commit of the branch. */
  readonly isRemembered: boolean
  /** Why it is not known what is in force, as subject, finding and remedy; undefined when it is. */
  readonly untold: string | undefined
  readonly files: RangeFiles
}
