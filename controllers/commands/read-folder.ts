import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import { isSuspended, type RangeSpec } from '../../model/range-spec.ts'

/** What the folder holds, as a run would take it. */
export interface FolderRead {
  /** Of all files, whatever is wrong with them. */
  readonly ids: readonly string[]
  /** Valid and not suspended, whatever their `state`. */
  readonly awake: readonly RangeSpec[]
  readonly suspended: readonly RangeSpec[]
  /** Why ranges without a valid file that is followed are left alone, as a person has it: one sentence each. */
  readonly leftAlone: readonly string[]
  /** Nothing is written to these now, as a newer content of their file, or all, is held back: as they were last acted on. */
  readonly kept: readonly RangeSpec[]
  /** Why a content of a file is not acted on, one sentence each. */
  readonly held: readonly string[]
  readonly warnings: readonly Diagnostic[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads every range file of the folder. Throws when the folder itself can't be read. */
export async function readFolder(files: RangeFiles, now: number): Promise<FolderRead> {
  const ids = await files.list()
  const reads = await Promise.all(ids.map((id) => files.read(id)))
  const all = reads.flatMap((read) => (read.kind === 'ok' ? [read.spec] : []))
  return {
    ids,
    awake: all.filter((spec) => !isSuspended(spec, now)),
    suspended: all.filter((spec) => isSuspended(spec, now)),
    leftAlone: reads.flatMap((read) => (read.leftAlone === undefined ? [] : [read.leftAlone.message])),
    warnings: reads.flatMap((read) => (read.kind === 'ok' ? read.warnings : [])),
    kept: reads.flatMap((read) => (read.kind === 'held' && read.inForce !== undefined ? [read.inForce.spec] : [])),
    held: reads.flatMap(heldBack),
    diagnostics: reads.flatMap(problemsOf),
  }
}

const problemsOf = (read: RangeFileRead): readonly Diagnostic[] => {
  if (read.kind === 'invalid') return read.diagnostics
  return read.kind === 'absent' ? [] : (read.problem ?? [])
}

/** Of what is broken its diagnostics tell. */
const heldBack = (read: RangeFileRead): readonly string[] => {
  if (read.kind !== 'ok' && read.kind !== 'held') return []
  const held = read.revisions?.held
  return held === undefined || held.reason === 'Invalid' ? [] : [held.message]
}
