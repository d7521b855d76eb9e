import { useEffect, useState } from 'preact/hooks'

/**
 * How many of a list to draw: a first screenful at once, and more with each frame, so that no frame is late. Whoever filters gets
 * the first ones anew.
 *
 * @param total all there are @param step as many are drawn within a frame @param of what the list is of: with another it begins anew
 */
export function useGrowing(total: number, step: number, of = ''): number {
  const [grown, setGrown] = useState({ of, count: step })
  const count = grown.of === of ? grown.count : step
  useEffect(() => {
    if (count >= total) return undefined
    const frame = requestAnimationFrame(() => setGrown({ of, count: count + step }))
    return () => cancelAnimationFrame(frame)
  }, [count, total, of, step])
  return Math.min(count, total)
}

/** Draws a thing once for each form it has: what has not changed is not drawn anew. */
export function drawnOnce<T extends object, R>(draw: (thing: T) => R): (thing: T) => R {
  const drawn = new WeakMap<T, R>()
  return (thing) => {
    const before = drawn.get(thing)
    if (before !== undefined) return before
    const made = draw(thing)
    drawn.set(thing, made)
    return made
  }
}
