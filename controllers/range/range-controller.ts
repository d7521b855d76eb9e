import { type Actor, createActor } from 'xstate'
import type { Clock } from '../../model/clock.ts'
import type { Outcome } from '../../model/outcome.ts'
import { type RangeInput, rangeMachine } from './range-machine.ts'

const STANDINGS = ['waiting', 'reconciling', 'rechecking', 'backingOff', 'stalled'] as const

/** Where a range stands between passes. */
export type Standing = (typeof STANDINGS)[number]

/** Keeps one actor per range: hands triggers on, and tells when the ranges have come to rest. */
export class RangeController {
  readonly #reconcile: RangeInput['reconcile']
  readonly #random: () => number
  readonly #timers: Timers
  readonly #now: () => number
  readonly #onTrigger: (rangeId: string) => void
  readonly #actors = new Map<string, Actor<typeof rangeMachine>>()
  readonly #listeners = new Set<() => void>()
  #stopped = false

  /**
   * @param clock what the actors wait by
   * @param onTrigger told of each trigger before the range is looked at: whatever waits for time to pass need not any more
   */
  constructor(
    reconcile: RangeInput['reconcile'],
    random: () => number,
    clock: Clock,
    onTrigger: (rangeId: string) => void = () => undefined,
  ) {
    this.#reconcile = reconcile
    this.#random = random
    this.#timers = timersOf(clock)
    this.#now = () => clock.now()
    this.#onTrigger = onTrigger
  }

  /** Something about the range changed: it is looked at now, or once more if a pass is under way. */
  trigger(rangeId: string): void {
    this.#onTrigger(rangeId)
    this.#send(rangeId, { type: 'trigger' })
  }

  /** Time has passed: the range is looked at, unless it is about to be anyway. */
  resync(rangeId: string): void {
    this.#send(rangeId, { type: 'resync' })
  }

  /** Ids of all ranges that were ever triggered. */
  ids(): readonly string[] {
    return [...this.#actors.keys()]
  }

  /** Range id -> where it stands and how its last pass ended. */
  standings(): ReadonlyMap<
    string,
    { readonly standing: Standing; readonly lastOutcome: Outcome | undefined; readonly failures: number }
  > {
    return new Map(
      [...this.#actors].map(([id, actor]) => {
        const { value, context } = actor.getSnapshot()
        return [id, { standing: standingOf(value), lastOutcome: context.lastOutcome, failures: context.failures }]
      }),
    )
  }

  /**
   * Resolves as soon as the condition holds, looked at after each change of any range's standing; rejects when the
   * signal is aborted before.
   */
  until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#listeners.delete(look)
        signal.removeEventListener('abort', giveUp)
      }
      const look = (): void => {
        if (!condition()) return
        leave()
        resolve()
      }
      const giveUp = (): void => {
        leave()
        reject(new Error('stopped while waiting', { cause: signal.reason }))
      }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp)
      this.#listeners.add(look)
      look()
    })
  }

  /** Stops all actors for good; passes under way are aborted through their signal. A later trigger does nothing. */
  stop(): void {
    this.#stopped = true
    for (const actor of this.#actors.values()) actor.stop()
    this.#actors.clear()
  }

  #send(rangeId: string, event: { readonly type: 'trigger' | 'resync' }): void {
    // The folder may still be listed, and events arrive, when everything else has stopped.
    if (!this.#stopped) this.#actorOf(rangeId).send(event)
  }

  #actorOf(rangeId: string): Actor<typeof rangeMachine> {
    const known = this.#actors.get(rangeId)
    if (known !== undefined) return known
    const input = { rangeId, reconcile: this.#reconcile, random: this.#random, now: this.#now }
    const actor = createActor(rangeMachine, { input, clock: this.#timers })
    this.#actors.set(rangeId, actor)
    actor.subscribe(() => {
      for (const listener of this.#listeners) listener()
    })
    actor.start()
    return actor
  }
}

/** `deciding` is passed through within the same step, so it counts as the end of the pass. */
const standingOf = (value: string): Standing => STANDINGS.find((standing) => standing === value) ?? 'reconciling'

/** XState's idea of a clock. */
interface Timers {
  setTimeout(wake: (...args: readonly unknown[]) => void, milliseconds: number): AbortController
  clearTimeout(timer: AbortController): void
}

const timersOf = (clock: Clock): Timers => ({
  setTimeout: (wake, milliseconds) => {
    const timer = new AbortController()
    clock.sleep(milliseconds, timer.signal).then(wake, () => undefined)
    return timer
  },
  clearTimeout: (timer) => timer.abort(),
})
