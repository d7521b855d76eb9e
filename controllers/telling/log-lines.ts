import type { LogLine } from '../../model/api/log-line.ts'

/** So many of the newest lines are kept, and so many of one range. */
const MOST = 10_000
const MOST_OF_A_RANGE = 500

/** The newest lines of the controller's log, for `lanista logs`. In memory alone: the journal of the service has them all. */
export class LogLines {
  readonly #byRange = new Map<string, LogLine[]>()
  #count = 0

  /** Lines that are of no range are left to the journal. */
  add(line: LogLine): void {
    if (line.range === undefined) return
    const lines = this.#byRange.get(line.range) ?? []
    // The range that has said something last is the last to go.
    this.#byRange.delete(line.range)
    this.#byRange.set(line.range, lines)
    lines.push(line)
    this.#count += 1
    if (lines.length > MOST_OF_A_RANGE) this.#drop(lines)
    const [oldest] = this.#byRange
    if (this.#count <= MOST || oldest === undefined) return
    this.#drop(oldest[1])
    if (oldest[1].length === 0) this.#byRange.delete(oldest[0])
  }

  /** Oldest first. */
  of({ range, vm }: { readonly range: string; readonly vm?: string | undefined }): readonly LogLine[] {
    const lines = this.#byRange.get(range) ?? []
    return vm === undefined ? [...lines] : lines.filter((line) => line.vm === vm)
  }

  #drop(lines: LogLine[]): void {
    lines.shift()
    this.#count -= 1
  }
}
