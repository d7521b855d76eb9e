import type { Clock } from '../../model/clock.ts'
import { type Condition, SUSPENDED } from '../../model/condition.ts'
import { readAddress, shownAddress } from '../../model/notify/notify-address.ts'
import { type Notification, notificationOf } from '../../model/notify/notification.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Delivery, Logger, Notifier, RangeFiles } from '../../model/ports.ts'
import { readInForce } from '../../model/read-in-force.ts'
import { WORKING } from '../../model/range-state.ts'
import type { RangeStatus } from '../../model/range-status.ts'
import { FairSlots } from './fair-slots.ts'
import { ReadyTurns } from './ready-turns.ts'

export interface NotificationParts {
  readonly notifier: Notifier
  /** Addresses that hear of every range. */
  readonly urls: () => readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'notified'>
}

/** How long to wait before each further attempt, in milliseconds. */
const WAITS = [1000, 5000, 25_000]
/** A service that asks for more patience is not waited for longer. */
const LONGEST_WAIT = 60_000
/** Requests under way at once. */
const MOST_AT_ONCE = 8
/** Notifications of one range that wait or are under way; it can name many addresses. */
const MOST_HELD = 50
/** How long `sent` waits, in milliseconds. */
const GRACE_MS = 30_000

/**
 * Tells the addresses in a range's file, and those of the configuration, when the range becomes Ready or fails: once a
 * turn. Nothing waits for it, and nothing fails with it. Each address hears of a range in order, one thing after the other.
 */
export class Notifications {
  readonly #parts: NotificationParts
  readonly #signal: AbortSignal
  readonly #turns: ReadyTurns
  /** As its last valid file had them. */
  readonly #urls = new Map<string, readonly string[]>()
  /** Range and address -> when everything for them is done with. */
  readonly #lines = new Map<string, Promise<void>>()
  readonly #slots = new FairSlots(MOST_AT_ONCE)
  /** Range -> how many of its notifications wait or are under way. */
  readonly #held = new Map<string, number>()

  constructor(parts: NotificationParts, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
    this.#turns = new ReadyTurns(isNoNews, (status, ready) => this.#tell(notificationOf(status, ready)))
  }

  /** The same files; whose addresses are learnt from what is read. */
  listeningTo(files: RangeFiles): RangeFiles {
    return {
      list: () => files.list(),
      watch: (onChange, signal) => files.watch(onChange, signal),
      read: async (rangeId) => {
        const read = await files.read(rangeId)
        const valid = readInForce(read)
        if (valid !== undefined) this.#urls.set(rangeId, valid.spec.notifyUrls)
        return read
      },
    }
  }

  /** What an earlier life has told already; a range that is not among them has not been told of. */
  startFrom(before: ReadonlyMap<string, Condition>): void {
    for (const [rangeId, ready] of before) this.#turns.startFrom(rangeId, ready)
  }

  changed(status: RangeStatus): void {
    this.#turns.changed(status)
  }

  /** The range is no more. */
  forget(rangeId: string): void {
    this.#urls.delete(rangeId)
    this.#turns.forget(rangeId)
  }

  /** Resolves when nothing is waiting any more, or after half a minute; rejects when aborted. */
  async sent(signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const grace = this.#parts.clock.sleep(GRACE_MS, AbortSignal.any([signal, over.signal]))
    try {
      await Promise.race([Promise.all(this.#lines.values()), grace])
    } finally {
      over.abort()
      await grace.catch(() => undefined)
    }
  }

  #tell(notification: Notification): void {
    const { range } = notification
    const urls = new Set([...(this.#urls.get(range) ?? []), ...this.#parts.urls()])
    // The others are warnings of the range's file.
    for (const url of urls) if (readAddress(url).kind === 'usable') this.#enqueue(url, notification)
  }

  #enqueue(url: string, notification: Notification): void {
    const { range } = notification
    const held = this.#held.get(range) ?? 0
    if (held >= MOST_HELD) {
      this.#done(url, notification, { kind: 'dropped', why: `${MOST_HELD} others of the range are waiting` })
      return
    }
    this.#held.set(range, held + 1)
    const line = `${range} ${url}`
    const before = this.#lines.get(line) ?? Promise.resolve()
    const ended: Promise<void> = before
      .then(() => this.#deliver(url, notification))
      .catch((error: unknown) => {
        if (!this.#signal.aborted) this.#parts.logger.error('a notification could not be handled', { error })
      })
      .then(() => {
        const left = (this.#held.get(range) ?? 0) - 1
        if (left > 0) this.#held.set(range, left)
        else this.#held.delete(range)
        if (this.#lines.get(line) === ended) this.#lines.delete(line)
      })
    this.#lines.set(line, ended)
  }

  async #deliver(url: string, notification: Notification): Promise<void> {
    const { notifier, clock } = this.#parts
    for (let attempt = 0; ; attempt += 1) {
      this.#signal.throwIfAborted()
      const delivery = await this.#slots.use(notification.range, url, () =>
        notifier.send(url, notification, this.#signal, { anywhere: this.#parts.urls().includes(url) }),
      )
      this.#signal.throwIfAborted()
      const wait = WAITS[attempt]
      if (delivery.kind !== 'failed' || wait === undefined) {
        this.#done(url, notification, delivery)
        return
      }
      await clock.sleep(Math.min(Math.max(wait, delivery.waitMs ?? 0), LONGEST_WAIT), this.#signal)
    }
  }

  #done(
    url: string,
    { range, title }: Notification,
    delivery: Delivery | { readonly kind: 'dropped'; readonly why: string },
  ): void {
    const { logger, metrics } = this.#parts
    metrics.notified(delivery.kind)
    const fields = { range, to: shownAddress(url), news: title }
    if (delivery.kind === 'delivered') logger.info('notification delivered', fields)
    else logger.warn(`notification ${delivery.kind}`, { ...fields, why: delivery.why })
  }
}

/** A suspended range is its author's doing, and what can't be read just now has not failed. */
const isNoNews = ({ status, reason }: Condition): boolean =>
  status === 'Unknown' || WORKING.has(reason) || reason === SUSPENDED
