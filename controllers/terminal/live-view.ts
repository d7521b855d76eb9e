/** The part of a terminal that is drawn again in place. */
export interface LiveView {
  /** Replaces what was drawn before by this text. */
  draw(text: string): void
  /** Leaves what was drawn last standing and gives the cursor back. */
  end(): void
}

interface Terminal {
  readonly rows?: number
  write(text: string): unknown
}

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const CLEAR_BELOW = '\u001B[J'

/** Draws in place on a terminal. A text higher than the terminal keeps its last lines, since only those can be reached again. */
export function liveView(terminal: Terminal): LiveView {
  let drawn = 0
  terminal.write(HIDE_CURSOR)
  return {
    draw(text) {
      const all = text.split('\n')
      const lines = all.slice(-Math.max(1, (terminal.rows ?? 24) - 1))
      const back = drawn === 0 ? '' : `\u001B[${drawn}A`
      terminal.write(`${back}\r${CLEAR_BELOW}${lines.join('\n')}\n`)
      drawn = lines.length
    },
    end() {
      terminal.write(SHOW_CURSOR)
    },
  }
}
