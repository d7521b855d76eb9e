import { printable } from '../../model/printable.ts'
import type { Paint, Style } from './paint.ts'
import { padded, shortened, widthOf } from './text-width.ts'

export interface FittedColumn {
  readonly title: string
  /** Numbers stand at the right. */
  readonly align?: 'left' | 'right' | undefined
}

/** What stands in a column of a line. Whoever wrote the text, nothing of it acts on a terminal. */
export interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}

/** How wide each column is. */
export type Widths = readonly number[]

/** Blanks between two columns. */
const GAP = 2
/** What is left of the last column, then of the others, where a terminal is too narrow for all. */
const LEAST_OF_LAST = 12
const LEAST = 6
/** Longer texts are no messages. */
const LONGEST = 8192

export const shownCell = ({ text, style }: Cell): Cell => ({ text: printable(text, LONGEST), style })

/**
 * How wide the columns of a table are: as wide as what stands in them, and together not wider than the terminal: the last one gives way
 * first, then the widest of the others.
 *
 * @param width columns of the terminal; undefined where nothing limits a line
 */
export function widthsOf(
  columns: readonly FittedColumn[],
  rows: readonly (readonly Cell[])[],
  width: number | undefined,
): Widths {
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(shownCell(row[at] ?? { text: '' }).text))),
  )
  if (width === undefined) return widths
  const last = widths.length - 1
  const isTooWide = (): boolean => widths.reduce((sum, each) => sum + each, 0) + GAP * last > width
  const natural = widths[last] ?? 0
  const others = widths.slice(0, last).reduce((sum, each) => sum + each, 0) + GAP * last
  widths[last] = Math.min(natural, Math.max(LEAST_OF_LAST, width - others))
  const shrink = (some: Widths, least: number): void => {
    while (isTooWide() && Math.max(...some.map((at) => widths[at] ?? 0)) > least) {
      const widest = some.reduce((one, at) => ((widths[at] ?? 0) > (widths[one] ?? 0) ? at : one))
      widths[widest] = (widths[widest] ?? 0) - 1
    }
  }
  const all = widths.map((_, at) => at)
  shrink(all.slice(0, -1), LEAST)
  // Nobody can read that, and still it must not wrap.
  shrink(all, 0)
  return widths
}

/** One line of a table, without blanks at its end. What is too long for its column is shortened, never wrapped. */
export function tableLine(
  columns: readonly FittedColumn[],
  cells: readonly Cell[],
  widths: Widths,
  paint: Paint,
): string {
  const last = columns.length - 1
  const parts = columns.map(({ align }, at) => {
    const { text, style } = shownCell(cells[at] ?? { text: '' })
    const width = widths[at] ?? 0
    const cut = shortened(text, width)
    const painted = style === undefined || cut === '' ? cut : paint(style, cut)
    const blanks = ' '.repeat(Math.max(0, width - widthOf(cut)))
    if (align === 'right') return blanks + painted
    return at === last ? painted : painted + blanks
  })
  return parts.join(' '.repeat(GAP)).trimEnd()
}

/** The line with the titles. */
export const headLine = (columns: readonly FittedColumn[], widths: Widths, paint: Paint): string =>
  paint(
    'dim',
    columns
      .map(({ title, align }, at) => padded(shortened(title, widths[at] ?? 0), widths[at] ?? 0, align))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )

/** A table without borders, one string a line. @param width as of `widthsOf` */
export function fittedTable(
  columns: readonly FittedColumn[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
  width: number | undefined,
): readonly string[] {
  const widths = widthsOf(columns, rows, width)
  return [headLine(columns, widths, paint), ...rows.map((row) => tableLine(columns, row, widths, paint))]
}
