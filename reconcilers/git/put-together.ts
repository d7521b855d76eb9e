import type { CommitFile, CommitSnapshot } from '../../model/commit-snapshot.ts'

/** Files of two commits put together, and the paths that both have changed, each otherwise. */
export interface PutTogether {
  readonly snapshot: CommitSnapshot
  readonly both: readonly string[]
}

/**
 * The range files that a merge of two commits would have, file by file: what only one has changed since the commit that both come from
 * is as that one has it. What both have changed in another way, a merge would have to bring together line by line; here it is as
 * the proposed one has it, and is told. In order of path.
 */
export function putTogether(base: CommitSnapshot, inForce: CommitSnapshot, proposed: CommitSnapshot): PutTogether {
  const [was, is, would] = [base, inForce, proposed].map(({ files }) => new Map(files.map((file) => [file.path, file])))
  const both: string[] = []
  const choose = (path: string): CommitFile | undefined => {
    const [before, here, there] = [was?.get(path), is?.get(path), would?.get(path)]
    if (there?.look === before?.look) return here
    if (here?.look !== before?.look && here?.look !== there?.look) both.push(path)
    return there
  }
  const paths = [...new Set([...(is?.keys() ?? []), ...(would?.keys() ?? [])])].sort()
  const files = paths.flatMap((path) => choose(path) ?? [])
  return { snapshot: { commit: proposed.commit, files }, both }
}
