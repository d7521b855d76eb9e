import { folderSource } from '../../adapters/range-files/folder-source.ts'
import { readOfText } from '../../adapters/range-files/kept-reads.ts'
import { watchRangeFiles } from '../../adapters/range-files/range-files.ts'
import type { RangeSource } from '../../adapters/range-files/range-source.ts'
import { BalancedParser, type RangeParser } from '../../adapters/range-parser/range-parser.ts'
import { parseRange } from '../../adapters/parse-range.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import type { FollowedFiles } from '../../controllers/revisions/followed-files.ts'
import type { CommitApprovalStore, WaitingCommit } from '../../model/accepted-commit.ts'
import type { RangeFiles } from '../../model/ports.ts'
import type { RevisionRecord, RevisionStore } from '../../model/revision.ts'
import { quiet } from './quiet.ts'

/** Range files with what is remembered of them in memory. */
export const followedFiles = (files: RangeFiles, more: Partial<FollowedFiles> = {}): FollowedFiles => ({
  files,
  parse: (text) => Promise.resolve(readOfText(parseRange(text), text.file)),
  store: memoryRevisions(),
  areCommits: false,
  releases: memoryCommitApprovals(),
  ...more,
})

/** Those of a source, with files of this world whatever time it is in the cluster's. */
export const followedSource = (
  source: RangeSource,
  more: Partial<FollowedFiles> = {},
  parser: RangeParser = new BalancedParser(systemClock),
): FollowedFiles => followedFiles(watchRangeFiles({ source, clock: systemClock, parser }), more)

/** Those of a folder. */
export const followedFolder = (folder: string, parser?: RangeParser): FollowedFiles =>
  followedSource(folderSource(folder, quiet), {}, parser)

/** Keeps records as a disk does: what was written is a value of its own. */
export function memoryRevisions(): RevisionStore & { readonly records: ReadonlyMap<string, RevisionRecord> } {
  const records = new Map<string, RevisionRecord>()
  return {
    records,
    read: () => Promise.resolve([...records.values()].map((record) => structuredClone(record))),
    write: async (record) => {
      await Promise.resolve()
      records.set(record.rangeId, structuredClone(record))
    },
    remove: async (rangeId) => {
      await Promise.resolve()
      records.delete(rangeId)
    },
  }
}

/** Asks and answers about a commit in memory. */
export function memoryCommitApprovals(): CommitApprovalStore {
  let [asked, approved]: [WaitingCommit | undefined, string | undefined] = [undefined, undefined]
  return {
    asked: () => Promise.resolve(asked),
    ask: async (waiting) => {
      await Promise.resolve()
      asked = waiting
    },
    approved: () => Promise.resolve(approved),
    approve: async (commit) => {
      await Promise.resolve()
      approved = commit
    },
    takeBack: async () => {
      await Promise.resolve()
      asked = undefined
    },
    clear: async () => {
      await Promise.resolve()
      asked = undefined
      approved = undefined
    },
  }
}
