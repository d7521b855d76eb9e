import { MAX_DIAGNOSTICS } from '../yaml-file/syntax-diagnostics.ts'

/** What waits for what: the key of a thing -> the keys of those that must be done before. */
export type Waits = ReadonlyMap<string, readonly string[]>

/**
 * Circles of things that wait for each other, in order of the map, each from its first to the one that waits for it
 * again. No two share a thing. Takes time in proportion to the waits, and no recursion, however long a circle is.
 */
export function circlesOf(waits: Waits): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = []
  let left: Waits = waits
  while (circles.length < MAX_DIAGNOSTICS) {
    left = withoutFree(left)
    const circle = oneCircleOf(left)
    if (circle === undefined) return circles
    circles.push(circle)
    const done = new Set(circle)
    left = new Map([...left].filter(([key]) => !done.has(key)))
  }
  return circles
}

/** Only the things that wait, directly or through others, for a circle. */
function withoutFree(waits: Waits): Waits {
  const open = new Map([...waits].map(([key, others]) => [key, others.filter((other) => waits.has(other)).length]))
  const waiters = new Map<string, string[]>()
  for (const [key, others] of waits)
    for (const other of others) {
      const known = waiters.get(other)
      if (known === undefined) waiters.set(other, [key])
      else known.push(key)
    }
  const free = [...open].flatMap(([key, count]) => (count === 0 ? [key] : []))
  for (let next = free.pop(); next !== undefined; next = free.pop())
    for (const waiter of waiters.get(next) ?? []) {
      const count = (open.get(waiter) ?? 0) - 1
      open.set(waiter, count)
      if (count === 0) free.push(waiter)
    }
  return new Map([...waits].filter(([key]) => (open.get(key) ?? 0) > 0))
}

/** Walks from the first thing along what it waits for until it comes to one for the second time. */
function oneCircleOf(waits: Waits): readonly string[] | undefined {
  const walked = new Map<string, number>()
  let [here] = waits.keys()
  while (here !== undefined) {
    const start = walked.get(here)
    if (start !== undefined) return [...walked.keys()].slice(start)
    walked.set(here, walked.size)
    here = waits.get(here)?.find((other) => waits.has(other))
  }
  return undefined
}
