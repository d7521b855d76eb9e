import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../model/clock.ts'

/** The simulator's time. `stop` ends every sleep for good, so that a closed simulator holds nothing alive. */
export type SimClock = Clock

/** Runs `factor` times as fast as the wall clock; 1 is real time. Starts at the real date. */
export const scaledClock = (factor = 1): SimClock => {
  const started = Date.now()
  const startedAt = performance.now()
  const now = (): number => Math.round(started + (performance.now() - startedAt) * factor)
  return {
    now,
    steady: now,
    sleep: async (milliseconds, signal) => {
      await delay(Math.ceil(milliseconds / factor), undefined, signal === undefined ? {} : { signal })
    },
  }
}

/** A clock that stands still until somebody moves it. */
export interface VirtualClock extends SimClock {
  /** Moves time on by so many milliseconds, waking every sleeper in order and letting what it does settle in between. */
  advance(milliseconds: number): Promise<void>
  /**
   * Moves time on from wake to wake until the promise is settled, and returns what it came to. Between two wakes the
   * real network gets a moment: an hour of waiting passes in as many moments as there are wakes in it.
   */
  runUntil<T>(promise: Promise<T>): Promise<T>
  /** Instants at which somebody wakes, in order. */
  wakes(): readonly number[]
}

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

/** Lets everything that is ready to run do so: promises, and the input and output that waits for its turn. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A virtual clock; `start` is its first instant in epoch milliseconds. */
export const virtualClock = (start = Date.UTC(2026, 0, 1)): VirtualClock => {
  let now = start
  let order = 0
  const sleepers = new Set<Sleeper>()
  const next = (): Sleeper | undefined =>
    [...sleepers].toSorted((a, b) => a.at - b.at || a.order - b.order).find(() => true)

  const sleep = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted()
    await new Promise<void>((resolve) => {
      const abort = (): void => {
        sleepers.delete(sleeper)
        resolve()
      }
      const sleeper: Sleeper = {
        at: now + Math.max(0, milliseconds),
        order: (order += 1),
        wake: () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      sleepers.add(sleeper)
    })
    signal?.throwIfAborted()
  }

  const advance = async (milliseconds: number): Promise<void> => {
    const until = now + milliseconds
    await settle()
    for (let due = next(); due !== undefined && due.at <= until; due = next()) {
      now = Math.max(now, due.at)
      sleepers.delete(due)
      due.wake()
      await settle()
    }
    now = until
  }

  const runUntil = async <T>(promise: Promise<T>): Promise<T> => {
    const state = { settled: false }
    const mark = (): void => {
      state.settled = true
    }
    promise.then(mark, mark)
    while (!state.settled) {
      await settle()
      await delay(2)
      const due = next()
      if (!state.settled && due !== undefined) await advance(Math.max(0, due.at - now))
    }
    return promise
  }

  return {
    now: () => now,
    steady: () => now,
    sleep,
    advance,
    runUntil,
    wakes: () => [...sleepers].map((sleeper) => sleeper.at).toSorted((a, b) => a - b),
  }
}
