import { type Actor, createActor } from 'xstate'
import type { Clock } from '../../model/clock.ts'
import { type Outcome, worstOf } from '../../model/outcome.ts'
import type { VmExecutor } from '../machine/vm-executor.ts'
import type { Tried } from '../pace/requeue.ts'
import { type RangeInput, rangeMachine } from './range-machine.ts'
import type { RangePasses } from './range-passes.ts'

/** From rest to work. */
export const STANDINGS = ['waiting', 'stalled', 'backingOff', 'rechecking', 'reconciling'] as const

/** Where a range stands: itself between passes, or the VM of it that is furthest from rest. */
type Standing = (typeof STANDINGS)[number]

/** How a range stands with all of its VMs. */
export interface RangeStanding {
  readonly standing: Standing
  /** The worst of its last pass and of its VMs. */
  readonly lastOutcome: Outcome | undefined
  /** In a row, of that part of it which has failed least often among those that are tried again. */
  readonly failures: number
  /** In a row, of that part of it which has looked least often at what goes on by itself, among those that do. */
  readonly rechecks: number
}

/** Which ranges there are, and who hears of them. */
export interface RangeLife {
  readonly isKept: (rangeId: string) => boolean
  readonly onDropped: (rangeId: string) => void
  /** Told whenever a range waits for nothing but a cause. */
  readonly onRest?: (rangeId: string) => void
  /** Told whenever something is begun or ended for a range. */
  readonly onStanding?: (rangeId: string) => void
}

/** Keeps one actor per range: hands triggers on, and tells when the ranges have come to rest. */
export class RangeController {
  readonly #passes: Pick<RangePasses, 'pass'>
  readonly #executor: Pick<VmExecutor, 'work'>
  readonly #onTrigger: (rangeId: string) => void
  readonly #random: () => number
  readonly #timers: Timers
  readonly #now: () => number
  readonly #isKept: (rangeId: string) => boolean
  readonly #onDropped: (rangeId: string) => void
  readonly #onRest: (rangeId: string) => void
  readonly #onStanding: (rangeId: string) => void
  readonly #actors = new Map<string, Actor<typeof rangeMachine>>()
  readonly #listeners = new Set<() => void>()
  #stopped = false

  /**
   * @param onTrigger told of each trigger before the range is looked at: whatever waits for time to pass need not any more
   * @param clock what the actors wait by, a steady one
   * @param life which ranges there still are, who else lets go of what is kept of one that is no more, and who hears when nothing is
   *   left to be done for a range
   */
  constructor(
    passes: Pick<RangePasses, 'pass'>,
    executor: Pick<VmExecutor, 'work'>,
    onTrigger: (rangeId: string) => void,
    random: () => number,
    clock: Clock,
    life: RangeLife = FOR_GOOD,
  ) {
    this.#passes = passes
    this.#executor = executor
    this.#onTrigger = onTrigger
    this.#random = random
    this.#timers = timersOf(clock)
    this.#now = () => clock.now()
    this.#isKept = life.isKept
    this.#onDropped = life.onDropped
    this.#onRest = life.onRest ?? (() => undefined)
    this.#onStanding = life.onStanding ?? (() => undefined)
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

  /** Whether somebody looks after the range. */
  has(rangeId: string): boolean {
    return this.#actors.has(rangeId)
  }

  /** Ids of all ranges that were triggered and have not been forgotten since. */
  ids(): readonly string[] {
    return [...this.#actors.keys()]
  }

  /** How a range stands; undefined when nobody looks after it. */
  standing(rangeId: string): RangeStanding | undefined {
    const actor = this.#actors.get(rangeId)
    return actor && standingOf(actor)
  }

  /** By range id. */
  standings(): ReadonlyMap<string, RangeStanding> {
    return new Map([...this.#actors].map(([id, actor]) => [id, standingOf(actor)]))
  }

  /**
   * Resolves as soon as the condition holds, looked at after changes of any range's standing; rejects when the signal is
   * aborted before.
   */
  until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let isLookDue = false
      const lookSoon = (): void => {
        if (isLookDue) return
        isLookDue = true
        // Once for all that happens in a moment: with thousands of VMs a look is long.
        setImmediate(() => {
          isLookDue = false
          if (this.#listeners.has(lookSoon)) look()
        })
      }
      const leave = (): void => {
        this.#listeners.delete(lookSoon)
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
      this.#listeners.add(lookSoon)
      look()
    })
  }

  /** Stops all actors for good; what is under way is aborted through its signal. A later trigger does nothing. */
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
    const input: RangeInput = {
      rangeId,
      pass: (id, reach) => this.#passes.pass(id, reach),
      executor: this.#executor,
      random: this.#random,
      now: this.#now,
    }
    const actor = createActor(rangeMachine, { input, clock: this.#timers })
    this.#actors.set(rangeId, actor)
    actor.subscribe(() => {
      this.#onStanding(rangeId)
      // After the step that is told of, which may go on.
      if (isAtRest(actor)) queueMicrotask(() => this.#atRest(rangeId, actor))
      for (const listener of this.#listeners) listener()
    })
    actor.start()
    return actor
  }

  #atRest(rangeId: string, actor: Actor<typeof rangeMachine>): void {
    if (this.#actors.get(rangeId) !== actor || !isAtRest(actor)) return
    this.#onRest(rangeId)
    this.#dropIfGone(rangeId, actor)
  }

  /** A range of which there is nothing any more, not even a status, needs nobody who looks after it. */
  #dropIfGone(rangeId: string, actor: Actor<typeof rangeMachine>): void {
    if (this.#actors.get(rangeId) !== actor || this.#isKept(rangeId) || !isAtRest(actor)) return
    this.#actors.delete(rangeId)
    actor.stop()
    this.#onDropped(rangeId)
    for (const listener of this.#listeners) listener()
  }
}

/** It waits for nothing but a cause, and none of its VMs is worked on. */
function isAtRest(actor: Actor<typeof rangeMachine>): boolean {
  const { value, context } = actor.getSnapshot()
  if (value !== 'waiting' || context.tried.outcome === undefined) return false
  return [...context.vms.values()].every((vm) => STANDING_OF_VM[vm.getSnapshot().value] === 'waiting')
}

const FOR_GOOD: RangeLife = { isKept: () => true, onDropped: () => undefined }

function standingOf(actor: Actor<typeof rangeMachine>): RangeStanding {
  const { value, context } = actor.getSnapshot()
  const vms = [...context.vms.values()].map((vm) => vm.getSnapshot())
  const parts = [
    { standing: STANDINGS.find((each) => each === value) ?? 'reconciling', tried: context.tried },
    ...vms.map((vm) => ({ standing: STANDING_OF_VM[vm.value], tried: vm.context.tried })),
  ]
  const least = (its: Standing, count: (tried: Tried) => number): number => {
    const counts = parts.flatMap(({ standing, tried }) => (standing === its ? [count(tried)] : []))
    return counts.length === 0 ? 0 : Math.min(...counts)
  }
  return {
    standing: STANDINGS[Math.max(...parts.map(({ standing }) => STANDINGS.indexOf(standing)))] ?? 'reconciling',
    lastOutcome: context.tried.outcome && worstOf(parts.flatMap(({ tried }) => tried.outcome ?? [])),
    failures: least('backingOff', ({ failures }) => failures),
    rechecks: least('rechecking', ({ rechecks }) => rechecks),
  }
}

/** `deciding` is passed through within the same step, so it counts as the end of the work. */
const STANDING_OF_VM = {
  resting: 'waiting',
  working: 'reconciling',
  deciding: 'reconciling',
  rechecking: 'rechecking',
  backingOff: 'backingOff',
  stalled: 'stalled',
} as const

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
