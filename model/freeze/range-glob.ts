/** What selects ranges by their ids: `*` stands for any letters, `?` for one. */
export const RANGE_GLOB = /^[A-Za-z0-9_*?-]{1,64}$/

/** Whether a range's id is selected. Upper and lower case are the same: ids that differ in nothing else are never two ranges. */
export function matchesGlob(glob: string, rangeId: string): boolean {
  const [pattern, id] = [glob.toLowerCase(), rangeId.toLowerCase()]
  // Back to the last `*` and one letter on, whenever what follows it does not fit: no worse than the product of the lengths.
  let [at, next] = [0, 0]
  let star: { readonly pattern: number; id: number } | undefined
  while (at < id.length) {
    const letter = pattern[next]
    if (letter === '*') {
      star = { pattern: next, id: at }
      next += 1
    } else if (letter === '?' || (letter !== undefined && letter === id[at])) {
      at += 1
      next += 1
    } else if (star === undefined) return false
    else {
      star.id += 1
      at = star.id
      next = star.pattern + 1
    }
  }
  return /^\**$/.test(pattern.slice(next))
}
