import { setImmediate } from 'node:timers/promises'
import type { Commit, CommitSnapshot, RangeChange } from '../../model/commit-snapshot.ts'
import type { ChangesSince } from '../../model/git-ports.ts'
import { whoChanged } from './who-changed.ts'
import { changedIds, looksOfFiles } from '../range-files/range-looks.ts'
import { CommitTrees, tooMuch, type TreeBounds } from './commit-trees.ts'
import { descentOf } from './fetch-head.ts'
import type { OwnGit } from './own-git.ts'
import { familyLooks } from './range-places.ts'

/** What is held in memory of these bytes is twenty times as large. 1000 commits, each with 150 files beside each other, are 6 MiB. */
const BOUNDS: TreeBounds = { trees: 10_000, bytes: 8 * 1_048_576 }
/** Steps from one of the commits to another; each range is looked for along all of them. A merge of two is two steps. */
const MOST_STEPS = 5000
/** It is no commit's business to be waited for longer, whatever it says. In milliseconds. */
const PATIENCE_MS = 60_000

/**
 * Which commits changed range files between two that were read. What it costs depends on the commits in between, and only where range
 * files differ; nothing is looked at of more than a thousand of them. Throws `GitTrouble` when the server does not give what it takes.
 *
 * @param path the folder of range files; empty: the top
 */
export async function changesSince(
  git: OwnGit,
  path: string,
  { accepted, head }: { readonly accepted: CommitSnapshot; readonly head: CommitSnapshot },
  caller: AbortSignal,
  bounds: TreeBounds = BOUNDS,
): Promise<ChangesSince> {
  const ids = changedIds(looksOfFiles(accepted.files), looksOfFiles(head.files))
  const [parent, ...others] = head.commit.parents
  const isNext = parent === accepted.commit.id && others.length === 0
  if (isNext || ids.length === 0)
    return { changes: ids.map((rangeId) => ({ rangeId, commit: head.commit })), commits: isNext ? 1 : undefined }
  const signal = AbortSignal.any([caller, AbortSignal.timeout(PATIENCE_MS)])
  const descent = await descentOf(git, head.commit, accepted.commit.id, true, signal)
  if (descent.kind !== 'follows' || descent.since === undefined) return { changes: [], commits: undefined }
  const trees = new CommitTrees(git, path, bounds, signal)
  const commits = await trees.commits(descent.since)
  if (commits.reduce((sum, { parents }) => sum + parents.length, 0) > MOST_STEPS) throw tooMuch()
  const fresh = new Map(commits.map((commit) => [commit.id, commit]))
  const behind = new Set(commits.flatMap(({ parents }) => parents).filter((id) => !fresh.has(id)))
  behind.delete(accepted.commit.id)
  const known = new Map([
    [accepted.commit.id, familyLooks(accepted.files)],
    [head.commit.id, familyLooks(head.files)],
  ])
  const unread = [...commits, ...(await trees.commits([...behind]))].filter(({ id }) => !known.has(id))
  const looks = new Map([...(await trees.looks(unread, new Set(ids.map((id) => id.toLowerCase())))), ...known])
  const history = {
    head: head.commit.id,
    parents: new Map([...fresh].map(([id, { parents }]) => [id, parents] as const)),
  }
  const changes: RangeChange[] = []
  for (const rangeId of ids) {
    // Nobody else waits for the walks of all of them.
    await setImmediate()
    signal.throwIfAborted()
    const family = rangeId.toLowerCase()
    const commit: Commit | undefined = fresh.get(whoChanged(history, (id) => looks.get(id)?.get(family)) ?? '')
    if (commit !== undefined) changes.push({ rangeId, commit })
  }
  return { changes, commits: commits.length }
}
