import type { Clock } from '../../model/clock.ts'
import type { Paint } from '../terminal/paint.ts'

/** What the commands that look have of the terminal, or of what stands in its place. */
export interface SeeingTerminal {
  readonly print: (line: string) => void
  /** Takes sentences for people, which are no part of the answer. */
  readonly warn: (line: string) => void
  readonly paint: Paint
  /** Its columns; undefined where the output goes elsewhere, and nothing limits a line. */
  readonly width: number | undefined
  /** Where text can be drawn again in place; undefined where there is no terminal. */
  readonly screen: { readonly rows?: number; write(text: string): unknown } | undefined
  readonly clock: Pick<Clock, 'now' | 'sleep'>
}
