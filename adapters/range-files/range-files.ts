import type { Clock } from '../../model/clock.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RangeFileRead, RangeFiles } from '../../model/ports.ts'
import { isReservedRangeId } from '../../model/range-id.ts'
import type { FileOrigin } from '../../model/revision.ts'
import type { RangeParser } from '../range-parser/range-parser.ts'
import { KeptReads } from './kept-reads.ts'
import { misnamed, reserved, rivalry } from './name-problems.ts'
import type { RangeSource, RangeView } from './range-source.ts'

/** Where range files are, and what they are read with. */
export interface RangeFilesParts {
  readonly source: RangeSource
  readonly clock: Pick<Clock, 'steady'>
  /** Let go of when the watch ends. */
  readonly parser: RangeParser
}

/**
 * The range files of one place, in both layouts. A file whose name is no range id is listed too, under an encoded
 * name, and reads as invalid; so does each of two files for one id, or for ids that differ only in case.
 */
export function watchRangeFiles({ source, clock, parser }: RangeFilesParts): RangeFiles {
  const reads = new KeptReads({ clock, parser })
  return {
    list: async () => {
      const found = await (await source.view()).found()
      const ids = new Set(found.map(({ id }) => id))
      reads.forgetAllBut(ids)
      return [...ids].sort()
    },
    read: async (rangeId) => await readRange(source, rangeId, reads),
    watch: async (onChange, signal) => {
      await source.watch(onChange, signal)
      signal.addEventListener('abort', () => void parser.end(), { once: true })
      if (signal.aborted) await parser.end()
    },
  }
}

async function readRange(source: RangeSource, rangeId: string, reads: KeptReads): Promise<RangeFileRead> {
  const view = await source.view()
  const read = await readIn(view, rangeId, reads)
  // The commit of the same view: what a later one says is none of this one's.
  return read.kind === 'held' ? read : { ...read, origin: withCommit(read.origin, view, rangeId) }
}

const withCommit = (origin: FileOrigin | undefined, view: RangeView, rangeId: string): FileOrigin => ({
  digest: origin?.digest,
  text: origin?.text,
  head: view.head,
  changedBy: view.changedBy?.(rangeId),
})

async function readIn(view: RangeView, rangeId: string, reads: KeptReads): Promise<RangeFileRead> {
  // Ids that differ only in case would share a tag, and a file on some systems; so they are looked for together.
  const family = await view.found(rangeId)
  const [own, ...more] = family.filter(({ id }) => id === rangeId)
  if (own === undefined) return { kind: 'absent' }
  if (own.misnamed) return invalid(misnamed(own))
  if (isReservedRangeId(rangeId)) return invalid(reserved(own))
  if (family.length > 1) return invalid(...[own, ...more].map((file) => rivalry(file, family)))
  return await reads.read(own, (path, seen) => view.read(path, seen))
}

const invalid = (...diagnostics: readonly Diagnostic[]): RangeFileRead => ({ kind: 'invalid', diagnostics })
