import { Worker } from 'node:worker_threads'
import type { Clock } from '../../model/clock.ts'
import { printable } from '../../model/printable.ts'
import type { ParsedRange, RangeText } from '../parse-range.ts'
import { endedEarly, type ParseOutcome, tookTooLong } from './parse-outcome.ts'

/**
 * The most that one text may take, the start of the thread included: ten times what the worst text within the YAML limits
 * was seen to take. Milliseconds.
 */
export const LONGEST_PARSE = 30_000

/** The worst text within the YAML limits was parsed with half as much. MiB. */
const MEMORY = 256

export const startWorker = (): Worker =>
  new Worker(new URL('./parse-worker.js', import.meta.url), {
    name: 'lanista-parse',
    // Options that this process was started with may be none that a thread takes.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY },
  })

/**
 * One thread that parses range files, one after the other. It keeps the process from ending only while it parses. What
 * ends it, or keeps it from answering, is an outcome of the text that it was at.
 */
export class ParseThread {
  readonly #worker: Worker
  readonly #clock: Pick<Clock, 'sleep'>
  #answer: (outcome: ParseOutcome) => void = () => undefined
  #ended: string | undefined

  constructor(worker: Worker, clock: Pick<Clock, 'sleep'>) {
    this.#worker = worker
    this.#clock = clock
    worker.on('message', (parsed: ParsedRange) => this.#answer(parsed))
    // Always listened to: an error of a thread that nobody listens to ends the process.
    worker.on('error', (error) => this.#endWith(error instanceof Error ? error.message : String(error)))
    worker.on('messageerror', (error) => this.#endWith(error.message))
    worker.on('exit', (status) => this.#endWith(`its thread ended with status ${status}`))
  }

  /** Whether it can take another text. */
  get isAlive(): boolean {
    return this.#ended === undefined
  }

  /** Parses a text; only one at a time. Never rejects. */
  async parse(range: RangeText): Promise<ParseOutcome> {
    if (this.#ended !== undefined) return endedEarly(this.#ended)
    const done = new AbortController()
    const answer = new Promise<ParseOutcome>((resolve) => {
      this.#answer = resolve
    })
    const limit = this.#clock.sleep(LONGEST_PARSE, done.signal).then(
      () => tookTooLong(LONGEST_PARSE),
      () => answer,
    )
    this.#worker.ref()
    this.#worker.postMessage(range, [])
    const outcome = await Promise.race([answer, limit])
    done.abort()
    this.#worker.unref()
    // Not waited for: what hangs may not let itself be ended at once.
    if (outcome.kind === 'failed') void this.end()
    return outcome
  }

  /** Ends it, also out of an endless loop. */
  async end(): Promise<void> {
    this.#ended ??= 'its thread was ended'
    await this.#worker.terminate()
  }

  #endWith(cause: string): void {
    this.#ended ??= printable(cause, 200)
    this.#answer(endedEarly(this.#ended))
  }
}
