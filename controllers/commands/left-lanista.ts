import type { ControllerView } from '../../model/api/cluster-views.ts'
import type { LanistaApi, Listed, ViewKind, Views } from '../../model/api/lanista-api.ts'
import type { LeftBehind } from '../../model/left-behind.ts'
import { planSettingsOf } from '../../model/plan-settings.ts'
import type { Proxmox } from '../../model/ports.ts'
import type { ServerConfig } from '../../model/server-config.ts'
import { UserError } from '../../model/user-error.ts'
import { networkModeOf } from '../../reconcilers/network-mode.ts'
import { ViewSource } from '../telling/view-source.ts'
import type { Composition } from './composition.ts'

/** Who asks for what the cluster alone tells waits so long for it, in milliseconds; who asks for ranges has something to read before. */
const LOOK_WITHIN_MS = { cluster: 20_000, ranges: 5000 } as const
/** What only a look at the cluster tells. */
const OF_CLUSTER: ReadonlySet<ViewKind> = new Set(['nodes', 'networks', 'templates'])

/**
 * What is known while no Lanista runs: the statuses and events that the last one left, and the cluster as it is now. It can be read
 * alone. The cluster is looked at once, and only for what needs it; where it can't be seen, that is said, and what it alone tells is
 * refused.
 */
export class LeftLanista implements LanistaApi {
  readonly where = 'what the last Lanista on this machine left'
  readonly #left: LeftBehind
  readonly #config: ServerConfig
  readonly #composition: Pick<Composition, 'clock' | 'connect' | 'openTroubles'>
  readonly #warn: (line: string) => void
  #looked: Promise<{ readonly views: ViewSource; readonly unseen: string | undefined }> | undefined

  constructor(
    left: LeftBehind,
    config: ServerConfig,
    composition: Pick<Composition, 'clock' | 'connect' | 'openTroubles'>,
    warn: (line: string) => void,
  ) {
    this.#left = left
    this.#config = config
    this.#composition = composition
    this.#warn = warn
  }

  async list<K extends ViewKind>(kind: K, signal: AbortSignal): Promise<Listed<Views[K]>> {
    const written = new Date(this.#left.writtenAt ?? this.#composition.clock.now()).toISOString()
    if (kind === 'events') return { ...this.#views(undefined).list(kind), asOf: written }
    const isOfCluster = OF_CLUSTER.has(kind)
    this.#looked ??= this.#look(LOOK_WITHIN_MS[isOfCluster ? 'cluster' : 'ranges'], signal)
    const { views, unseen } = await this.#looked
    if (unseen !== undefined) {
      if (isOfCluster) throw new UserError(unseen)
      this.#warn(unseen)
    }
    const listed = views.list(kind)
    return isOfCluster ? listed : { ...listed, asOf: written }
  }

  /** Of the site nothing is known that a look of one's own does not tell. */
  async controller(): Promise<ControllerView> {
    const { views } = (await this.#looked) ?? { views: this.#views(undefined) }
    return views.controller()
  }

  // oxlint-disable-next-line require-yield
  async *watch(): AsyncIterable<never> {
    throw noneRuns('--watch')
  }

  logs(): Promise<never> {
    return Promise.reject(noneRuns('logs'))
  }

  steer(): Promise<never> {
    return Promise.reject(noneRuns('this'))
  }

  async #look(
    withinMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly views: ViewSource; readonly unseen: string | undefined }> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
    try {
      const { proxmox } = await this.#composition.connect(
        this.#config,
        this.#composition.openTroubles(() => undefined),
      )
      const snapshot = await (proxmox satisfies Pick<Proxmox, 'observe'>).observe(until)
      return { views: this.#views(snapshot), unseen: undefined }
    } catch (error) {
      signal.throwIfAborted()
      const unseen = `the cluster could not be looked at: ${error instanceof Error ? error.message : String(error)}`
      return { views: this.#views(undefined), unseen }
    }
  }

  #views(snapshot: Parameters<ViewSource['seen']>[0] | undefined): ViewSource {
    const settings = planSettingsOf(this.#config)
    const mode = snapshot === undefined ? undefined : networkModeOf(snapshot, settings)
    const views = new ViewSource({
      statuses: () => this.#left.statuses,
      statusOf: (rangeId) => this.#left.statuses.find(({ id }) => id === rangeId),
      // Nobody is at work.
      workOf: () => undefined,
      planOf: () => undefined,
      reservations: () => [],
      mode: () => (typeof mode === 'string' ? mode : undefined),
      natBridge: () => settings.natBridge,
      events: { all: () => this.#left.events },
      // That none runs has been said.
      notReady: () => undefined,
      site: () => ({ hosts: [], unwritten: undefined }),
      git: undefined,
      clock: this.#composition.clock,
      version: '',
      instance: '',
    })
    if (snapshot !== undefined) views.seen(snapshot)
    return views
  }
}

const noneRuns = (what: string): UserError => new UserError(`${what}: no Lanista runs; start it: lanista run`)
