/**
 * The candidate that `word` is most likely a misspelling of, or undefined when none is near: at most one edit for
 * every three letters, and never more than `mostEdits`. Case counts for nothing, as it is a common slip itself. Of two that are
 * equally near the one that begins like it is meant.
 */
export function nearest(word: string, candidates: readonly string[], mostEdits = Infinity): string | undefined {
  if (word.length > LONGEST) return undefined
  const wanted = word.toLowerCase()
  let best: { readonly candidate: string; readonly edits: number; readonly alike: number } | undefined
  for (const candidate of candidates) {
    const edits = editsBetween(wanted, candidate.toLowerCase())
    const allowed = Math.min(mostEdits, Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3)))
    if (edits > allowed) continue
    const alike = commonStart(wanted, candidate.toLowerCase())
    if (best === undefined || edits < best.edits || (edits === best.edits && alike > best.alike))
      best = { candidate, edits, alike }
  }
  return best?.candidate
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}

/** Longer words are no slips of the keyboard, and comparing costs the product of the lengths. */
const LONGEST = 64

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editsBetween(from: string, to: string): number {
  let [beforeLast, last]: [readonly number[], readonly number[]] = [
    [],
    Array.from({ length: to.length + 1 }, (_, i) => i),
  ]
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const choices = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      ]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) choices.push((beforeLast[column - 2] ?? 0) + 1)
      current.push(Math.min(...choices))
    }
    ;[beforeLast, last] = [last, current]
  }
  return last[to.length] ?? 0
}
