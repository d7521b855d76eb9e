import { parseRange } from '../../adapters/parse-range.ts'
import { watchRangeFiles } from '../../adapters/range-files/range-files.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { quiet } from './quiet.ts'

/** The range files of a folder, parsed in this thread; for tests that don't look at how they are read. */
export const rangeFilesIn = (folder: string): RangeFiles =>
  watchRangeFiles({ folder, logger: quiet, clock: systemClock, parse: async (range) => parseRange(range) })
