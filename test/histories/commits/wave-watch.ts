import type { RevisionRecord } from '../../../model/revision.ts'
import type { RangeFile } from '../range-text.ts'
import { RANGES, type RangeId } from '../steps.ts'
import type { AcceptedLine } from './accepted-line.ts'
import type { ActedOn } from './acted-on.ts'
import { digestOf, filesIn, type ForgeCommit } from './forge.ts'

/** Says for whom a range's new content waits, in other words than the product does. */
export class WaveWatch {
  readonly #line: AcceptedLine
  readonly #actedOn: ActedOn
  readonly #isDestroyed: (range: RangeId, file: RangeFile) => boolean
  /** Commits of which a person lets the waves go on. */
  readonly approved = new Set<string>()
  readonly #found: string[]
  #open: readonly { readonly record: RevisionRecord; readonly at: number; readonly heads: readonly ForgeCommit[] }[] =
    []

  /** @param isDestroyed whether an order keeps a range away that its file, as it is at a commit, has not overtaken */
  constructor(
    line: AcceptedLine,
    actedOn: ActedOn,
    isDestroyed: (range: RangeId, file: RangeFile) => boolean,
    found: string[],
  ) {
    this.#line = line
    this.#actedOn = actedOn
    this.#isDestroyed = isDestroyed
    this.#found = found
  }

  /** The ranges of lower waves that have not reached what a commit says of them. */
  waitsFor(range: RangeId, commit: ForgeCommit): readonly RangeId[] {
    const files = filesIn(commit.content)
    const wave = files.get(range)?.wave ?? 0
    return RANGES.filter((other) => {
      const file = files.get(other)
      if (file === undefined || this.#isDestroyed(other, file)) return false
      const record = this.#actedOn.record(other)
      // What is broken stays in the wave that it was in.
      const its = file.broken ? (this.#actedOn.contentOf(other, record)?.wave ?? 0) : (file.wave ?? 0)
      if (its >= wave || (file.suspended && !file.broken)) return false
      return file.broken || record?.reached?.digest !== digestOf(file)
    })
  }

  /**
   * Before it is on disk that another content is in force. What a range has reached is on disk at the same instant, perhaps after that, so
   * that it is judged when that is over.
   */
  written(record: RevisionRecord, now: number): void {
    this.judge(now)
    if (this.#complaints(record).length > 0) this.#open = [...this.#open, { record, at: now, heads: this.#heads() }]
  }

  /** What was written before now is judged. */
  judge(now: number): void {
    for (const { record, heads } of this.#open.filter(({ at }) => at < now))
      this.#found.push(...this.#complaints(record, heads, true))
    this.#open = this.#open.filter(({ at }) => at >= now)
  }

  /** A life ended just now, and what it had reached may not have come to disk. */
  died(now: number): void {
    this.judge(now)
    this.#open = []
  }

  #heads(): readonly ForgeCommit[] {
    return this.#line.all.slice(-2).map(({ commit }) => commit)
  }

  #complaints(record: RevisionRecord, heads = this.#heads(), isWritten = false): readonly string[] {
    const range = RANGES.find((each) => each === record.rangeId)
    const digest = record.inForce?.kind === 'file' ? record.inForce.digest : undefined
    if (range === undefined || digest === undefined) return []
    if (!isWritten && this.#actedOn.record(range)?.inForce?.digest === digest) return []
    const isFree = heads.some(
      (commit) =>
        this.approved.has(commit.id) ||
        (digestOfFile(commit, range) === digest && this.waitsFor(range, commit).length === 0),
    )
    return isFree || heads.length === 0 ? [] : [`${range} is let go on before its wave, at ${heads.at(-1)?.subject}`]
  }
}

function digestOfFile({ content }: ForgeCommit, range: RangeId): string | undefined {
  const file = filesIn(content).get(range)
  return file === undefined ? undefined : digestOf(file)
}
