import { isRangeId } from '../../model/range-id.ts'
import type { RangeFiles } from '../../model/ports.ts'
import { readInForce } from '../../model/read-in-force.ts'
import { proposedHolds, type ProposedRange } from '../../reconcilers/revision/proposed-holds.ts'
import type { ProposedFiles } from './composition.ts'
import type { FolderRead } from './read-folder.ts'

/**
 * What would hold changes of a proposed commit back, one sentence each.
 *
 * @param folder the files of the commit
 * @param before the files in force
 */
export async function holdsOnProposal(
  { proposed: { inForce, files } }: ProposedFiles,
  { ids, awake, suspended }: Pick<FolderRead, 'ids' | 'awake' | 'suspended'>,
  before: Pick<RangeFiles, 'read'>,
  hasFreeze: boolean,
): Promise<readonly string[]> {
  const good = new Set([...awake, ...suspended].map(({ id }) => id))
  const broken = await Promise.all(
    ids
      // A file whose name gives no range id is no range's, and its problem says so.
      .filter((id) => !good.has(id) && isRangeId(id))
      .map(async (rangeId): Promise<ProposedRange> => {
        const last = readInForce(await before.read(rangeId))
        return { rangeId, wave: last?.spec.wave ?? 0, broken: last === undefined ? 'new' : 'kept' }
      }),
  )
  const sound = awake.map(({ id, wave }): ProposedRange => ({ rangeId: id, wave, broken: undefined }))
  const ranges = [...sound, ...broken].sort((a, b) => (a.rangeId < b.rangeId ? -1 : 1))
  return proposedHolds({ inForce, files, ranges, hasFreeze })
}
