import type { Worker } from 'node:worker_threads'
import type { Clock } from '../../model/clock.ts'
import type { RangeText } from '../parse-range.ts'
import { endedEarly, type ParseOutcome } from './parse-outcome.ts'
import { ParseThread, startWorker } from './parse-thread.ts'

interface Task {
  readonly range: RangeText
  readonly done: (outcome: ParseOutcome) => void
}

/**
 * Parses range files in threads, first come, first served. A thread is started when there is work for it, and then kept for
 * further work until `end()`; one that dies, or takes too long, is replaced.
 */
export class ParseThreads {
  readonly #most: number
  readonly #start: () => ParseThread
  readonly #waiting: Task[] = []
  readonly #idle: ParseThread[] = []
  #busy = 0
  #isEnding = false

  /** @param most so many threads at once */
  constructor(most: number, clock: Pick<Clock, 'sleep'>, start: () => Worker = startWorker) {
    this.#most = most
    this.#start = () => new ParseThread(start(), clock)
  }

  /** Never rejects: what ends a thread is an outcome of the text that it was at. */
  parse(range: RangeText): Promise<ParseOutcome> {
    return new Promise((done) => {
      this.#waiting.push({ range, done })
      this.#assign()
    })
  }

  /** Ends the threads that have nothing to do now, and each other one as soon as it has nothing to do. */
  async end(): Promise<void> {
    this.#isEnding = true
    await Promise.all(this.#idle.splice(0).map((thread) => thread.end()))
  }

  #assign(): void {
    while (this.#busy < this.#most) {
      const task = this.#waiting.shift()
      if (task === undefined) return
      void this.#carryOut(task)
    }
  }

  /** An idle one, or a new one. Where the system has none to give, the task is told so and there is none. */
  #threadFor(done: Task['done']): ParseThread | undefined {
    try {
      return this.#idleThread() ?? this.#start()
    } catch (error) {
      done(endedEarly(error instanceof Error ? error.message : String(error)))
      return undefined
    }
  }

  /** One may have died since it was put aside. */
  #idleThread(): ParseThread | undefined {
    const thread = this.#idle.pop()
    return thread === undefined || thread.isAlive ? thread : this.#idleThread()
  }

  async #carryOut({ range, done }: Task): Promise<void> {
    const thread = this.#threadFor(done)
    if (thread === undefined) return
    this.#busy += 1
    const outcome = await thread.parse(range)
    this.#busy -= 1
    done(outcome)
    if (thread.isAlive) this.#idle.push(thread)
    this.#assign()
    if (this.#isEnding) await this.end()
  }
}
