import { setMaxListeners } from 'node:events'
import PQueue from 'p-queue'
import type { Clock } from '../../model/clock.ts'
import type { Permit } from '../../model/permit.ts'
import type { LaneStanding } from '../../model/watched.ts'

/** How many works a lane runs at once, and how that number moves. */
export interface LaneLimits {
  readonly start: number
  readonly most: number
}

/** What takes a work out of its lane: the end of everything, or, while it waits for its turn, that nobody wants it any more. */
type Wanted = Pick<Permit, 'signal' | 'withdrawn'>

/**
 * Limits how much work goes to one storage, or to one node, at once. A slot is held until the work's promise settles,
 * so a work that follows a task holds it until the task has ended. Rejects with the signal's reason, or with what withdrew it.
 */
export interface Lanes {
  /** The limit moves: one more after a success, half after a congestion, which is tried again and never surfaces soon. */
  onStorage<T>(storage: string, work: () => Promise<T>, wanted: Wanted): Promise<T>
  /** The limit stands. */
  onNode<T>(node: string, work: () => Promise<T>, wanted: Wanted): Promise<T>
  /** Of each storage and node that something was done on. */
  standings(): readonly LaneStanding[]
}

export interface LanesDeps {
  readonly clock: Clock
  readonly random: () => number
  /** True for an error that says "too much at once, nothing was done": the work is queued again. */
  readonly isCongestion: (error: unknown) => boolean
  readonly storageLimits?: LaneLimits
  /** Milliseconds between the beginnings of two works on one storage. */
  readonly storageSpacing?: number
  readonly nodeLimit?: number
}

/** Of a storage, unless given. Forty clones at once on one storage were seen to go well on a real cluster. */
export const STORAGE_LIMITS: LaneLimits = { start: 8, most: 48 }
/**
 * About as long as a linked clone holds its storage's lock (09-qemu-clone, 13-concurrency). Whoever finds it held looks
 * again only a second later, so clones that begin together take longer than clones that begin one after the other.
 */
const STORAGE_SPACING = 120
/** Of a node, unless given. */
export const NODE_LIMIT = 4
/** How often a congested work is tried in all before its error surfaces. */
const ATTEMPTS = 50
/** Milliseconds a congested work stands back at most, times the number of its attempts, up to ten. */
const STAND_BACK = 500

/** One signal stops the work of many: more than ten listeners are no leak, so Node shall not warn. */
const manyMayListen = (signal: AbortSignal): void => setMaxListeners(0, signal)

interface AdaptiveLane {
  readonly queue: PQueue
  run<T>(work: () => Promise<T>, wanted: Wanted): Promise<T>
}

/** Waits in the queue for as long as the work is wanted. Once begun it can't be withdrawn here. */
async function inTurn<T>(
  queue: PQueue,
  work: () => Promise<T>,
  { signal, withdrawn }: Wanted,
  priority?: number,
): Promise<T> {
  manyMayListen(signal)
  manyMayListen(withdrawn)
  const left = new AbortController()
  const leave = (): void => left.abort(withdrawn.reason)
  if (withdrawn.aborted) leave()
  withdrawn.addEventListener('abort', leave)
  const begin = (): Promise<T> => {
    withdrawn.removeEventListener('abort', leave)
    return work()
  }
  try {
    const either = AbortSignal.any([signal, left.signal])
    return await queue.add(begin, { signal: either, ...(priority === undefined ? {} : { priority }) })
  } finally {
    withdrawn.removeEventListener('abort', leave)
  }
}

const createAdaptiveLane = (
  limits: LaneLimits,
  { clock, random, isCongestion, storageSpacing = STORAGE_SPACING }: LanesDeps,
): AdaptiveLane => {
  const queue = new PQueue({ concurrency: limits.start })
  let arrivals = 0
  /** Counts the cuts. Work begun before a cut tells nothing about the limit since. */
  let era = 0
  /** When the next work may begin. */
  let nextAt = 0

  const more = (begunIn: number): void => {
    const used = queue.pending >= queue.concurrency
    if (begunIn === era && used) queue.concurrency = Math.min(limits.most, queue.concurrency + 1)
  }
  const less = (begunIn: number): void => {
    if (begunIn !== era) return
    era += 1
    queue.concurrency = Math.max(1, Math.floor(queue.concurrency / 2))
  }

  const spaced = async (signal: AbortSignal): Promise<void> => {
    const wait = nextAt - clock.steady()
    nextAt = Math.max(nextAt, clock.steady()) + storageSpacing
    if (wait > 0) await clock.sleep(wait, signal)
  }

  const once = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    await spaced(signal)
    const begunIn = era
    try {
      const result = await work()
      more(begunIn)
      return result
    } catch (error) {
      if (isCongestion(error)) less(begunIn)
      throw error
    }
  }

  return {
    queue,
    async run(work, wanted) {
      const { signal } = wanted
      // First come, first served: work that is queued again keeps its place.
      const priority = -arrivals
      arrivals += 1
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await inTurn(queue, () => once(work, signal), wanted, priority)
        } catch (error) {
          if (!isCongestion(error) || attempt >= ATTEMPTS) throw error
          await clock.sleep(random() * STAND_BACK * Math.min(attempt, 10), signal)
        }
      }
    },
  }
}

const standingOf = (kind: LaneStanding['kind'], name: string, queue: PQueue): LaneStanding => ({
  kind,
  name,
  running: queue.pending,
  waiting: queue.size,
  limit: queue.concurrency,
})

/** One lane per storage and one per node, made when first needed. */
export const createLanes = (deps: LanesDeps): Lanes => {
  const storages = new Map<string, AdaptiveLane>()
  const nodes = new Map<string, PQueue>()

  const storageLane = (storage: string): AdaptiveLane => {
    const lane = storages.get(storage) ?? createAdaptiveLane(deps.storageLimits ?? STORAGE_LIMITS, deps)
    storages.set(storage, lane)
    return lane
  }
  const nodeLane = (node: string): PQueue => {
    const lane = nodes.get(node) ?? new PQueue({ concurrency: deps.nodeLimit ?? NODE_LIMIT })
    nodes.set(node, lane)
    return lane
  }

  return {
    onStorage: (storage, work, wanted) => storageLane(storage).run(work, wanted),
    onNode: (node, work, wanted) => inTurn(nodeLane(node), work, wanted),
    standings: () => [
      ...[...storages].map(([name, { queue }]) => standingOf('storage', name, queue)),
      ...[...nodes].map(([name, queue]) => standingOf('node', name, queue)),
    ],
  }
}
