import { shortId } from '../../model/commit-snapshot.ts'
import type { FileRemoval } from '../../model/file-removal.ts'
import { printable } from '../../model/printable.ts'
import type { CommitStamp } from '../../model/revision.ts'

/** `1a2b3c4d5e6f by Ann <ann@example.org> (Remove JD)`. */
const commitBySomebody = ({ id, author, subject }: CommitStamp): string =>
  `${shortId(id)} by ${printable(author, 120) || 'nobody'}${subject === '' ? '' : ` (${printable(subject, 80)})`}`

/** That a range's file is gone, and who removed it, as far as it is known: a sentence without its end. */
export function fileGone(removal: FileRemoval | undefined): string {
  if (removal === undefined) return 'its file is gone'
  const { by, after, upTo, commits, rewritten } = removal
  if (by !== undefined) return `its file was removed by commit ${commitBySomebody(by)}`
  if (rewritten)
    return `its file is not in commit ${commitBySomebody(upTo)}, which does not follow from ${shortId(after)}, where it was`
  const which = commits === undefined ? 'one of the commits' : `one of the ${commits} commits`
  return `its file was removed by ${which} since ${shortId(after)}, the last of them ${commitBySomebody(upTo)}`
}

/** Why a removal is more than one commit may do by itself; undefined when it is not. @param budget so many ranges may go */
export function overBudget(removal: FileRemoval | undefined, budget: number): string | undefined {
  if (removal === undefined || removal.ranges <= budget) return undefined
  const { by, after, upTo, ranges, commits } = removal
  const what =
    by !== undefined && commits === 1
      ? `commit ${commitBySomebody(by)}`
      : `what came with commit ${commitBySomebody(upTo)} after ${shortId(after)}`
  return `${what} removed the files of ${ranges} ranges; lanista.prune.budget is ${budget}`
}
