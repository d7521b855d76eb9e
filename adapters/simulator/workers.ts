/** The worker processes of a node's API: what comes while all are busy waits for its turn. */
export interface Workers {
  /** Resolves when the work has been done, which may begin late. */
  take<T>(work: () => Promise<T>): Promise<T>
}

/** @param count Infinity: nobody waits for anybody */
export function workers(count: number): Workers {
  let free = count
  const waiting: (() => void)[] = []
  return {
    async take(work) {
      if (free > 0) free -= 1
      else await new Promise<void>((begin) => waiting.push(begin))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) free += 1
        else next()
      }
    },
  }
}
