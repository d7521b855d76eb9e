import type { FolderIdentity, GitState, SeenFile } from '../../model/prune.ts'
import { printable } from '../../model/printable.ts'

/** The two commits whose descent decides, where everything else is the same; undefined when none does. */
export function descentToCheck(
  before: FolderIdentity | undefined,
  now: FolderIdentity,
): { readonly commit: string; readonly ancestor: string } | undefined {
  const [old, its] = [before?.git, now.git]
  if (old?.kind !== 'known' || its?.kind !== 'known' || old.head === its.head) return undefined
  return old.head === undefined || its.head === undefined ? undefined : { commit: its.head, ancestor: old.head }
}

/**
 * Why a file may have gone by an accident rather than by somebody's will, each as a sentence without its end.
 *
 * @param now the folder as it is
 * @param follows whether its commit has the one among its ancestors that was checked out when the file was last seen
 */
export function doubtsOf(file: SeenFile, now: FolderIdentity, follows: boolean): readonly string[] {
  const { rangeId, folder, emptied, unread } = file
  if (folder === undefined) return [`nobody watched the folder when the file of ${rangeId} went`]
  return [
    ...(emptied ? ['the folder had no valid range file at all'] : []),
    ...(unread ? [`the file of ${rangeId} went while the folder could not be read`] : []),
    ...(isReplaced(folder, now)
      ? ['the folder was replaced by another of the same name, as when it is unmounted or mounted over']
      : []),
    ...gitDoubts(folder.git, now.git, follows),
  ]
}

const isReplaced = (before: FolderIdentity, now: FolderIdentity): boolean =>
  before.place !== now.place || (before.born !== undefined && now.born !== undefined && before.born !== now.born)

function gitDoubts(before: GitState | undefined, now: GitState | undefined, follows: boolean): readonly string[] {
  if (before === undefined && now === undefined) return []
  if (now === undefined) return ['the folder was in a Git working tree and is in none']
  if (before === undefined) return ['the folder was in no Git working tree and is in one']
  const unknown = now.kind === 'untold' ? now : before.kind === 'untold' ? before : undefined
  if (unknown !== undefined)
    return [`git does not tell what the folder has checked out: ${printable(unknown.why, 300)}`]
  if (now.kind !== 'known' || before.kind !== 'known') return []
  return [
    ...(before.origin === now.origin ? [] : ['the origin of its Git repository changed']),
    ...(before.branch === now.branch ? [] : [`its Git branch was ${branchOf(before)} and is ${branchOf(now)}`]),
    ...(before.head === now.head || follows
      ? []
      : [
          `its Git revision ${short(now.head)} does not follow from ${short(before.head)}, as after a reset or a force-push`,
        ]),
  ]
}

const branchOf = ({ branch }: { readonly branch: string | undefined }): string =>
  branch === undefined ? 'none' : printable(branch, 100)
const short = (commit: string | undefined): string => (commit === undefined ? 'none' : printable(commit, 12))
