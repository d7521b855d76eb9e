import { availableParallelism } from 'node:os'
import type { CheckedFile, FileChecker } from '../../model/checked-file.ts'
import type { Clock } from '../../model/clock.ts'
import type { CommitSnapshot } from '../../model/commit-snapshot.ts'
import { viewOf } from '../range-files/commit-source.ts'
import { readSafely } from '../range-files/read-safely.ts'
import { ParseThreads } from '../range-parser/parse-threads.ts'
import { BalancedParser, type RangeParser } from '../range-parser/range-parser.ts'
import { checkFile, type ReadNamed } from './check-file.ts'
import { locateFindings } from './locate-findings.ts'
import { type NamedFile, namedFiles, namedFrom } from './named-files.ts'

/** Checks range files of this machine: a few as a running controller reads them, many in a thread for each processor. */
export const fileChecker = (clock: Pick<Clock, 'sleep'>): FileChecker =>
  checkerOf(namedFiles, ({ folder, path }) => readSafely(folder, path), clock)

/** Checks the range files of one commit, whatever paths are named. */
export const commitChecker = (snapshot: CommitSnapshot, clock: Pick<Clock, 'sleep'>): FileChecker => {
  const view = viewOf(snapshot)
  const files = namedFrom(snapshot.files, '/')
  const read: ReadNamed = async ({ path }) => {
    const text = await view.read(path, undefined)
    return text.kind === 'unchanged' ? { kind: 'absent' } : text
  }
  return checkerOf(() => Promise.resolve(files), read, clock)
}

const checkerOf = (
  nameFiles: (paths: readonly string[]) => Promise<readonly NamedFile[]>,
  readNamed: ReadNamed,
  clock: Pick<Clock, 'sleep'>,
): FileChecker => ({
  check: async (paths) => {
    const files = await nameFiles(paths)
    const parser = files.length < WORTH_THREADS ? new BalancedParser(clock) : new ParseThreads(threadsHere(), clock)
    try {
      return await checkAll(files, parser, readNamed)
    } finally {
      await parser.end()
    }
  },
  locate: (file, findings) => locateFindings(file, findings, readNamed),
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
  readNamed: ReadNamed,
): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = []
  const waiting = files.entries()
  const checkNext = async (): Promise<void> => {
    for (const [index, file] of waiting) checked[index] = await checkFile(file, parser, readNamed)
  }
  await Promise.all(Array.from({ length: Math.min(READ_AHEAD, files.length) }, checkNext))
  return checked
}
