import type { CommitSnapshot } from '../../../model/commit-snapshot.ts'
import type { RangeRepository } from '../../../model/git-ports.ts'
import { GitTrouble } from '../../../model/git-trouble.ts'
import { textOf } from '../range-text.ts'
import { RANGES, type RangeId } from '../steps.ts'
import { filesIn, type Forge, type ForgeCommit, idOf } from './forge.ts'

/** What such a repository has on disk. */
export interface FetchedDisk {
  /** The commit that is kept, with all its objects; undefined when nothing is. */
  kept: string | undefined
  aside: string | undefined
}

/**
 * What `rangeRepository` does, without a process: histories that run by hundreds have no time for git. Those that are lived with git
 * hold the one against the other.
 */
export const imitatedRepository = (forge: Forge, disk: FetchedDisk): RangeRepository => ({
  remoteHead: async () => await Promise.resolve(forge.branch),
  bring: async (head, accepted) => {
    const commit = await Promise.resolve(forge.of(head))
    const follows = accepted !== undefined && forge.descends(head, accepted)
    return {
      commit,
      descent:
        accepted === undefined
          ? { kind: 'first' }
          : follows
            ? { kind: 'follows', since: forge.since(head, accepted) }
            : { kind: 'other' },
      files:
        commit.content.isMoved || commit.content.files.size === 0
          ? { kind: 'noFolder' }
          : { kind: 'files', snapshot: snapshotOf(commit) },
    }
  },
  named: async (names) => {
    const commit = await Promise.resolve(forge.branch)
    return commit === undefined
      ? []
      : names.filter((name) => name === 'refs/heads/main').map((name) => ({ name, commit }))
  },
  meeting: async (head, other) => {
    const commit = await Promise.resolve(forge.base(head, other))
    return commit === undefined ? { kind: 'none' } : { kind: 'base', commit, since: forge.since(head, other) }
  },
  changes: async (accepted, head) => {
    const since = await Promise.resolve(forge.since(head.commit.id, accepted.commit.id))
    const textIn = ({ content }: ForgeCommit, range: RangeId): string => {
      const file = filesIn(content).get(range)
      return file === undefined ? '' : textOf(file)
    }
    const changes = RANGES.flatMap((rangeId) => {
      // The head is first: the latest that has another text than those it comes from.
      const commit = since
        .map((id) => forge.of(id))
        .find((each) => each.parents.every((parent) => textIn(forge.of(parent), rangeId) !== textIn(each, rangeId)))
      return commit === undefined ? [] : [{ rangeId, commit }]
    })
    return { changes, commits: since.length }
  },
  verdicts: async (ids) =>
    await Promise.resolve(
      ids.map((id) => {
        const commit = forge.of(id)
        return {
          commit,
          result: commit.isSigned
            ? { kind: 'good' as const, signer: commit.author, key: 'SHA256:a' }
            : { kind: 'unsigned' as const, key: undefined, detail: undefined },
        }
      }),
    ),
  read: async (id) => {
    if ((await Promise.resolve(disk.kept)) !== id && disk.aside !== id)
      throw new GitTrouble('RepositoryDamaged', `commit ${id} can't be read from what was fetched; it is fetched anew`)
    return snapshotOf(forge.of(id))
  },
  keep: async (commit) => {
    await Promise.resolve()
    disk.kept = commit
    disk.aside = undefined
  },
  startAnew: async () => {
    await Promise.resolve()
    disk.aside = disk.kept ?? disk.aside
    disk.kept = undefined
  },
  goBack: async () => {
    await Promise.resolve()
    if (disk.kept !== undefined || disk.aside === undefined) return false
    disk.kept = disk.aside
    disk.aside = undefined
    return true
  },
})

function snapshotOf(commit: ForgeCommit): CommitSnapshot {
  const files = [...filesIn(commit.content)].map(([id, file]) => ({
    id,
    path: `ranges/${id}.yml`,
    misnamed: false,
    look: idOf(textOf(file)),
    content: { kind: 'bytes' as const, bytes: Buffer.from(textOf(file)) },
  }))
  return { commit, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) }
}
