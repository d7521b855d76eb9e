import { folderSource } from '../../adapters/range-files/folder-source.ts'
import { watchRangeFiles } from '../../adapters/range-files/range-files.ts'
import { BalancedParser } from '../../adapters/range-parser/range-parser.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { quiet } from './quiet.ts'

/** The range files of a folder, read as the product reads them. */
export const rangeFilesIn = (folder: string): RangeFiles =>
  watchRangeFiles({ source: folderSource(folder, quiet), clock: systemClock, parser: new BalancedParser(systemClock) })
