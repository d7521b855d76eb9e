import { printable } from '../../model/printable.ts'
import { unifiedDiff } from '../../model/unified-diff.ts'
import type { Paint, Style } from './paint.ts'

/** What the two texts are called, and what is to be said of what differs. */
export interface DiffNames {
  readonly from: string
  readonly to: string
  readonly notes: readonly string[]
}

const STYLES: readonly (readonly [string, Style])[] = [
  ['--- ', 'bold'],
  ['+++ ', 'bold'],
  ['@@', 'cyan'],
  ['-', 'red'],
  ['+', 'green'],
]

/** Two texts as a unified diff in colour. Notes stand before it, where `patch` and `git apply` look at nothing. */
export function paintedDiff(
  has: string,
  asks: string,
  { from, to, notes }: DiffNames,
  paint: Paint,
): readonly string[] {
  const lines = unifiedDiff(has, asks, printable(from, 400), printable(to, 4096)).split('\n').slice(0, -1)
  return [
    ...notes.map((note) => paint('dim', `# ${printable(note, 2000)}`)),
    ...lines.map((line) => {
      const style = STYLES.find(([start]) => line.startsWith(start))?.[1]
      return style === undefined ? line : paint(style, line)
    }),
  ]
}
