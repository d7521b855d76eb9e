import { stripVTControlCharacters } from 'node:util'
import { widthOf } from './text-width.ts'

/** The part of a terminal that is drawn again in place. */
export interface LiveView {
  /** Replaces what was drawn before by this text. */
  draw(text: string): void
  /** Leaves what was drawn last standing and gives the cursor back. */
  end(): void
}

interface Terminal {
  readonly rows?: number
  readonly columns?: number
  write(text: string): unknown
}

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const CLEAR_BELOW = '\u001B[J'

/** How many rows a line takes on a terminal of so many columns, which goes on with a long one on the next row. */
const rowsOf = (line: string, columns: number): number =>
  Math.max(1, Math.ceil(widthOf(stripVTControlCharacters(line)) / columns))

/** The last lines that take no more rows than so many. */
function lastThatFit(lines: readonly string[], columns: number, rows: number): readonly string[] {
  let left = rows
  const first = lines.findLastIndex((line) => {
    left -= rowsOf(line, columns)
    return left < 0
  })
  return lines.slice(Math.min(first + 1, lines.length - 1))
}

/**
 * Draws in place on a terminal. A text higher than the terminal keeps its last lines, since only those can be reached again; a line wider
 * than the terminal counts as the rows that it takes.
 */
export function liveView(terminal: Terminal): LiveView {
  /** Counted anew each time, as a terminal that was made narrower has wrapped them meanwhile. */
  let drawn: readonly string[] = []
  terminal.write(HIDE_CURSOR)
  return {
    draw(text) {
      const columns = terminal.columns ?? 80
      const height = drawn.reduce((sum, line) => sum + rowsOf(line, columns), 0)
      const lines = lastThatFit(text.split('\n'), columns, Math.max(1, (terminal.rows ?? 24) - 1))
      const back = height === 0 ? '' : `\u001B[${height}A`
      terminal.write(`${back}\r${CLEAR_BELOW}${lines.join('\n')}\n`)
      drawn = lines
    },
    end() {
      terminal.write(SHOW_CURSOR)
    },
  }
}
