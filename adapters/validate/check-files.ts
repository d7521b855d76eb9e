import { availableParallelism } from 'node:os'
import type { CheckedFile, FileChecker } from '../../model/checked-file.ts'
import type { Clock } from '../../model/clock.ts'
import { ParseThreads } from '../range-parser/parse-threads.ts'
import { BalancedParser, type RangeParser } from '../range-parser/range-parser.ts'
import { checkFile } from './check-file.ts'
import { locateFindings } from './locate-findings.ts'
import { type NamedFile, namedFiles } from './named-files.ts'

/** Checks range files of this machine: a few as a running controller reads them, many in a thread for each processor. */
export const fileChecker = (clock: Pick<Clock, 'sleep'>): FileChecker => ({
  check: async (paths) => {
    const files = await namedFiles(paths)
    const parser = files.length < WORTH_THREADS ? new BalancedParser(clock) : new ParseThreads(threadsHere(), clock)
    try {
      return await checkAll(files, parser)
    } finally {
      await parser.end()
    }
  },
  locate: locateFindings,
})

/** A thread takes about a quarter of a second until it has loaded the parser: the time of some sixty files. */
const WORTH_THREADS = 60
const MOST_THREADS = 8

const threadsHere = (): number => Math.min(MOST_THREADS, availableParallelism())

/** So that each thread finds its next text read when it has parsed one; and a thousand texts need not be in memory. */
const READ_AHEAD = 4 * MOST_THREADS

/** In the order of the files, whichever is read and parsed first. */
async function checkAll(
  files: readonly NamedFile[],
  parser: Pick<RangeParser, 'parse'>,
): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = []
  const waiting = files.entries()
  const checkNext = async (): Promise<void> => {
    for (const [index, file] of waiting) checked[index] = await checkFile(file, parser)
  }
  await Promise.all(Array.from({ length: Math.min(READ_AHEAD, files.length) }, checkNext))
  return checked
}
