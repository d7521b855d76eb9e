import { createHash } from 'node:crypto'
import type { Clock } from '../../model/clock.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RangeFileRead } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import type { RangeText } from '../parse-range.ts'
import type { ParseOutcome } from '../range-parser/parse-outcome.ts'
import type { RangeParser } from '../range-parser/range-parser.ts'
import type { FoundFile } from './find-range-files.ts'
import { aboutFile } from './name-problems.ts'
import type { RangeView } from './range-source.ts'

/** What the reads of range files are made with. */
export interface ReadingParts {
  readonly clock: Pick<Clock, 'steady'>
  readonly parser: Pick<RangeParser, 'parse'>
}

/** What came of a file, and how it looked then. */
interface Kept {
  readonly path: string
  readonly look: string
  /** When it was first seen to look so, by the steady clock. */
  readonly since: number
  /** Nothing can have been written since without giving it another look. */
  readonly isFinal: boolean
  readonly digest: string
  readonly text: string
  readonly outcome: Promise<ParseOutcome>
}

/**
 * No file system's clock ticks more slowly (FAT: 2 s). What is written within one tick of another write may leave the look
 * as it is, so that a text counts for good only when it was read longer than that after its look was first seen. Both are
 * moments of our own steady clock: neither a date set back nor the clock of a file server matters. Milliseconds.
 */
const SLOWEST_TICK = 2_000

/**
 * Reads range files, and parses each once for each change: as long as a file looks the same it isn't even read, and as long
 * as its text is the same it is not parsed. What is wrong with the file itself is found anew each time.
 */
export class KeptReads {
  readonly #parts: ReadingParts
  /** By range id, which a path stands for. */
  readonly #kept = new Map<string, Kept>()
  /** Not the text's fault for certain: saved again, it is tried again. */
  readonly #failed = new WeakSet<Promise<ParseOutcome>>()

  constructor(parts: ReadingParts) {
    this.#parts = parts
  }

  /** What a file asks for now. */
  async read({ id, path }: FoundFile, readText: RangeView['read']): Promise<RangeFileRead> {
    const begun = this.#parts.clock.steady()
    const known = this.#keptOf(id, path)
    const read = await readText(path, known?.isFinal === true ? known.look : undefined)
    switch (read.kind) {
      case 'unchanged':
        return known === undefined ? { kind: 'absent' } : await readOf(known)
      case 'absent':
        this.#kept.delete(id)
        return read
      case 'refused':
        this.#kept.delete(id)
        return refusal(path, read)
      case 'text':
        return await readOf(this.#keep({ id, path }, read, begun))
    }
  }

  /** Forgets all files but those of these ranges. */
  forgetAllBut(rangeIds: ReadonlySet<string>): void {
    for (const id of this.#kept.keys()) if (!rangeIds.has(id)) this.#kept.delete(id)
  }

  #keep(
    { id, path }: Pick<FoundFile, 'id' | 'path'>,
    { text, look }: { readonly text: string; readonly look: string },
    begun: number,
  ): Kept {
    const digest = createHash('sha256').update(text).digest('base64')
    // Another read of the same file may have been quicker, and be parsing it already.
    const last = this.#keptOf(id, path)
    const looksSame = last?.look === look
    const outcome =
      last?.digest === digest && (looksSame || !this.#failed.has(last.outcome))
        ? last.outcome
        : this.#parse({ text, file: printable(path, 4096), rangeId: id })
    const since = looksSame ? last.since : this.#parts.clock.steady()
    const kept: Kept = { path, look, since, isFinal: begun - since >= SLOWEST_TICK, digest, text, outcome }
    this.#kept.set(id, kept)
    return kept
  }

  #parse(range: RangeText): Promise<ParseOutcome> {
    const outcome = this.#parts.parser.parse(range)
    void outcome.then(({ kind }) => {
      if (kind === 'failed') this.#failed.add(outcome)
    })
    return outcome
  }

  #keptOf(id: string, path: string): Kept | undefined {
    const kept = this.#kept.get(id)
    return kept?.path === path ? kept : undefined
  }
}

async function readOf({ path, digest, text, outcome }: Kept): Promise<RangeFileRead> {
  return { ...readOfText(await outcome, path), origin: { digest, text, head: undefined, changedBy: undefined } }
}

/** What came of a file's text, as what is told of the file. */
export const readOfText = (outcome: ParseOutcome, path: string): Extract<RangeFileRead, { kind: 'ok' | 'invalid' }> =>
  outcome.kind === 'failed' ? refusal(path, outcome) : outcome

const refusal = (
  path: string,
  { finding, remedy }: Pick<Diagnostic, 'finding' | 'remedy'>,
): Extract<RangeFileRead, { kind: 'invalid' }> => ({
  kind: 'invalid',
  diagnostics: [aboutFile(path, finding, remedy)],
})
