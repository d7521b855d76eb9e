import { shortId } from '../../model/commit-snapshot.ts'
import type { FileRemoval } from '../../model/file-removal.ts'
import { bySomebody } from '../../model/revision.ts'

/** That a range's file is gone, and who removed it, as far as it is known: a sentence without its end. */
export function fileGone(removal: FileRemoval | undefined): string {
  if (removal === undefined) return 'its file is gone'
  const { by, after, upTo, commits, rewritten } = removal
  if (by !== undefined) return `its file was removed by commit ${bySomebody(by)}`
  if (rewritten)
    return `its file is not in commit ${bySomebody(upTo)}, which does not follow from ${shortId(after)}, where it was`
  const which = commits === undefined ? 'one of the commits' : `one of the ${commits} commits`
  return `its file was removed by ${which} since ${shortId(after)}, the last of them ${bySomebody(upTo)}`
}

/** Why a removal is more than one commit may do by itself; undefined when it is not. @param budget so many ranges may go */
export function overBudget(removal: FileRemoval | undefined, budget: number): string | undefined {
  if (removal === undefined || removal.ranges <= budget) return undefined
  const { by, after, upTo, ranges, commits } = removal
  const what =
    by !== undefined && commits === 1
      ? `commit ${bySomebody(by)}`
      : `what came with commit ${bySomebody(upTo)} after ${shortId(after)}`
  return `${what} removed the files of ${ranges} ranges; lanista.prune.budget is ${budget}`
}
