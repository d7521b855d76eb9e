import type { Logger } from '../../model/ports.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'
import { causeInWords, unreadRemedy } from '../error-code.ts'
import { findRangeFiles } from './find-range-files.ts'
import type { RangeSource, RangeView } from './range-source.ts'
import { readUnlessSeen } from './read-safely.ts'
import { watchRanges } from './watch-ranges.ts'

/** A folder as it is whenever it is looked at. @param logger told what keeps it from being watched */
export function folderSource(folder: string, logger: Logger): RangeSource {
  const view: RangeView = {
    found: async (onlyId) => {
      try {
        return await findRangeFiles(folder, onlyId)
      } catch (error) {
        const finding = `range files: the folder ${printable(folder)} can't be read: ${causeInWords(error)}`
        throw new UserError(
          `${finding}; ${unreadRemedy(error, "set lanista.ranges to another, such as Ludus' own /opt/ludus/ranges")}`,
          error,
        )
      }
    },
    read: (path, seen) => readUnlessSeen(folder, path, seen),
  }
  return {
    view: () => Promise.resolve(view),
    watch: (onChange, signal) => watchRanges(folder, onChange, logger, signal),
  }
}
