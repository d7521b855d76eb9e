/**
 * Does work on each of some, so many at once, begun in their order. The first work that throws keeps the rest from being begun; it
 * rejects with that once those that were begun have ended.
 */
export async function sideBySide<T>(
  all: readonly T[],
  atOnce: number,
  work: (each: T) => Promise<void>,
): Promise<void> {
  const left = [...all]
  const errors: unknown[] = []
  const workOn = async (): Promise<void> => {
    for (let each = left.shift(); each !== undefined; each = left.shift())
      await work(each).catch((error: unknown) => {
        errors.push(error)
        left.length = 0
      })
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, workOn))
  if (errors.length > 0) throw errors[0]
}
