import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Takes turns: one at a time, each for everybody who asked before it began. Whoever asks while a turn is being taken
 * shares the next one. So a burst of ranges costs one look at the cluster and one SDN apply, two at most.
 */
export class Turn<Request, Reply> {
  readonly #take: (requests: readonly Request[]) => Promise<(request: Request) => Reply>
  readonly #gather: () => Promise<void>
  #waiting: Waiter<Request, Reply>[] = []
  /** What is done in between turns. */
  readonly #between: (() => Promise<void>)[] = []
  #taking = false

  /**
   * @param take answers the requests of a turn, each by its own; when it rejects, everybody in the turn is told
   * @param gather what a turn waits for before it begins, so that those who are about to ask can still join; never rejects
   */
  constructor(
    take: (requests: readonly Request[]) => Promise<(request: Request) => Reply>,
    gather: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.#take = take
    this.#gather = gather
  }

  /** Resolves with the answer of the next turn. */
  enter(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject, within: AsyncLocalStorage.snapshot() })
      if (!this.#taking) void this.#takeTurns()
    })
  }

  /** Does work alone, in between turns, once nobody waits for one. Resolves, or rejects, as the work does. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const within = AsyncLocalStorage.snapshot()
      this.#between.push(() => within(work).then(resolve, reject))
      if (!this.#taking) void this.#takeTurns()
    })
  }

  async #takeTurns(): Promise<void> {
    this.#taking = true
    while (this.#waiting.length + this.#between.length > 0) {
      if (this.#waiting.length > 0) await this.#gather()
      // Those who become ready in the same moment belong together.
      await new Promise(setImmediate)
      const turn = this.#waiting
      this.#waiting = []
      if (turn.length > 0) await this.#answer(turn)
      else await this.#between.shift()?.()
    }
    this.#taking = false
  }

  async #answer(turn: readonly Waiter<Request, Reply>[]): Promise<void> {
    try {
      // Who asked first is who it is done for, whoever's turn has set it going.
      const [first] = turn
      const take = (): Promise<(request: Request) => Reply> => this.#take(turn.map(({ request }) => request))
      const answer = await (first === undefined ? take() : first.within(take))
      for (const waiter of turn) tell(waiter, answer)
    } catch (error) {
      for (const { reject } of turn) reject(error)
    }
  }
}

/** An answer that throws is the trouble of the one who asked, not of the whole turn. */
function tell<Request, Reply>(
  { request, resolve, reject }: Waiter<Request, Reply>,
  answer: (request: Request) => Reply,
) {
  try {
    resolve(answer(request))
  } catch (error) {
    reject(error)
  }
}

interface Waiter<Request, Reply> {
  readonly request: Request
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
  /** Does something as it is done where the request was made: for the same pass, where passes are traced. */
  readonly within: <R>(work: () => R) => R
}
