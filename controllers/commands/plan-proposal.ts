import type { PruneSettings } from '../../model/prune.ts'
import type { ProposalReport } from '../../model/plan/plan-report.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { namesIn } from '../../model/range-spec.ts'
import type { ClusterSnapshot } from '../../model/snapshot.ts'
import { type LeavingFile, leavingRanges } from '../../reconcilers/removal/leaving-ranges.ts'
import type { ProposedFiles } from './composition.ts'

/** The ranges whose files a proposed commit removes, with what those named. @param before the files in force */
export async function leavingFilesOf(
  { proposed: { inForce, files } }: ProposedFiles,
  before: Pick<RangeFiles, 'read'>,
): Promise<readonly LeavingFile[]> {
  const stay = new Set(files.files.map(({ id }) => id))
  const gone = (inForce?.files ?? []).filter(({ id, misnamed }) => !misnamed && !stay.has(id)).map(({ id }) => id)
  return await Promise.all(
    [...new Set(gone)].map(async (rangeId) => {
      const read = await before.read(rangeId)
      const spec = read.kind === 'ok' ? read.spec : read.kind === 'held' ? read.inForce?.spec : undefined
      return { rangeId, names: spec && namesIn(spec) }
    }),
  )
}

/** A proposed commit, and what becomes of the ranges whose files it removes. */
export function proposalOf(
  { proposed, isRemembered }: ProposedFiles,
  leaving: readonly LeavingFile[],
  snapshot: ClusterSnapshot,
  prune: PruneSettings,
): ProposalReport {
  const { commit, inForce, standing, refusal } = proposed
  return {
    commit,
    standing,
    refusal,
    against: inForce?.commit,
    isRemembered,
    leaving: leavingRanges(leaving, snapshot, { ...prune, isDoubtful: refusal?.approvable === true }),
  }
}
