import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { destroyOrderFiles } from '../../adapters/state/destroy-order-files.ts'
import { migrationJournalFiles } from '../../adapters/state/migration-journal-file.ts'
import type { LaneLimits } from '../../adapters/proxmox/lanes.ts'
import type { RangeParser } from '../../adapters/range-parser/range-parser.ts'
import { sdnLockFile } from '../../adapters/state/sdn-lock-file.ts'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import type { Durations } from '../../adapters/simulator/durations.ts'
import type { Fault } from '../../adapters/simulator/faults.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { JournalEntry } from '../../adapters/simulator/journal.ts'
import { type Simulator, startSimulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { FakeHostRoutes } from '../builders/fake-host-routes.ts'
import type { Observed } from '../../model/observed.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'
import type { ControllerParts } from '../../controllers/compose/wire-controller.ts'
import type { FollowedFiles } from '../../controllers/revisions/followed-files.ts'
import type { Controller } from '../../controllers/controller.ts'
import type { PruneParts } from '../../controllers/removal/open-pruning.ts'
import type { PlanSettings } from '../../model/plan-settings.ts'
import type { MigrationJournalStore } from '../../model/migration-journal.ts'
import type { SdnLockNote } from '../../model/network-ports.ts'
import type { Logger, Notifier, StatusStore } from '../../model/ports.ts'
import { readyConditionOf } from '../../model/range-status.ts'
import { type LifeOptions, startLife } from './life.ts'

/** The whole product against a simulated cluster over real HTTPS in virtual time, with a folder to drop files into. */
export interface Lab {
  readonly simulator: Simulator
  readonly controller: Controller
  readonly observed: Observed
  /** What a move of networks has on disk. */
  readonly migration: MigrationJournalStore
  /** The routing table of the machine that the controller runs on. */
  readonly routes: FakeHostRoutes
  readonly folder: string
  /** Puts a range file into place in one step. */
  drop(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
  /** Resolves when the condition holds, looked at after each status change and each request; rejects after hours. */
  until(condition: () => boolean): Promise<void>
  ready(...rangeIds: readonly string[]): boolean
  /** Every request that is not a read, oldest first. */
  writes(): readonly JournalEntry[]
  /** Resolves after so many milliseconds of the cluster. */
  sleep(milliseconds: number): Promise<void>
  /** Looks at every range once more, and resolves when that has been done. */
  pass(): Promise<void>
  /** Ends the controller, and begins another life of it on the same state when what happens meanwhile has. Of a lab with a world of its own alone. */
  restart(meanwhile: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** A test that waits in vain ends, and says where things stand, so that its lab is closed. In milliseconds of the cluster. */
const PATIENCE_MS = 2 * 3_600_000
/** Nobody measures how fast an answer comes, and each wait costs. */
const DURATIONS = { response: 0 }

export interface LabOptions {
  readonly world?: World
  readonly settings?: Partial<PlanSettings>
  /** So many times as fast as real time, for whoever measures. Default: in virtual time. */
  readonly speed?: number
  /** How long things take in the cluster, where it is not as usual. */
  readonly durations?: Partial<Durations>
  /** How many clones one storage takes at once, and the most it is tried with. Default: the product's own. */
  readonly storageLimits?: LaneLimits
  /** How long the client waits for an answer, in milliseconds. */
  readonly patience?: number
  /** How often every range is looked at without any cause, in real milliseconds. Default: twice a minute of the cluster. */
  readonly resyncMs?: number
  /** Range files that are in the folder before the controller looks for the first time, by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly notifier?: Notifier
  /** Where statuses go. Default: nowhere. */
  readonly store?: StatusStore
  /** What parses range files. Default: the product's own. */
  readonly parser?: RangeParser
  /** Default: one that nothing is written to. */
  readonly logger?: Logger
  /** Range files, where they are in no folder. */
  readonly followed?: FollowedFiles
  /** When changes are frozen. Default: never. */
  readonly freeze?: ControllerParts['freeze']
  /** How ranges without a file are pruned. Default: not at all. */
  readonly prune?: (folder: { readonly ranges: string; readonly state: string }) => PruneParts
  /** As `followed`, asked for by each life of the controller. */
  readonly followedByLife?: () => FollowedFiles
  /** What goes wrong from the start. */
  readonly faults?: readonly Fault[]
  /** What goes on in the cluster before the controller looks for the first time. */
  readonly before?: (simulator: Simulator) => void
  /** What an earlier life left behind of the SDN lock. */
  readonly lockNote?: SdnLockNote
}

/** Opens a lab with a running controller. Close it, or its timers keep the test runner alive. */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const world = options.world ?? demoCluster()
  const { speed = 1 } = options
  const backToRealTime = options.speed === undefined ? startVirtualTime() : () => undefined
  const clock = scaledClock(speed)
  const simulator = await startSimulator({ world, clock, durations: { ...DURATIONS, ...options.durations } })
  for (const fault of options.faults ?? []) simulator.arm(fault)
  options.before?.(simulator)
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-lab-'))
  const ranges = path.join(folder, 'ranges')
  await mkdir(ranges)
  await Promise.all(Object.entries(options.files ?? {}).map(([name, text]) => writeFile(path.join(ranges, name), text)))
  const routes = new FakeHostRoutes()
  const lockStore = sdnLockFile(path.join(folder, 'state'))
  const migration = migrationJournalFiles(path.join(folder, 'state')).journal
  const destroyOrders = destroyOrderFiles(path.join(folder, 'state'))
  if (options.lockNote !== undefined) await lockStore.write(options.lockNote)
  const lifeOptions = (): LifeOptions => ({
    hosts: Object.values(simulator.nodes),
    token: controllerToken(world) ?? '',
    fingerprint: simulator.fingerprint,
    ranges,
    lockStore,
    destroyOrders,
    migration,
    hostRoutes: routes,
    clock,
    resyncMs: options.resyncMs ?? 30_000 / speed,
    prune: options.prune?.({ ranges, state: path.join(folder, 'state') }),
    settings: options.settings,
    storageLimits: options.storageLimits,
    patience: options.patience,
    notifier: options.notifier,
    store: options.store,
    parser: options.parser,
    followed: options.followedByLife?.() ?? options.followed,
    freeze: options.freeze,
    logger: options.logger,
  })
  let life = startLife(lifeOptions())

  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(patience)
        stops.forEach((each) => each())
      }
      const look = (): void => {
        if (!condition()) return
        leave()
        resolve()
      }
      const patience = setTimeout(() => {
        leave()
        const standing = life.controller.board.all().map(({ id, conditions }) => `${id}: ${conditions.at(-1)?.message}`)
        reject(new Error(`waited in vain; ${standing.join('; ')}`))
      }, PATIENCE_MS)
      const stops = [life.controller.board.onChange(look), simulator.journal.listen(look)]
      look()
    })

  return {
    simulator,
    get controller() {
      return life.controller
    },
    get observed() {
      return life.observed
    },
    restart: async (meanwhile) => {
      await life.end()
      await meanwhile()
      life = startLife(lifeOptions())
    },
    routes,
    migration,
    folder: ranges,
    drop: async (name, text) => {
      const staged = path.join(folder, `staged-${name}`)
      await writeFile(staged, text)
      await rename(staged, path.join(ranges, name))
    },
    remove: (name) => rm(path.join(ranges, name)),
    until,
    ready: (...rangeIds) =>
      rangeIds.every((id) => {
        const status = life.controller.board.get(id)
        return status !== undefined && readyConditionOf(status)?.status === 'True'
      }),
    writes: () => simulator.journal.entries().filter(({ method }) => method !== 'GET'),
    sleep: (milliseconds) => clock.sleep(milliseconds),
    pass: async () => {
      for (const id of life.controller.ranges.ids()) life.controller.ranges.trigger(id)
      await life.controller.ranges.until(
        () =>
          [...life.controller.ranges.standings().values()].every(
            ({ standing }) => standing === 'waiting' || standing === 'stalled',
          ),
        life.signal,
      )
    },
    close: async () => {
      await life.end()
      await simulator.close()
      await rm(folder, { recursive: true, force: true })
      backToRealTime()
    },
  }
}
