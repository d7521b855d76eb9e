import type { Freeze } from '../../model/freeze/freeze-on.ts'
import type { RangeFileRead, RangeFiles, ReadFile } from '../../model/ports.ts'
import {
  type CommitStamp,
  type FileOrigin,
  type Revision,
  type RevisionRecord,
  removerIn,
} from '../../model/revision.ts'
import { type Admission, admissionOf } from '../../reconcilers/revision/admission.ts'
import {
  digestOf,
  type PresentRead,
  revisionOf,
  revisionsOf,
  withAbsence,
  withAdmitted,
  withGoing,
  withSeen,
} from '../../reconcilers/revision/follow-record.ts'
import { brokenText, frozenText } from '../../reconcilers/revision/revision-words.ts'
import { HeldRanges } from './held-ranges.ts'
import type { RevisionRecords } from './revision-records.ts'
import type { Waves } from './waves.ts'

export interface FilesInForceParts {
  /** As they are now. */
  readonly files: Pick<RangeFiles, 'list' | 'read' | 'watch'>
  readonly records: RevisionRecords
  /** What a text asks for, as a read of a file with that text would tell. */
  readonly parse: (text: {
    readonly text: string
    readonly file: string
    readonly rangeId: string
  }) => Promise<RangeFileRead>
  readonly freezeOn: (rangeId: string) => Freeze | undefined
  /** Whether the cluster has something of a range. Rejects when that can't be seen. */
  readonly isThere: (rangeId: string) => Promise<boolean>
  readonly waves: Pick<Waves, 'holdOn' | 'hasMoved' | 'begin' | 'nobodyWaits'> | undefined
  /** Where range files are commits: a broken one keeps its last good content in force, and what was seen is told. */
  readonly keepsLastGood: boolean
  /** Who only looks remembers nothing. */
  readonly remembers: boolean
}

/**
 * Range files as they are acted on. A newer content of a file is taken up when nothing holds it back; until then the range is kept as
 * the content in force asks, or left alone. What is in force is remembered before anybody acts on it.
 */
export class FilesInForce implements RangeFiles {
  readonly #parts: FilesInForceParts
  /** What texts that are kept came to, for as long as they are in force. */
  readonly #parsed = new Map<string, { readonly digest: string; readonly read: Promise<RangeFileRead> }>()
  /** By range: the read that began last of those that have seen its file, and the content that it saw, if there was one. */
  readonly #sights = new Map<string, { readonly turn: number; readonly digest: string | undefined }>()
  readonly #held: HeldRanges
  #turn = 0
  #telling: Promise<void> = Promise.resolve()
  #head: string | undefined

  constructor(parts: FilesInForceParts) {
    this.#parts = parts
    this.#held = new HeldRanges(() => void parts.waves?.nobodyWaits())
  }

  list(): Promise<readonly string[]> {
    return this.#parts.files.list()
  }

  watch(onChange: (rangeId: string) => void, signal: AbortSignal): Promise<void> {
    return this.#parts.files.watch(onChange, signal)
  }

  /** Calls back with each range that is held back whenever that may have ended. */
  onRelease(listener: (rangeId: string) => void): void {
    this.#held.onRelease(listener)
  }

  async read(rangeId: string): Promise<RangeFileRead> {
    const { files, records, freezeOn } = this.#parts
    await records.load()
    this.#turn += 1
    const turn = this.#turn
    const raw = await files.read(rangeId)
    if (raw.kind === 'held') return raw
    // One that began later was quicker, and what it saw is newer.
    if ((this.#sights.get(rangeId)?.turn ?? 0) > turn) return await this.read(rangeId)
    this.#sights.set(rangeId, { turn, digest: raw.kind === 'absent' ? undefined : digestOf(raw) })
    const freeze = freezeOn(rangeId)
    const read =
      raw.kind === 'absent' ? this.#absent(rangeId, raw.origin, freeze) : await this.#present(rangeId, raw, freeze)
    // What is acted on is remembered before it is.
    if (this.#parts.remembers) await records.written(rangeId)
    return read
  }

  /** The range goes as its file is gone: from now on that is in flight, and finishes. */
  async goes(rangeId: string): Promise<void> {
    const { records } = this.#parts
    this.#remember(records.of(rangeId), withGoing(records.of(rangeId), rangeId))
    await records.written(rangeId)
  }

  /**
   * A range has come to rest, Ready with what is in force by that digest.
   *
   * @returns what it has reached by that; undefined when that was known, or something else is in force by now
   */
  reached(rangeId: string, digest: string): Revision | undefined {
    const { records } = this.#parts
    const record = records.of(rangeId)
    if (record?.inForce?.digest !== digest || record.reached?.digest === digest) return undefined
    const reached = revisionOf(record.inForce)
    records.set({ ...record, reached })
    void records.written(rangeId)
    this.#telling = Promise.all([this.#telling, this.#tellIfMoved()]).then(() => undefined)
    return reached
  }

  /** Resolves when whoever waited for what was reached by now has been told. */
  told(): Promise<void> {
    return this.#telling
  }

  /** What is in force of a range was never reached, as far as that is remembered over restarts. */
  isInFlight(rangeId: string): boolean {
    const { records } = this.#parts
    const { inForce, reached } = records.of(rangeId) ?? {}
    return records.outlasts && inForce !== undefined && reached?.digest !== inForce.digest
  }

  /** Neither a file nor anything else of it is left. */
  forget(rangeId: string): void {
    this.#parts.records.forget(rangeId)
    this.#parsed.delete(rangeId)
    this.#sights.delete(rangeId)
    this.#held.released(rangeId)
  }

  /** Each look at a held range costs requests: they are told when a wave is over, not of each range that has reached it. */
  async #tellIfMoved(): Promise<void> {
    if ((await this.#parts.waves?.hasMoved()) === true) this.#held.tell()
  }

  #absent(rangeId: string, origin: FileOrigin | undefined, freeze: Freeze | undefined): RangeFileRead {
    const before = this.#parts.records.of(rangeId)
    this.#held.released(rangeId)
    const isGoing = before?.inForce?.kind === 'gone'
    // A commit took it away; a folder may only have been out of sight, and in a freeze nothing of that is acted on.
    const now =
      before === undefined || !this.#parts.keepsLastGood ? before : withAbsence(before, origin, freeze === undefined)
    if (now !== undefined) this.#remember(before, now)
    const removedBy = removerIn(now)
    const read = { kind: 'absent', ...(removedBy === undefined ? {} : { removedBy }) } as const
    return freeze === undefined || isGoing ? read : { ...read, withheld: frozenText(rangeId, freeze, 'removal') }
  }

  async #present(rangeId: string, raw: PresentRead, freeze: Freeze | undefined): Promise<RangeFileRead> {
    const { keepsLastGood, waves } = this.#parts
    const before = this.#seen(rangeId, raw)
    if (raw.kind === 'invalid' && !(keepsLastGood && before.inForce?.kind === 'file'))
      return { ...raw, revisions: revisionsOf(before, undefined) }
    const { inForce, reached, seen } = before
    const isNewer = inForce?.digest !== seen.digest
    const broken = raw.kind === 'invalid' ? brokenText(raw.diagnostics, inForce) : undefined
    const head = raw.origin?.head
    const wave =
      isNewer && raw.kind === 'ok' && head !== undefined ? await waves?.holdOn(rangeId, raw.spec.wave, head) : undefined
    const admission = admissionOf({
      isNewer,
      hasInForce: inForce?.kind === 'file',
      isNew: inForce?.kind !== 'file' && freeze?.allow.has('new') === true && (await this.#isNew(rangeId)),
      isReached: inForce !== undefined && reached?.digest === inForce.digest,
      broken,
      frozen:
        freeze === undefined
          ? undefined
          : { held: frozenText(rangeId, freeze, isNewer ? 'content' : 'writes'), allows: freeze.allow },
      wave,
    })
    return await this.#carriedOut(rangeId, raw, admission)
  }

  async #carriedOut(rangeId: string, raw: PresentRead, admission: Admission): Promise<RangeFileRead> {
    const sight = this.#sights.get(rangeId)
    // Another read has seen another content, or none, since this one saw the file.
    if (sight !== undefined && sight.digest !== digestOf(raw)) return await this.read(rangeId)
    const record = this.#seen(rangeId, raw)
    const problem = raw.kind === 'invalid' ? { problem: raw.diagnostics } : {}
    if (admission.kind === 'follow') {
      this.#held.released(rangeId)
      if (raw.kind === 'invalid') return raw
      return { ...raw, revisions: revisionsOf(this.#admitted(rangeId, raw, record), undefined) }
    }
    const { held } = admission
    this.#held.waits(rangeId, held)
    const inForce = await this.#inForce(rangeId, raw, record)
    const revisions = revisionsOf(record, held)
    if (admission.kind === 'keep' && inForce !== undefined) return { ...inForce, ...problem, revisions }
    return { kind: 'held', held, inForce, revisions, ...problem }
  }

  /** Remembers what a file says now. */
  #seen(rangeId: string, raw: PresentRead): RevisionRecord {
    this.#notice(raw.origin?.head)
    const before = this.#parts.records.of(rangeId)
    return this.#remember(before, withSeen(before, rangeId, raw))
  }

  #admitted(rangeId: string, raw: ReadFile, record: RevisionRecord): RevisionRecord {
    const now = this.#remember(record, withAdmitted(record, raw))
    if (now !== record) this.#parsed.delete(rangeId)
    return now
  }

  #remember(before: RevisionRecord | undefined, now: RevisionRecord): RevisionRecord {
    if (this.#parts.remembers && now !== before) this.#parts.records.set(now)
    return now
  }

  /** What is in force, as a read of it; undefined when that is nothing, or nothing valid any more. */
  async #inForce(rangeId: string, raw: PresentRead, { inForce }: RevisionRecord): Promise<ReadFile | undefined> {
    if (inForce?.kind !== 'file') return undefined
    if (raw.kind === 'ok' && raw.origin?.digest === inForce.digest) return raw
    const { digest, text, source } = inForce
    let parsed = this.#parsed.get(rangeId)
    if (parsed?.digest !== digest) {
      parsed = { digest, read: this.#parts.parse({ text, file: source, rangeId }) }
      this.#parsed.set(rangeId, parsed)
    }
    const read = await parsed.read
    return read.kind === 'ok' ? read : undefined
  }

  /** What can't be seen may be there. */
  #isNew(rangeId: string): Promise<boolean> {
    return this.#parts.isThere(rangeId).then(
      (isThere) => !isThere,
      () => false,
    )
  }

  /** With another commit in force, what was held back at the one before is looked at again. */
  #notice(head: CommitStamp | undefined): void {
    if (head === undefined || head.id === this.#head) return
    const isFirst = this.#head === undefined
    this.#head = head.id
    if (this.#parts.remembers) void this.#parts.waves?.begin(head)
    if (!isFirst) this.#held.tell()
  }
}
