import type { Clock } from '../../model/clock.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Logger, RangeFileRead, RangeFiles } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords, unreadRemedy } from '../error-code.ts'
import type { RangeParser } from '../range-parser/range-parser.ts'
import { findRangeFiles, type FoundFile } from './find-range-files.ts'
import { KeptReads } from './kept-reads.ts'
import { isReservedRangeId } from '../../model/range-id.ts'
import { misnamed, reserved, rivalry } from './name-problems.ts'
import { readUnlessSeen } from './read-safely.ts'
import { watchRanges } from './watch-ranges.ts'

/** The folder of range files, where to say that watching it fails, and what its files are read with. */
export interface RangeFolder {
  readonly folder: string
  readonly logger: Logger
  readonly clock: Pick<Clock, 'steady'>
  /** Let go of when the watch ends. */
  readonly parser: RangeParser
}

/**
 * The range files of one folder, in both layouts. A file whose name is no range id is listed too, under an encoded
 * name, and reads as invalid; so does each of two files for one id, or for ids that differ only in case.
 */
export function watchRangeFiles({ folder, logger, clock, parser }: RangeFolder): RangeFiles {
  const reads = new KeptReads({ clock, readText: (path, seen) => readUnlessSeen(folder, path, seen), parser })
  return {
    list: async () => {
      const ids = new Set((await found(folder)).map(({ id }) => id))
      reads.forgetAllBut(ids)
      return [...ids].sort()
    },
    read: async (rangeId) => await readRange(folder, rangeId, reads),
    watch: async (onChange, signal) => {
      await watchRanges(folder, onChange, logger, signal)
      signal.addEventListener('abort', () => void parser.end(), { once: true })
      if (signal.aborted) await parser.end()
    },
  }
}

async function found(folder: string, onlyId?: string): Promise<readonly FoundFile[]> {
  try {
    return await findRangeFiles(folder, onlyId)
  } catch (error) {
    const finding = `range files: the folder ${printable(folder)} can't be read: ${causeInWords(error)}`
    throw new UserError(
      `${finding}; ${unreadRemedy(error, "set lanista.ranges to another, such as Ludus' own /opt/ludus/ranges")}`,
      error,
    )
  }
}

async function readRange(folder: string, rangeId: string, reads: KeptReads): Promise<RangeFileRead> {
  // Ids that differ only in case would share a tag, and a file on some systems; so they are looked for together.
  const family = await found(folder, rangeId)
  const [own, ...more] = family.filter(({ id }) => id === rangeId)
  if (own === undefined) return { kind: 'absent' }
  if (own.misnamed) return invalid(misnamed(own))
  if (isReservedRangeId(rangeId)) return invalid(reserved(own))
  if (family.length > 1) return invalid(...[own, ...more].map((file) => rivalry(file, family)))
  return await reads.read(own)
}

const invalid = (...diagnostics: readonly Diagnostic[]): RangeFileRead => ({ kind: 'invalid', diagnostics })
