import { shortId } from '../../model/commit-snapshot.ts'
import { diagnosticLine, unquotedDiagnostic } from '../../model/diagnostic.ts'
import type { RangeFileRead } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import type { RangeSpec } from '../../model/range-spec.ts'
import { bySomebody, type CommitStamp, removerIn, type RevisionRecord } from '../../model/revision.ts'
import type { FollowedFiles } from '../revisions/followed-files.ts'

/** What is acted on of a range's file. */
export interface RangeContent {
  readonly rangeId: string
  /** Undefined where nothing valid is. */
  readonly spec: RangeSpec | undefined
  readonly text: string | undefined
  /** The file's name. */
  readonly source: string | undefined
  /** What brought it, as far as is known. */
  readonly commit: CommitStamp | undefined
  /** An earlier commit may have brought it. */
  readonly orEarlier: boolean
  /** What the file says now, where that is something else: a sentence. */
  readonly newer: string | undefined
}

/** What is known besides of files that are followed. */
export interface FollowedBesides {
  /** Why newer contents are not acted on, by range, as a running Lanista told last. */
  readonly held: ReadonlyMap<string, string>
}

/** Of every range that has a file, or of whose file something is remembered, what is acted on; in order of id. */
export async function rangeContents(
  { files, store, parse }: Pick<FollowedFiles, 'files' | 'store' | 'parse'>,
  besides: FollowedBesides,
): Promise<readonly RangeContent[]> {
  const records = new Map((await store.read()).map((record) => [record.rangeId, record]))
  const ids = new Set([...(await files.list()), ...records.keys()])
  const contents = [...ids].sort().map(async (rangeId) => {
    const raw = await files.read(rangeId)
    const record = records.get(rangeId)
    const kept = record?.inForce?.kind === 'file' ? record.inForce : undefined
    if (kept === undefined || digestOf(raw) === kept.digest) return ofFile(rangeId, raw, record)
    const parsed = await parse({ text: kept.text, file: kept.source, rangeId })
    return {
      rangeId,
      spec: parsed.kind === 'ok' ? parsed.spec : undefined,
      text: kept.text,
      source: kept.source,
      commit: kept.commit,
      orEarlier: kept.orEarlier === true,
      newer: newerText(raw, besides.held.get(rangeId), record),
    }
  })
  return Promise.all(contents)
}

const digestOf = (raw: RangeFileRead): string | undefined =>
  raw.kind === 'ok' || raw.kind === 'invalid' ? raw.origin?.digest : undefined

/** Of a file whose content is acted on as it is, or would be. */
function ofFile(rangeId: string, raw: RangeFileRead, record: RevisionRecord | undefined): RangeContent {
  const origin = raw.kind === 'ok' || raw.kind === 'invalid' ? raw.origin : undefined
  const remembered = record?.seen.digest === origin?.digest ? record?.seen : undefined
  const isValid = raw.kind === 'ok'
  return {
    rangeId,
    spec: isValid ? raw.spec : undefined,
    text: isValid ? origin?.text : undefined,
    source: isValid ? raw.spec.source : raw.kind === 'invalid' ? raw.diagnostics[0]?.file : undefined,
    commit: origin?.changedBy ?? remembered?.commit ?? origin?.head,
    // The commit in force has it, whichever brought it.
    orEarlier:
      origin?.changedBy === undefined &&
      (remembered === undefined ? origin?.head !== undefined : remembered.orEarlier === true),
    newer: isValid ? undefined : newerText(raw, undefined, record),
  }
}

function newerText(
  raw: RangeFileRead,
  held: string | undefined,
  record: RevisionRecord | undefined,
): string | undefined {
  switch (raw.kind) {
    case 'absent': {
      const by = removerIn(record)
      return by === undefined ? 'the file is gone' : `the file was removed by commit ${bySomebody(by)}`
    }
    case 'invalid': {
      const [first] = raw.diagnostics
      return `what the file says now${broughtText(raw.origin)} is not valid: ${first === undefined ? '' : diagnosticLine(unquotedDiagnostic(first))}`
    }
    case 'ok':
    case 'held': {
      const by = raw.kind === 'ok' ? broughtText(raw.origin) : ''
      return `the file says something else now${by}, which is not acted on${held === undefined ? ' yet' : `: ${printable(held, 1000)}`}`
    }
  }
}

const broughtText = (
  origin: { readonly changedBy: CommitStamp | undefined; readonly head: CommitStamp | undefined } | undefined,
): string => {
  const commit = origin?.changedBy ?? origin?.head
  return commit === undefined ? '' : ` (commit ${shortId(commit.id)} by ${commit.author}: ${commit.subject})`
}
