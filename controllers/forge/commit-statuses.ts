import { type Clock, steadyOf } from '../../model/clock.ts'
import type { CommitStatus, Forge, StatusDelivery } from '../../model/forge.ts'
import type { GitStatus } from '../../model/accepted-commit.ts'
import type { Metrics } from '../../model/metrics-port.ts'
import type { Logger } from '../../model/ports.ts'
import { isNews, isWork, supersededBy } from '../../reconcilers/forge/wanted-statuses.ts'
import { Backoff, type BackoffPolicy } from '../pace/backoff.ts'

export interface CommitStatusParts {
  readonly forge: Forge
  /** Its API, as it is called in the log. */
  readonly where: string
  readonly git: () => GitStatus
  /** What it should be told by now. */
  readonly wanted: () => Promise<readonly CommitStatus[]>
  readonly clock: Clock
  /** 0..1 */
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'forgeStatus'>
}

/** What one context of a commit was told, and should be. */
interface Entry {
  said: CommitStatus | undefined
  wanted: CommitStatus
  /** Since when something is told of it, by the steady clock. */
  readonly since: number
  /** So often in a row the forge failed on it. */
  failures: number
}

/** GitHub asks for a second between writes; and what changes several times within one is told once. In milliseconds. */
const GAP_MS = 1000
/** After a restart a commit that was reached before is pending for a moment, which is nobody's news. */
const PATIENCE_MS = 120_000
const FAILED: BackoffPolicy = { first: 5000, most: 600_000 }
const REFUSED: BackoffPolicy = { first: 60_000, most: 1_800_000 }
/** A forge that is away for a moment is not worth a line. */
const FAILURES_UNTOLD = 2
/** So many kinds of trouble are told until all is well again: a forge may say something else each time. */
const MOST_TOLD = 20
/** How long `sent` waits. */
const GRACE_MS = 30_000
const ALL = 'all'

/**
 * Tells the forge how commits fare: of each context the newest, one after the other, until it has heard it. Nothing waits for it, and
 * nothing fails with it. Nothing is remembered beyond this life.
 */
export class CommitStatuses {
  readonly #parts: CommitStatusParts
  readonly #signal: AbortSignal
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #backoff: Backoff<undefined>
  readonly #told = new Set<string>()
  readonly #startedAt: number
  /** By the steady clock: the forge said so. */
  #notBefore = 0
  #work: Promise<void> | undefined
  #isDirty = false
  #isEnding = false
  #wake: () => void = () => undefined

  constructor(parts: CommitStatusParts, signal: AbortSignal) {
    this.#parts = parts
    this.#signal = signal
    this.#clock = steadyOf(parts.clock)
    this.#backoff = new Backoff(this.#clock)
    this.#startedAt = parts.clock.now()
  }

  /** Something may be to be told. */
  changed(): void {
    this.#isDirty = true
    this.#wake()
    if (this.#work !== undefined || this.#signal.aborted) return
    this.#work = this.#tellAll()
      .catch((error: unknown) => {
        if (!this.#signal.aborted) this.#parts.logger.error('git status: commits could not be told of', { error })
      })
      .finally(() => {
        this.#work = undefined
      })
  }

  /** Resolves when the forge has heard all, or is not going to soon, or after half a minute; rejects when aborted. */
  async sent(signal: AbortSignal): Promise<void> {
    this.#isEnding = true
    this.changed()
    const over = new AbortController()
    const grace = this.#clock.sleep(GRACE_MS, AbortSignal.any([signal, over.signal]))
    try {
      await Promise.race([this.ended(), grace])
    } finally {
      over.abort()
      await grace.catch(() => undefined)
    }
  }

  /** Resolves when nothing is being told, or waits to be. Never rejects. */
  async ended(): Promise<void> {
    while (this.#work !== undefined) await this.#work
  }

  async #tellAll(): Promise<void> {
    for (;;) {
      await this.#clock.sleep(GAP_MS, this.#signal)
      if (this.#isDirty) await this.#look()
      const { next, waitMs } = this.#next()
      if (next !== undefined) await this.#tell(next)
      else if (this.#isDirty) continue
      else if (waitMs === undefined || (this.#isEnding && waitMs > GRACE_MS)) return
      else await this.#pause(waitMs)
    }
  }

  async #look(): Promise<void> {
    this.#isDirty = false
    // Where no commit can be read, whoever reads it says why.
    const wanted = await this.#parts.wanted().catch(() => undefined)
    if (wanted === undefined) return
    const inForce = this.#parts.git().commit?.id
    const keys = new Set<string>()
    for (const each of wanted) {
      const key = keyOf(each)
      keys.add(key)
      const entry = this.#entries.get(key)
      if (entry === undefined)
        this.#entries.set(key, { said: undefined, wanted: each, since: this.#clock.now(), failures: 0 })
      else {
        // What was refused is not refused for ever: something else may be taken.
        if (isNews(entry.wanted, each)) {
          this.#backoff.clear(key)
          entry.failures = 0
        }
        entry.wanted = each
      }
    }
    for (const [key, entry] of this.#entries) if (!keys.has(key)) this.#letGo(key, entry, inForce)
  }

  /** Nothing is wanted of it any more: what it came to is told all the same, and that it came to nothing. */
  #letGo(key: string, { said, wanted, ...entry }: Entry, inForce: string | undefined): void {
    const cameTo = wanted.state === 'success' || wanted.state === 'failure' || wanted.state === 'superseded'
    if (cameTo && isNews(said, wanted) && this.#backoff.get(key) === undefined) return
    if (said?.state === 'pending' && inForce !== undefined && wanted.commit !== inForce && !cameTo)
      this.#entries.set(key, { ...entry, said, wanted: supersededBy(said, inForce) })
    else this.#drop(key)
  }

  #drop(key: string): void {
    this.#entries.delete(key)
    this.#backoff.clear(key)
  }

  /**
   * What is to be told now, or how long until something is, undefined: nothing. What the forge failed on comes after what it did not, so
   * that one that it always fails on keeps no other back; then whole commits come first.
   */
  #next(): { readonly next: Entry | undefined; readonly waitMs: number | undefined } {
    const now = this.#clock.now()
    const ofAll = Math.max(this.#backoff.left(ALL), this.#notBefore - now)
    let first: Entry | undefined
    let waitMs: number | undefined
    for (const [key, entry] of this.#entries) {
      if (!isNews(entry.said, entry.wanted)) continue
      const left = Math.max(ofAll, this.#backoff.left(key), this.#patience(entry, now))
      if (left > 0) waitMs = Math.min(waitMs ?? left, left)
      else if (first === undefined || turnOf(entry) < turnOf(first)) first = entry
    }
    return { next: first, waitMs }
  }

  #patience({ said, wanted, since }: Entry, now: number): number {
    if (said !== undefined || !isWork(wanted) || this.#isEnding) return 0
    const { commit } = this.#parts.git()
    const isOfBefore = commit?.id === wanted.commit && Date.parse(commit.acceptedAt) < this.#startedAt
    return isOfBefore ? since + PATIENCE_MS - now : 0
  }

  async #tell(entry: Entry): Promise<void> {
    const { forge, metrics, random, logger } = this.#parts
    const { wanted } = entry
    const key = keyOf(wanted)
    const delivery = await forge.tell(wanted, this.#signal)
    this.#signal.throwIfAborted()
    metrics.forgeStatus(delivery.kind)
    if (delivery.kind === 'delivered') {
      this.#backoff.clear(key)
      this.#backoff.clear(ALL)
      entry.said = wanted
      entry.failures = 0
      if (wanted.state === 'superseded') this.#drop(key)
      const isWell = [...this.#entries].every(
        ([each, { failures }]) => failures === 0 && this.#backoff.get(each) === undefined,
      )
      if (isWell && this.#told.size > 0) {
        logger.info('git status: the forge takes statuses of commits again')
        this.#told.clear()
      }
      return
    }
    const ofAll = delivery.kind === 'failed' || delivery.all
    const policy = delivery.kind === 'failed' ? FAILED : REFUSED
    const { failures } = this.#backoff.failed(ofAll ? ALL : key, policy, undefined, 0.75 + random() / 4)
    if (delivery.kind === 'failed') {
      this.#notBefore = this.#clock.now() + (delivery.waitMs ?? 0)
      entry.failures += 1
    }
    this.#complain(wanted, delivery, failures)
  }

  /** Once of each kind, until all is well again. */
  #complain(
    { commit, context }: CommitStatus,
    delivery: Exclude<StatusDelivery, { readonly kind: 'delivered' }>,
    failures: number,
  ): void {
    const { logger, where } = this.#parts
    const { kind, why } = delivery
    if (this.#told.has(why) || this.#told.size >= MOST_TOLD || (kind === 'failed' && failures <= FAILURES_UNTOLD))
      return
    this.#told.add(why)
    logger.warn(`git status: ${where}: ${why}`, { commit, context })
  }

  async #pause(milliseconds: number): Promise<void> {
    const over = new AbortController()
    this.#wake = () => over.abort()
    await this.#clock.sleep(milliseconds, AbortSignal.any([this.#signal, over.signal])).catch(() => undefined)
    this.#wake = () => undefined
    this.#signal.throwIfAborted()
  }
}

/** Whose is lower comes first. */
const turnOf = ({ failures, wanted }: Entry): number => 2 * failures + (wanted.context.includes('/') ? 1 : 0)

const keyOf = ({ commit, context }: CommitStatus): string => `${commit} ${context}`
