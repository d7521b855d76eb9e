import type { ApiProvider } from '../../model/api/api-provider.ts'
import type { RangeView } from '../../model/api/range-view.ts'
import type { Clock } from '../../model/clock.ts'
import { shortId } from '../../model/commit-snapshot.ts'
import { maskedStatus } from '../../model/digest-mask.ts'
import type { Logger } from '../../model/ports.ts'
import { type ReadyBefore, readyConditionOf } from '../../model/range-status.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import type { ZoneFinding } from '../../model/zone-finding.ts'
import { lookEvents } from '../../reconcilers/events/look-events.ts'
import { forgottenEvent, type StatusBefore, statusEvents } from '../../reconcilers/events/status-events.ts'
import { EventLog } from '../report/event-log.ts'
import type { StatusBoard } from '../report/status-board.ts'
import type { RangeController } from '../range/range-controller.ts'
import { Steer, type SteerParts } from '../steering/steer.ts'
import { Feed } from '../telling/feed.ts'
import { Freshness } from '../telling/freshness.ts'
import type { TellingParts } from '../telling/telling-parts.ts'
import { type ViewParts, ViewSource } from '../telling/view-source.ts'

/** Reasons of ranges that wait for a person. */
const WAITS: ReadonlySet<string> = new Set(['PruneWaits'])

interface Around extends Omit<
  ViewParts,
  'events' | 'statuses' | 'statusOf' | 'workOf' | 'git' | 'version' | 'instance' | 'clock'
> {
  readonly board: StatusBoard
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** Resolves when the cluster was looked at, or could not be in a moment. Never rejects. */
  readonly lookAgain: () => Promise<void>
  readonly steering: Pick<SteerParts, 'known' | 'read' | 'trigger' | 'suspendOrders'>
}

/** What tells people of everything, and takes what they ask. */
export interface Telling {
  readonly api: ApiProvider
  readonly events: EventLog
  /** Takes up what an earlier life has told, before anything is told anew. */
  startFrom(before: ReadonlyMap<string, ReadyBefore>): Promise<void>
  /** The cluster was looked at. */
  seen(snapshot: ClusterSnapshot): void
  zone(findings: readonly ZoneFinding[]): void
  /** Nothing more is to be done for a range. */
  rested(): void
  /** Something about what is done for a range has changed. */
  worked(rangeId: string): void
  /** Where a range stands is asked of these from now on. */
  follow(ranges: Pick<RangeController, 'standing'>): void
}

/** Has events written down, and everything told to whoever asks. It listens alone: nothing waits for it. */
export function wireTelling(parts: TellingParts, around: Around): Telling {
  const { eventStore, mask, version, git, logLines, approvals, commits } = parts
  const { board, clock, random, logger, steering } = around
  const events = new EventLog(eventStore, clock, logger)
  let ranges: Pick<RangeController, 'standing'> | undefined
  const views = new ViewSource({
    ...around,
    events,
    statuses: () => board.all().map((status) => maskedStatus(status, mask)),
    statusOf: (rangeId) => {
      const status = board.get(rangeId)
      return status && maskedStatus(status, mask)
    },
    version,
    git: git && (() => git.status()),
    instance: `${clock.now().toString(36)}${Math.floor(random() * 36 ** 6).toString(36)}`,
    workOf: (rangeId) => workOf(ranges?.standing(rangeId), clock),
  })
  const feed = new Feed(views, clock)
  const steer = new Steer({ ...steering, approvals, commits, events, clock })

  const freshness = new Freshness(() => around.lookAgain())
  const before = new Map<string, StatusBefore>()
  board.onChange((status) => {
    for (const news of statusEvents(before.get(status.id), status)) events.record(news)
    before.set(status.id, status)
    if (WAITS.has(readyConditionOf(status)?.reason ?? '')) lookAtWaiting()
    feed.rangeChanged(status.id)
    freshness.spoil()
  })
  board.onForget((rangeId) => {
    if (before.delete(rangeId)) events.record(forgottenEvent(rangeId))
    feed.rangeChanged(rangeId)
  })
  events.onChange(() => feed.changed('events'))
  if (git !== undefined) tellOfGit(git, events, feed)
  // It is asked, and answered, in files, so that it is looked at where there is reason to.
  const lookAtWaiting = (): void => {
    approvals.asked().then(
      (waiting) => {
        if (views.waits(waiting)) feed.changed('cluster')
      },
      () => undefined,
    )
  }
  let last: ClusterSnapshot | undefined
  return {
    events,
    api: {
      list: (kind) => views.list(kind),
      freshen: () => freshness.freshen(),
      controller: () => views.controller(),
      feed: (lastId) => feed.open(lastId),
      logs: (about) => logLines.of(about),
      steer: async (asked, by) => {
        const steered = await steer.do(asked, by)
        if (asked.action === 'approve') lookAtWaiting()
        return steered
      },
    },
    startFrom: async (told) => {
      for (const [rangeId, ready] of told)
        if (!before.has(rangeId)) before.set(rangeId, { conditions: ready.sinces?.conditions ?? [ready] })
      await mask.load()
      await events.load()
    },
    seen: (snapshot) => {
      for (const news of lookEvents(last, snapshot)) events.record(news)
      last = snapshot
      freshness.renewed()
      lookAtWaiting()
      views.seen(snapshot)
      feed.changed('cluster')
    },
    zone: (findings) => {
      views.zone(findings)
      feed.changed('cluster')
    },
    worked: (rangeId) => feed.rangeChanged(rangeId),
    rested: () => {
      if (feed.hasReaders) void freshness.freshen()
    },
    follow: (controller) => {
      ranges = controller
    },
  }
}

/** When it is tried again is known by the steady clock, and told by the date. */
function workOf(standing: ReturnType<RangeController['standing']>, clock: Clock): RangeView['work'] {
  if (standing === undefined) return undefined
  const { lastOutcome, failures } = standing
  const error = lastOutcome !== undefined && 'error' in lastOutcome ? lastOutcome.error : undefined
  const retryAt = lastOutcome !== undefined && 'retryAt' in lastOutcome ? lastOutcome.retryAt : undefined
  const nextTry = retryAt === undefined ? undefined : clock.now() + retryAt - clock.steady()
  return {
    standing: standing.standing,
    failures,
    ...(error === undefined ? {} : { error }),
    // To the second: the two clocks are not read at one moment.
    ...(nextTry === undefined ? {} : { nextTry: new Date(Math.round(nextTry / 1000) * 1000).toISOString() }),
  }
}

/** Which commit goes in force, and why none does. */
function tellOfGit(git: NonNullable<TellingParts['git']>, events: EventLog, feed: Feed): void {
  let { commit, finding } = git.status()
  git.onStatus(() => {
    const now = git.status()
    const object = { kind: 'Controller', name: 'git' } as const
    if (now.commit !== undefined && now.commit.id !== commit?.id) {
      const { id, author, subject } = now.commit
      const message = `commit ${shortId(id)} by ${author} (${subject}) is in force`
      events.record({ type: 'Normal', reason: 'CommitInForce', message, object, revision: id })
    }
    if (now.finding !== undefined && now.finding.reason !== finding?.reason)
      events.record({ type: 'Warning', reason: now.finding.reason, message: now.finding.message, object })
    commit = now.commit
    finding = now.finding
    feed.changed('cluster')
  })
}
