import { type Clock, steadyOf } from '../../model/clock.ts'
import type { Finding } from '../../model/condition.ts'
import type { LockAnswer, Metrics } from '../../model/metrics-port.ts'
import type { SdnLockNote, SdnLockStore, SdnWriter } from '../../model/network-ports.ts'
import type { Logger } from '../../model/ports.ts'
import { isProxmoxError } from '../../model/proxmox-error.ts'

/** Why the lock is not held. */
export type LockRefusal =
  /** Somebody's changes are pending, which Proxmox itself has checked in the same moment. */
  { readonly kind: 'pending' } | { readonly kind: 'refused'; readonly finding: Finding }

/** The lock while it is held. */
export interface HeldLock {
  /** Undefined where this Proxmox has no lock: then everybody can write meanwhile. */
  readonly token: string | undefined
  /** Proxmox has checked that nothing is pending in the moment in which it gave the lock. */
  readonly nothingPending: boolean
  /** To be called once an apply has released it. */
  released(): Promise<void>
}

/** Who counts how the lock fares. */
export type LockMetrics = Pick<Metrics, 'sdnLockAsked' | 'sdnLockHeld'>

const UNCOUNTED: LockMetrics = { sdnLockAsked: () => undefined, sdnLockHeld: () => undefined }

type TakeBack = (token: string, signal: AbortSignal) => Promise<void>

/** The lock is worth this much of a shutdown; what can't be given back now is at the next start. */
const STOP_GRACE_MS = 4000
/** So much of it is for taking back what was begun: giving the lock back must not fail for that. */
const TAKE_BACK_MS = 2000

/**
 * Proxmox' lock over the SDN configuration, which never expires and survives its holder. Its token is on disk before it
 * is used, it is given back whatever happens, and one that an earlier life left behind is given back first. A lock of
 * somebody else is never forced.
 */
export class SdnLock {
  readonly #sdn: SdnWriter
  readonly #store: SdnLockStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #takeBack: TakeBack
  readonly #metrics: LockMetrics
  readonly #now: () => number
  /** One after the other: giving back what is left behind must not forget a lock that was taken meanwhile. */
  #giving: Promise<void> = Promise.resolve()
  /** The token of the lock that work is done under just now: what is noted of it is nothing left behind. */
  #inUse: string | undefined

  /** @param takeBack takes back what was begun under a lock with nothing else pending, and broken off. Never throws */
  constructor(
    sdn: SdnWriter,
    store: SdnLockStore,
    clock: Clock,
    logger: Logger,
    takeBack: TakeBack = () => Promise.resolve(),
    metrics: LockMetrics = UNCOUNTED,
  ) {
    this.#sdn = sdn
    this.#store = store
    this.#clock = clock
    this.#logger = logger
    this.#takeBack = takeBack
    this.#metrics = metrics
    this.#now = () => steadyOf(clock).now()
  }

  /** Whether it is held just now. */
  get isHeld(): boolean {
    return this.#inUse !== undefined
  }

  /**
   * Does work while the lock is held, and gives it back however that ends, unless an apply has released it.
   *
   * @param allowPending hold it although changes are pending
   * @returns what the work resolved with, or why there is no lock. Throws what the work throws, and when Proxmox can't be asked
   */
  async hold<T>(
    allowPending: boolean,
    signal: AbortSignal,
    work: (lock: HeldLock) => Promise<T>,
  ): Promise<{ readonly kind: 'done'; readonly value: T } | LockRefusal> {
    const answer = await this.#ask(allowPending, signal)
    if (answer.kind !== 'granted') return answer
    const { token } = answer
    let held = token
    const since = this.#now()
    const count = (): void => this.#metrics.sdnLockHeld((this.#now() - since) / 1000)
    const released = async (): Promise<void> => {
      if (held === undefined) return
      held = undefined
      await this.#store.clear()
      this.#inUse = undefined
      count()
    }
    const nothingPending = token !== undefined && !allowPending
    let leaves = nothingPending
    try {
      const value = await work({ token, nothingPending, released })
      leaves = false
      return { kind: 'done', value }
    } finally {
      const wasHeld = held !== undefined
      await this.#giveBack(held, leaves)
      if (wasHeld) count()
    }
  }

  /**
   * Asks for the lock.
   *
   * 1. gives back what an earlier life left
   * 2. notes that it asks: a crash before the answer would leave a lock whose token nobody knows
   * 3. asks
   * 4. notes the token
   *
   * The signal stops it before it asks; then it waits for the answer, and for a moment even when everything is being
   * stopped, as nobody else would ever know the token. Throws `ProxmoxError` when Proxmox can't be asked, or does not answer.
   */
  async #ask(
    allowPending: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'granted'; readonly token: string | undefined } | LockRefusal> {
    await this.giveBackLeftover(signal)
    const noted = await this.#readNote()
    signal.throwIfAborted()
    // It is neither written over nor taken for none.
    if (noted.kind === 'unreadable') return { kind: 'refused', finding: unreadableFinding(noted.why) }
    const earlier = noted.note
    const asked: SdnLockNote = earlier ?? { kind: 'asked', at: this.#clock.now() }
    const unwritable = await this.#note(asked)
    if (unwritable !== undefined) return { kind: 'refused', finding: unwritable }
    const asking = this.#now()
    const count = (result: LockAnswer): void => this.#metrics.sdnLockAsked(result, (this.#now() - asking) / 1000)
    const answer = this.#withGrace(signal, (deadline) => this.#sdn.lock(allowPending, deadline))
    const reply = await answer.catch(async (error: unknown) => {
      if (!signal.aborted) count('failed')
      // Only an answer that was lost leaves open whose the lock is now.
      if (earlier === undefined && !isProxmoxError(error, 'timeout-unknown-outcome') && !signal.aborted)
        await this.#store.clear()
      throw error
    })
    if (reply.kind !== 'unsupported') count(reply.kind === 'held' ? 'granted' : reply.kind)
    switch (reply.kind) {
      case 'held':
        return this.#keep(reply.token, allowPending)
      case 'unsupported':
        await this.#store.clear()
        return { kind: 'granted', token: undefined }
      case 'pending':
        await this.#store.clear()
        return { kind: 'pending' }
      case 'taken':
        if (earlier === undefined) await this.#store.clear()
        return { kind: 'refused', finding: takenFinding(earlier?.at) }
    }
  }

  /**
   * Gives the lock back, however the work under it ended, also while everything else is being stopped. Never throws.
   *
   * @param leaves whether what is pending was begun under it and broken off, and is to be taken back first
   */
  async #giveBack(token: string | undefined, leaves: boolean): Promise<void> {
    if (token === undefined) return
    const now = AbortSignal.abort()
    try {
      if (leaves) await this.#withGrace(now, (deadline) => this.#takeBack(token, deadline), TAKE_BACK_MS)
      await this.#withGrace(now, (deadline) => this.#sdn.unlock(token, deadline), STOP_GRACE_MS - TAKE_BACK_MS)
      await this.#store.clear()
    } catch (error) {
      this.#logger.warn('the SDN lock could not be given back; it is tried again with each look at all ranges', {
        error,
      })
    } finally {
      this.#inUse = undefined
    }
  }

  /** Does what must not be broken off just because everything is being stopped: from then on it has a grace period. */
  async #withGrace<T>(
    signal: AbortSignal,
    work: (deadline: AbortSignal) => Promise<T>,
    grace = STOP_GRACE_MS,
  ): Promise<T> {
    const deadline = new AbortController()
    const done = new AbortController()
    const begin = (): void =>
      void this.#clock.sleep(grace, done.signal).then(
        () => deadline.abort(new Error('Proxmox did not answer in time')),
        () => undefined,
      )
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true, signal: done.signal })
    try {
      return await work(deadline.signal)
    } finally {
      done.abort()
    }
  }

  /** Gives back a lock that an earlier life, or an earlier turn, still holds. Throws when Proxmox can't be asked. */
  giveBackLeftover(signal: AbortSignal): Promise<void> {
    const given = this.#giving.then(() => this.#giveBackNoted(signal))
    this.#giving = given.catch(() => undefined)
    return given
  }

  async #giveBackNoted(signal: AbortSignal): Promise<void> {
    const noted = await this.#readNote()
    const left = noted.kind === 'read' ? noted.note : undefined
    if (left?.kind !== 'held' || left.token === this.#inUse) return
    if (left.besides !== true) await this.#takeBack(left.token, signal)
    await this.#sdn.unlock(left.token, signal)
    await this.#store.clear()
    this.#logger.info('gave back the SDN lock that was left behind')
  }

  async #keep(
    token: string,
    besides: boolean,
  ): Promise<{ readonly kind: 'granted'; readonly token: string } | LockRefusal> {
    this.#inUse = token
    const note = { kind: 'held', token, at: this.#clock.now() } as const
    const unwritable = await this.#note(besides ? { ...note, besides } : note)
    if (unwritable === undefined) return { kind: 'granted', token }
    await this.#giveBack(token, false)
    return { kind: 'refused', finding: unwritable }
  }

  async #readNote(): Promise<
    | { readonly kind: 'read'; readonly note: SdnLockNote | undefined }
    | { readonly kind: 'unreadable'; readonly why: string }
  > {
    try {
      return { kind: 'read', note: await this.#store.read() }
    } catch (error) {
      return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) }
    }
  }

  async #note(note: SdnLockNote): Promise<Finding | undefined> {
    try {
      await this.#store.write(note)
      return undefined
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const message = `sdn: the lock's token must be on disk before it is used, and lanista.state_dir can't be written (${why}); make it writable, then this goes on by itself`
      return { reason: 'StateDirUnwritable', message }
    }
  }
}

/** @param askedAt when Lanista itself asked for the lock and lost the answer */
function takenFinding(askedAt: number | undefined): Finding {
  const whose =
    askedAt === undefined
      ? 'somebody holds the SDN lock, so nothing can be changed; this goes on by itself when it is released'
      : `the SDN lock is held, probably by Lanista itself, which asked for it at ${new Date(askedAt).toISOString()} and was cut off before the answer`
  return {
    reason: 'SdnLocked',
    message: `sdn: ${whose}; it never expires: if nobody is at work on the SDN, release it: pvesh delete /cluster/sdn/lock --force 1`,
  }
}

const unreadableFinding = (why: string): Finding => ({
  reason: 'LockNoteUnreadable',
  message: `sdn: the note on the SDN lock may hold the token of a lock that is held, and ${why}; make it readable to Lanista's user, or, if nobody is at work on the SDN, release the lock (pvesh delete /cluster/sdn/lock --force 1) and remove the file`,
})
