import type { CommitApprovalStore } from '../../model/accepted-commit.ts'
import type { Clock } from '../../model/clock.ts'
import { type Freeze, freezeOn as freezeNow } from '../../model/freeze/freeze-on.ts'
import type { FreezeWindow } from '../../model/freeze/freeze-window.ts'
import type { Logger, RangeFileRead, RangeFiles } from '../../model/ports.ts'
import type { RevisionStore } from '../../model/revision.ts'
import { FilesInForce, type FilesInForceParts } from './files-in-force.ts'
import { RevisionRecords } from './revision-records.ts'
import { Waves } from './waves.ts'

/** Range files as they are now, and where is kept what of them is acted on. */
export interface FollowedFiles {
  readonly files: RangeFiles
  readonly parse: FilesInForceParts['parse']
  readonly store: RevisionStore
  /** Whether they are commits of a repository. */
  readonly areCommits: boolean
  /** Where a person lets the waves of a commit go on. */
  readonly releases: CommitApprovalStore
}

interface Surroundings {
  /** `lanista.freeze`; asked for anew with each read. */
  readonly freeze: () => readonly FreezeWindow[]
  /** Whether a person has ordered a range to be destroyed, and its file has not overtaken that, or has it left alone. */
  readonly isLeft: (rangeId: string, file: RangeFileRead) => Promise<boolean>
  /** Whether the cluster has something of a range. Rejects when that can't be seen. */
  readonly isThere: (rangeId: string) => Promise<boolean>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly logger: Logger
}

const NOBODY_ASKS = { ask: () => Promise.resolve(), takeBack: () => Promise.resolve(), clear: () => Promise.resolve() }

/** Range files as they are acted on. @param remembers whether this is who acts on them; who only looks writes nothing */
export function openFilesInForce(
  { files, parse, store, areCommits, releases }: FollowedFiles,
  { freeze, isLeft, isThere, clock, logger }: Surroundings,
  remembers: boolean,
): FilesInForce {
  const now = (): number => clock.now()
  const records = new RevisionRecords(store, () => remembers && (areCommits || freeze().length > 0), clock, logger)
  const waves = areCommits
    ? new Waves({
        files,
        recordOf: (rangeId) => records.of(rangeId),
        isLeft,
        releases: remembers ? releases : { ...NOBODY_ASKS, approved: () => releases.approved() },
        now,
      })
    : undefined
  const freezeOn = (rangeId: string): Freeze | undefined => freezeNow(freeze(), rangeId, now())
  return new FilesInForce({ files, records, parse, freezeOn, isThere, waves, keepsLastGood: areCommits, remembers })
}
