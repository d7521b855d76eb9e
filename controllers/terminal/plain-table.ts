import Table from 'cli-table3'
import { NO_BORDERS } from './no-borders.ts'
import type { Paint } from './paint.ts'

export interface Column {
  readonly title: string
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right'
}

/** A table without borders, one string a line, without blanks at the ends of lines. */
export function plainTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): readonly string[] {
  const table = new Table({
    head: columns.map(({ title }) => paint('dim', title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

const GIB = 1024 ** 3

/** Bytes as `4.0 GiB`. */
export const gibText = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`
