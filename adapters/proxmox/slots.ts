/** How many requests are under way at once. */
export interface SlotLimits {
  /** Of those that have not been long under way: one that has been waits for something, and takes no turn from others. */
  readonly all: number
  /** For one node, however long they have been under way. */
  readonly ofNode: number
  /** Milliseconds after which a request has been long under way. */
  readonly longAfter: number
}

const LIMITS: SlotLimits = { all: 16, ofNode: 8, longAfter: 2000 }

/** Turns at an API host. */
export interface Slots {
  /** How many requests wait for their turn. */
  waiting(): number
  /** As `take`, where a request may be sent at once; undefined where it may not. */
  now(node: string | undefined): (() => void) | undefined
  /**
   * Resolves when a request may be sent, with what ends its turn. Rejects with the signal's reason.
   *
   * @param node that has to answer it; undefined: the host itself
   */
  take(node: string | undefined, signal: AbortSignal): Promise<() => void>
  /** A turn at once, whatever is under way: for a request that has had its turn, and gave it back to be asked for once more. */
  anyway(node: string | undefined): () => void
}

interface Waiter {
  readonly node: string | undefined
  readonly begin: () => void
}

/**
 * Limits the requests to one API host, first come first served but for those to a node that has enough under way. A node
 * that does not answer takes no turn from others for longer than a moment: Proxmox waits for it without holding anybody else up.
 *
 * Node's own `maxSockets` does not count connections that are still being made, so that any number could be made at once.
 */
export function createSlots({ all, ofNode, longAfter }: SlotLimits = LIMITS): Slots {
  const waiting: Waiter[] = []
  const byNode = new Map<string, number>()
  let quick = 0

  const count = (node: string | undefined, by: 1 | -1): void => {
    if (node !== undefined) byNode.set(node, (byNode.get(node) ?? 0) + by)
  }
  const may = (node: string | undefined): boolean =>
    quick < all && (node === undefined || (byNode.get(node) ?? 0) < ofNode)

  const goOn = (): void => {
    for (;;) {
      const next = waiting.findIndex(({ node }) => may(node))
      if (next < 0) return
      const [waiter] = waiting.splice(next, 1)
      waiter?.begin()
    }
  }

  const started = (node: string | undefined): (() => void) => {
    let isLong = false
    let isOver = false
    quick += 1
    count(node, 1)
    const timer = setTimeout(() => {
      isLong = true
      quick -= 1
      goOn()
    }, longAfter)
    return () => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      if (!isLong) quick -= 1
      count(node, -1)
      goOn()
    }
  }

  return {
    waiting: () => waiting.length,
    anyway: started,
    now: (node) => (may(node) ? started(node) : undefined),
    take: (node, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        if (waiting.length === 0 && may(node)) {
          resolve(started(node))
          return
        }
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(signal.reason)
        }
        const waiter: Waiter = {
          node,
          begin: () => {
            signal.removeEventListener('abort', onAbort)
            resolve(started(node))
          },
        }
        waiting.push(waiter)
        signal.addEventListener('abort', onAbort, { once: true })
        goOn()
      }),
  }
}
