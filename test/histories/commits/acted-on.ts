import type { RevisionRecord } from '../../../model/revision.ts'
import { nameIn, type RangeFile } from '../range-text.ts'
import { RANGES, type RangeId } from '../steps.ts'
import type { AcceptedLine } from './accepted-line.ts'
import { digestOf, filesIn, type Forge } from './forge.ts'

/** What a range's file says; undefined: there is none. */
export type Content = RangeFile | undefined
/** What a write asks of the content it is done for. */
export type Asks = (content: Content) => boolean

export const isPresent = (content: Content): content is RangeFile =>
  content !== undefined && !content.broken && !content.suspended && content.state === 'present'
export const isAbsent = (content: Content): content is RangeFile =>
  content !== undefined && !content.broken && !content.suspended && content.state === 'absent'
export const machinesIn = (range: RangeId, { vms }: RangeFile): readonly string[] =>
  ['router', ...Object.keys(vms)].map((vm) => nameIn(range, vm))

/** The records of ranges on disk, with what each was before within the same instant. */
interface OnDisk {
  readonly now: RevisionRecord | undefined
  readonly before: RevisionRecord | undefined
  readonly at: number
}

/** Which accepted content each range is acted on by: by what is written to it, and by what is on disk of it. */
export class ActedOn {
  readonly #line: AcceptedLine
  readonly #forge: Forge
  readonly #now: () => number
  /** Places in the line of accepted commits, before which nothing is acted on any more. */
  readonly #from = new Map<RangeId, { readonly place: number; readonly at: number; readonly before: number }>()
  readonly #records = new Map<string, OnDisk>()

  constructor(line: AcceptedLine, forge: Forge, now: () => number) {
    this.#line = line
    this.#forge = forge
    this.#now = now
  }

  record(range: RangeId): RevisionRecord | undefined {
    return this.#records.get(range)?.now
  }

  /** What is in force of a range by what is on disk: now, and until this very instant. */
  inForce(range: RangeId): readonly Content[] {
    const { now, before, at } = this.#records.get(range) ?? { now: undefined, before: undefined, at: 0 }
    return [now, ...(at === this.#now() ? [before] : [])].map((record) => this.contentOf(range, record))
  }

  contentOf(range: RangeId, record: RevisionRecord | undefined): Content {
    return record?.inForce?.kind === 'file' ? this.byDigest(range, record.inForce.digest) : undefined
  }

  byDigest(range: RangeId, digest: string): Content {
    for (const { content } of this.#forge.commits.values()) {
      const file = content.files.get(range)
      if (file !== undefined && digestOf(file) === digest) return file
    }
    return undefined
  }

  written(record: RevisionRecord): void {
    const range = RANGES.find((each) => each === record.rangeId)
    if (range === undefined) return
    this.#keep(range, record)
  }

  removed(rangeId: string): void {
    const range = RANGES.find((each) => each === rangeId)
    if (range !== undefined) this.#keep(range, undefined)
  }

  /** All of it is lost: what files say begins to be followed anew. */
  lost(): void {
    this.#records.clear()
    this.#from.clear()
  }

  #keep(range: RangeId, now: RevisionRecord | undefined): void {
    const last = this.#records.get(range)
    const at = this.#now()
    this.#records.set(range, { now, before: last?.at === at ? last.before : last?.now, at })
  }

  /**
   * Finds the accepted content that a range is acted on by, not before that of the last.
   *
   * @returns whether there is one
   */
  follow(range: RangeId, asks: Asks): boolean {
    const last = this.#from.get(range)
    const at = this.#now()
    // Two that are sent at the same instant arrive in any order.
    const least = last === undefined ? 0 : last.at === at ? last.before : last.place
    const place = this.#line.all.findIndex(
      ({ commit }, index) => index >= least && asks(filesIn(commit.content).get(range)),
    )
    if (place === -1) return false
    if (last === undefined || place > last.place) this.#from.set(range, { place, at, before: last?.place ?? 0 })
    return true
  }

  /** From where on the line a range is acted on now. */
  placeOf(range: RangeId): number {
    return this.#from.get(range)?.place ?? 0
  }
}
