import type { RangeFileRead, ReadFile } from '../../model/ports.ts'
import {
  type FileOrigin,
  GONE,
  type HeldRevision,
  type RangeRevisions,
  type Revision,
  type RevisionRecord,
} from '../../model/revision.ts'

/** A range's file that is there, valid or not. */
export type PresentRead = Extract<RangeFileRead, { readonly kind: 'ok' | 'invalid' }>

/** Stands for what a file says. What can't be read has no text, and is told apart by what is wrong with it. */
export const digestOf = (raw: PresentRead): string =>
  raw.origin?.digest ?? JSON.stringify(raw.kind === 'invalid' ? raw.diagnostics : [])

/** What is remembered of a range once its file was seen. The same value, when that says what it said. */
export function withSeen(record: RevisionRecord | undefined, rangeId: string, raw: PresentRead): RevisionRecord {
  const digest = digestOf(raw)
  if (record?.seen.digest === digest) return record
  const seen: Revision = { digest, ...broughtBy(raw.origin) }
  return record === undefined
    ? { rangeId, seen, inForce: undefined, reached: undefined }
    : { ...record, seen, inForce: sameContent(record.inForce, seen), reached: stillReached(record, seen) }
}

/** The same once what was seen is in force. */
export function withAdmitted(record: RevisionRecord, { spec, origin }: ReadFile): RevisionRecord {
  const { seen } = record
  if (record.inForce?.digest === seen.digest) return record
  return {
    ...record,
    inForce: { kind: 'file', ...seen, source: spec.source, text: origin?.text ?? '', wave: spec.wave },
    // A content that comes back after another was acted on is reached once more, or not.
    reached: record.reached?.digest === seen.digest ? undefined : record.reached,
  }
}

/** The same once a commit has no file of the range. @param isActedOn whether what was in force is let go of for that */
export function withAbsence(
  record: RevisionRecord,
  origin: FileOrigin | undefined,
  isActedOn: boolean,
): RevisionRecord {
  const isLetGo = isActedOn && record.inForce?.kind === 'file'
  if (record.seen.digest === GONE && !isLetGo) return record
  const seen: Revision = record.seen.digest === GONE ? record.seen : { digest: GONE, ...broughtBy(origin) }
  return { ...record, seen, ...(isLetGo ? { inForce: undefined, reached: undefined } : {}) }
}

/** The same once the range goes for lack of its file. */
export function withGoing(record: RevisionRecord | undefined, rangeId: string): RevisionRecord {
  if (record?.inForce?.kind === 'gone') return record
  const seen: Revision = record?.seen.digest === GONE ? record.seen : { digest: GONE, commit: undefined }
  return { rangeId, reached: undefined, ...record, seen, inForce: { kind: 'gone', ...revisionOf(seen) } }
}

/** Without what else is kept of a content. */
export const revisionOf = ({ digest, commit, orEarlier }: Revision): Revision => ({
  digest,
  commit,
  ...(orEarlier === undefined ? {} : { orEarlier }),
})

/** What is told of it. */
export const revisionsOf = (
  { seen, inForce, reached }: RevisionRecord,
  held: HeldRevision | undefined,
): RangeRevisions => ({ seen, actedOn: inForce === undefined ? undefined : revisionOf(inForce), reached, held })

/** The same content that a later commit brings again is that commit's. */
const sameContent = <T extends Revision>(content: T | undefined, seen: Revision): T | undefined =>
  content?.digest === seen.digest ? { ...content, commit: seen.commit, orEarlier: seen.orEarlier } : content

/** What a range has left since does not come to be another commit's. */
const stillReached = ({ inForce, reached }: RevisionRecord, seen: Revision): Revision | undefined =>
  inForce?.digest === reached?.digest ? sameContent(reached, seen) : reached

const broughtBy = (origin: FileOrigin | undefined): Omit<Revision, 'digest'> => {
  if (origin?.changedBy !== undefined) return { commit: origin.changedBy }
  return origin?.head === undefined ? { commit: undefined } : { commit: origin.head, orEarlier: true }
}
