import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { isSuspended, type RangeSpec } from '../../model/range-spec.ts'

/** What the folder holds, as a run would take it. */
export interface FolderRead {
  /** Of all files, whatever is wrong with them. */
  readonly ids: readonly string[]
  /** Valid and not suspended, whatever their `state`. */
  readonly awake: readonly RangeSpec[]
  readonly suspended: readonly RangeSpec[]
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
    warnings: reads.flatMap((read) => (read.kind === 'ok' ? read.warnings : [])),
    diagnostics: reads.flatMap((read) => (read.kind === 'invalid' ? read.diagnostics : [])),
  }
}
