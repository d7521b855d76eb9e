import type { Clock } from '../../model/clock.ts'
import type { QueueStanding } from '../../model/watched.ts'

interface Open {
  /** When the first of what no pass has begun for was asked; undefined where nothing is. */
  readonly askedAt: number | undefined
  /** When what the pass under way answers was asked; undefined while none is. */
  readonly answeringSince: number | undefined
}

const NOTHING: Open = { askedAt: undefined, answeringSince: undefined }

/** What was asked of ranges and is not answered yet: a pass answers what was asked before it began. Only told of, never decided by. */
export class OpenTriggers {
  readonly #clock: Pick<Clock, 'now'>
  readonly #open = new Map<string, Open>()

  /** @param clock a steady one */
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** The range is to be looked at. */
  asked(rangeId: string): void {
    const open = this.#of(rangeId)
    this.#open.set(rangeId, { ...open, askedAt: open.askedAt ?? this.#clock.now() })
  }

  /** A pass over it has begun, whatever the cause. */
  began(rangeId: string): void {
    const { askedAt } = this.#of(rangeId)
    this.#open.set(rangeId, { askedAt: undefined, answeringSince: askedAt ?? this.#clock.now() })
  }

  /** The pass has ended. */
  answered(rangeId: string): void {
    const { askedAt } = this.#of(rangeId)
    if (askedAt === undefined) this.#open.delete(rangeId)
    else this.#open.set(rangeId, { askedAt, answeringSince: undefined })
  }

  /** Nobody looks after the range any more. */
  forget(rangeId: string): void {
    this.#open.delete(rangeId)
  }

  standing(): QueueStanding {
    const now = this.#clock.now()
    const since = [...this.#open.values()].map(({ askedAt, answeringSince }) => answeringSince ?? askedAt ?? now)
    return { depth: since.length, oldestSeconds: since.length === 0 ? 0 : (now - Math.min(...since)) / 1000 }
  }

  #of(rangeId: string): Open {
    return this.#open.get(rangeId) ?? NOTHING
  }
}
