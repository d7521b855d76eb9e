import type { AcceptedCommit } from '../../model/accepted-commit.ts'
import type { FileRemovals, FolderProvenance } from '../../model/ports.ts'

/** Tells range files of a repository from those of another, as a folder is told from another, by what was accepted. */
export const commitProvenance = (
  { source, origin, branch }: { readonly source: string; readonly origin: string; readonly branch: string },
  accepted: () => AcceptedCommit | undefined,
  removals?: FileRemovals,
): FolderProvenance => ({
  identity: () => {
    const head = accepted()?.commit
    if (head === undefined) return Promise.reject(new Error('no commit is in force'))
    return Promise.resolve({ place: placeOf(source), born: undefined, git: { kind: 'known', branch, origin, head } })
  },
  follows: (commit, ancestor) => {
    // Each was accepted because it has the one before among its ancestors, or because a person said so, which begins a new line.
    const line = accepted()?.line ?? []
    const [from, to] = [line.indexOf(ancestor), line.indexOf(commit)]
    return Promise.resolve(from !== -1 && from <= to)
  },
  ...(removals === undefined ? {} : { removals }),
})

/** As the identity of a folder calls the place that commits are of. */
export const placeOf = (source: string): string => `git:${source}`
