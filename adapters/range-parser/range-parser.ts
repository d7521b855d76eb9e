import type { Clock } from '../../model/clock.ts'
import { parseRange, type RangeText } from '../parse-range.ts'
import { marksIn } from '../yaml-file/parse-within-limits.ts'
import { endedEarly, type ParseOutcome } from './parse-outcome.ts'
import { ParseThreads } from './parse-threads.ts'

/** Parses range files in a way that keeps nothing else waiting. */
export interface RangeParser {
  /** Never rejects. */
  parse(range: RangeText): Promise<ParseOutcome>
  /** Lets go of what it holds once that has nothing to do. It may still be asked afterwards. */
  end(): Promise<void>
}

/**
 * Up to here a text is parsed in this thread: characters, and what may begin a token, which takes 3 to 5 µs. That is a range
 * of 25 VMs, and 3 to 8 ms in which nothing else is done.
 */
const SMALL = { characters: 16_384, marks: 1_500 } as const

/** When so many small texts wait for this thread, further ones go to the others, whose start then pays. */
const MOST_WAITING = 50

/** A text that hangs leaves one to the others. */
const THREADS = 2

/**
 * Parses small texts in this thread, one in a turn of the event loop, and large ones in threads of their own; so do most of
 * many small ones that come together.
 */
export class BalancedParser implements RangeParser {
  readonly #threads: ParseThreads
  #waiting = 0
  #lastTurn: Promise<void> = Promise.resolve()

  constructor(clock: Pick<Clock, 'sleep'>, threads = new ParseThreads(THREADS, clock)) {
    this.#threads = threads
  }

  async parse(range: RangeText): Promise<ParseOutcome> {
    return isSmall(range.text) && this.#waiting < MOST_WAITING
      ? await this.#parseHere(range)
      : await this.#threads.parse(range)
  }

  end(): Promise<void> {
    return this.#threads.end()
  }

  async #parseHere(range: RangeText): Promise<ParseOutcome> {
    this.#waiting += 1
    this.#lastTurn = this.#lastTurn.then(nextTurn)
    await this.#lastTurn
    this.#waiting -= 1
    try {
      return parseRange(range)
    } catch (error) {
      return endedEarly(error instanceof Error ? error.message : String(error))
    }
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

const isSmall = (text: string): boolean => text.length <= SMALL.characters && marksIn(text) <= SMALL.marks
