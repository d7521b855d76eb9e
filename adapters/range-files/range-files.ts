import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Logger, RangeFileRead, RangeFiles } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { parseRange } from '../parse-range.ts'
import { causeInWords } from '../error-code.ts'
import { findRangeFiles, type FoundFile } from './find-range-files.ts'
import { aboutFile, misnamed, rivalry } from './name-problems.ts'
import { readSafely } from './read-safely.ts'
import { watchRanges } from './watch-ranges.ts'

/** The folder of range files, and where to say that watching it fails. */
export interface RangeFolder {
  readonly folder: string
  readonly logger: Logger
}

/**
 * The range files of one folder, in both layouts. A file whose name is no range id is listed too, under an encoded
 * name, and reads as invalid; so does each of two files for one id, or for ids that differ only in case.
 */
export const watchRangeFiles = ({ folder, logger }: RangeFolder): RangeFiles => ({
  list: async () => [...new Set((await found(folder)).map(({ id }) => id))].sort(),
  read: async (rangeId) => await readRange(folder, rangeId),
  watch: async (onChange, signal) => await watchRanges(folder, onChange, logger, signal),
})

async function found(folder: string, onlyId?: string): Promise<readonly FoundFile[]> {
  try {
    return await findRangeFiles(folder, onlyId)
  } catch (error) {
    const finding = `range files: the folder ${printable(folder)} can't be read: ${causeInWords(error)}`
    throw new UserError(`${finding}; create it and let lanista read it, or set lanista.ranges`, error)
  }
}

async function readRange(folder: string, rangeId: string): Promise<RangeFileRead> {
  // Ids that differ only in case would share a tag, and a file on some systems; so they are looked for together.
  const family = await found(folder, rangeId)
  const [own, ...more] = family.filter(({ id }) => id === rangeId)
  if (own === undefined) return { kind: 'absent' }
  if (own.misnamed) return invalid(misnamed(own))
  if (family.length > 1) return invalid(...[own, ...more].map((file) => rivalry(file, family)))

  const read = await readSafely(folder, own.path)
  if (read.kind === 'absent') return read
  if (read.kind === 'refused') return invalid(aboutFile(own.path, read.finding, read.remedy))
  return parseRange({ text: read.text, file: printable(own.path, 4096), rangeId })
}

const invalid = (...diagnostics: readonly Diagnostic[]): RangeFileRead => ({ kind: 'invalid', diagnostics })
