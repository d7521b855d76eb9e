type Sign = ' ' | '-' | '+'
type Line = readonly [sign: Sign, text: string]

/** Lengths of the longest common subsequences of what follows line i of one text and line j of the other. */
const commonLengths = (from: readonly string[], to: readonly string[]): readonly (readonly number[])[] => {
  const lengths = Array.from({ length: from.length + 1 }, () => Array<number>(to.length + 1).fill(0))
  for (let i = from.length - 1; i >= 0; i--)
    for (let j = to.length - 1; j >= 0; j--)
      lengths[i]![j] =
        from[i] === to[j] ? 1 + lengths[i + 1]![j + 1]! : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  return lengths
}

const linesOf = (from: readonly string[], to: readonly string[]): readonly Line[] => {
  const lengths = commonLengths(from, to)
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      lines.push([' ', from[i]!])
      i += 1
      j += 1
    } else if (j === to.length || (i < from.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      lines.push(['-', from[i++]!])
    else lines.push(['+', to[j++]!])
  }
  return lines
}

const CONTEXT = 3

/** Where the hunks begin and end: changed lines with their context, those that touch as one. */
const hunksOf = (lines: readonly Line[]): readonly (readonly [from: number, to: number])[] => {
  const hunks: [number, number][] = []
  for (const [index, [sign]] of lines.entries()) {
    if (sign === ' ') continue
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)]
    const last = hunks.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  }
  return hunks
}

/**
 * `diff -u` of two texts that end in a line feed: three lines of context; empty when they are equal.
 *
 * @param newName what the second text is called; default: `<name>.new`
 */
export const unifiedDiff = (before: string, after: string, name: string, newName = `${name}.new`): string => {
  if (before === after) return ''
  const lines = linesOf(before.split('\n').slice(0, -1), after.split('\n').slice(0, -1))
  const count = (part: readonly Line[], gone: Sign): number => part.filter(([sign]) => sign !== gone).length
  const hunks = hunksOf(lines).flatMap(([from, to]) => {
    const [skipped, shown] = [lines.slice(0, from), lines.slice(from, to)]
    const range = (gone: Sign): string => {
      const [before, length] = [count(skipped, gone), count(shown, gone)]
      // One line is named by its number alone, and of none it is told what they come after.
      if (length === 1) return String(before + 1)
      return length === 0 ? `${before},0` : `${before + 1},${length}`
    }
    return [`@@ -${range('+')} +${range('-')} @@`, ...shown.map(([sign, text]) => `${sign}${text}`)]
  })
  return [`--- ${name}`, `+++ ${newName}`, ...hunks, ''].join('\n')
}
