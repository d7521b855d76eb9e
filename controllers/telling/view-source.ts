import type { GitStatus } from '../../model/accepted-commit.ts'
import type { ControllerView, NodeView } from '../../model/api/cluster-views.ts'
import type { Listed, ViewKind, Views } from '../../model/api/lanista-api.ts'
import type { RangeView } from '../../model/api/range-view.ts'
import type { Clock } from '../../model/clock.ts'
import type { NetworkMode } from '../../model/network-mode.ts'
import type { WaitingSet } from '../../model/prune.ts'
import type { RangePlan } from '../../model/plan/range-plan.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { ZoneFinding } from '../../model/zone-finding.ts'
import type { Reservation } from '../../reconcilers/placement/capacity.ts'
import { networkOf, networkViews, templateViews } from '../../reconcilers/views/network-views.ts'
import { nodeStateOf, nodeViews } from '../../reconcilers/views/node-views.ts'
import { planChanges } from '../../reconcilers/views/plan-view.ts'
import { type SiteKnown, siteFindings } from '../../reconcilers/views/site-findings.ts'
import { type RangeAround, rangeViewOf } from '../../reconcilers/views/range-view.ts'
import { waitingView } from '../steering/waiting-key.ts'
import type { EventLog } from '../report/event-log.ts'

export interface ViewParts {
  /** As they are told outside. */
  readonly statuses: () => readonly RangeStatus[]
  readonly statusOf: (rangeId: string) => RangeStatus | undefined
  /** What is being done about a range just now. */
  readonly workOf: (rangeId: string) => RangeView['work']
  /** As a range was planned last, and when. */
  readonly planOf: (rangeId: string) => { readonly at: number; readonly plan: RangePlan } | undefined
  readonly reservations: () => readonly Reservation[]
  readonly mode: () => NetworkMode | undefined
  readonly natBridge: () => string
  readonly events: Pick<EventLog, 'all'>
  readonly notReady: () => string | undefined
  /** How the hosts of the API stand, and why statuses can't be written. */
  readonly site: () => Pick<SiteKnown, 'hosts' | 'unwritten'>
  readonly git: (() => GitStatus) | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly version: string
  /** Another life of the controller has another. */
  readonly instance: string
}

/** What there is to tell, as views: of the last look at the cluster, and of statuses as they are. Made when somebody asks. */
export class ViewSource {
  readonly #parts: ViewParts
  readonly #startedAt: string
  readonly #nodeSince = new Map<string, { readonly state: NodeView['state']; readonly since: string }>()
  #snapshot: ClusterSnapshot | undefined
  #guests: RangeAround['guests'] = new Map()
  #zone: readonly ZoneFinding[] = []
  #lookSeconds = 0
  #waiting: WaitingSet | undefined

  constructor(parts: ViewParts) {
    this.#parts = parts
    this.#startedAt = new Date(parts.clock.now()).toISOString()
  }

  get instance(): string {
    return this.#parts.instance
  }

  /** The cluster was looked at. @param seconds what that took */
  seen(snapshot: ClusterSnapshot, seconds = 0): void {
    this.#snapshot = snapshot
    this.#lookSeconds = seconds
    this.#guests = new Map(snapshot.guests.map((guest) => [guest.vmid, guest]))
    const since = new Date(snapshot.takenAt).toISOString()
    for (const node of snapshot.nodes) {
      const state = nodeStateOf(node)
      if (this.#nodeSince.get(node.name)?.state !== state) this.#nodeSince.set(node.name, { state, since })
    }
  }

  /** What is wrong with the zone just now. */
  zone(findings: readonly ZoneFinding[]): void {
    this.#zone = findings
  }

  /** What waits for a person's approval. @returns whether that is something else than before */
  waits(waiting: WaitingSet | undefined): boolean {
    const isNew = JSON.stringify(waiting) !== JSON.stringify(this.#waiting)
    this.#waiting = waiting
    return isNew
  }

  list<K extends ViewKind>(kind: K): Listed<Views[K]> {
    const { clock } = this.#parts
    const ofCluster = kind === 'nodes' || kind === 'networks' || kind === 'templates'
    const asOf = ofCluster ? (this.#snapshot?.takenAt ?? clock.now()) : clock.now()
    return { asOf: new Date(asOf).toISOString(), items: this.#lists[kind]() }
  }

  rangeIds(): readonly string[] {
    return this.#parts.statuses().map(({ id }) => id)
  }

  /** One range; undefined when nothing is told of it. */
  range(rangeId: string): RangeView | undefined {
    const status = this.#parts.statusOf(rangeId)
    return status && rangeViewOf(status, this.#around(status))
  }

  controller(): ControllerView {
    const { notReady, git, version, instance, mode } = this.#parts
    const why = notReady()
    const seen = this.#snapshot
    const decided = mode()
    return {
      kind: 'Controller',
      instance,
      version,
      startedAt: this.#startedAt,
      ...(why === undefined ? {} : { notReady: why }),
      ...(seen === undefined
        ? {}
        : {
            cluster: {
              ...(seen.clusterName === undefined ? {} : { name: seen.clusterName }),
              quorate: seen.quorate,
              seenAt: new Date(seen.takenAt).toISOString(),
              ...(decided === undefined ? {} : { mode: decided }),
            },
          }),
      findings: [
        ...siteFindings({ snapshot: seen, zone: this.#zone, lookSeconds: this.#lookSeconds, ...this.#parts.site() }),
      ],
      ...(this.#waiting === undefined ? {} : { waiting: waitingView(this.#waiting) }),
      ...(git === undefined ? {} : { git: gitView(git()) }),
    }
  }

  readonly #lists: { readonly [K in ViewKind]: () => readonly Views[K][] } = {
    ranges: () => this.#ranges(),
    vms: () => this.#ranges().flatMap(({ vms }) => vms),
    networks: () =>
      this.#snapshot === undefined ? [] : networkViews(this.#snapshot, this.#parts.statuses(), this.#parts.natBridge()),
    nodes: () => {
      const since = (node: string): string => this.#nodeSince.get(node)?.since ?? this.#startedAt
      return this.#snapshot === undefined
        ? []
        : nodeViews(this.#snapshot, this.#parts.statuses(), this.#parts.reservations(), since)
    },
    templates: () => (this.#snapshot === undefined ? [] : templateViews(this.#snapshot)),
    events: () => this.#parts.events.all(),
  }

  #ranges(): readonly RangeView[] {
    return this.#parts.statuses().map((status) => rangeViewOf(status, this.#around(status)))
  }

  #around({ id, number }: RangeStatus): RangeAround {
    const { workOf, planOf, mode } = this.#parts
    const planned = planOf(id)
    return {
      guests: this.#guests,
      network: networkOf(number, mode()),
      work: workOf(id),
      plan:
        planned === undefined
          ? undefined
          : { at: new Date(planned.at).toISOString(), changes: [...planChanges(planned.plan)] },
    }
  }
}

/** What is not known is left out. */
const gitView = ({ finding, ...known }: GitStatus): NonNullable<ControllerView['git']> => ({
  ...known,
  ...(finding === undefined ? {} : { finding: { ...finding } }),
})
