import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Commit } from '../../model/commit-snapshot.ts'
import type { Descent } from '../../model/git-ports.ts'
import { GitTrouble } from '../../model/git-trouble.ts'
import { errorCode } from '../error-code.ts'
import { repositoryIn } from './git-environment.ts'
import type { OwnGit } from './own-git.ts'

export const HEAD = 'refs/lanista/head'
export const FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--recurse-submodules=no',
  '--no-auto-maintenance',
]

/** What is asked for by its id is sent whatever else is here. */
const AS_ASKED = ['-c', 'fetch.negotiationAlgorithm=noop']

/** Of so many ancestors, one step after the other, the head's commits alone are asked for; with the last it ends. */
export const DEPTHS = [64, 1024, 16_384] as const
/** Of no more new commits each one's signature is looked at. */
export const MOST_SINCE = 1000

/** The head alone, with its folders and none of its files: what that costs does not depend on the history before it. */
export async function fetchHead(git: OwnGit, head: string, signal: AbortSignal): Promise<void> {
  await git.withServer(
    'fetch',
    [...FETCH, '--filter=blob:none', '--depth=1', '--', 'origin', `+${head}:${HEAD}`],
    {},
    signal,
  )
}

/** Files by the ids of their objects, all in one go. */
export async function fetchFiles(git: OwnGit, ids: readonly string[], signal: AbortSignal): Promise<void> {
  const input = ids.map((id) => `${id}\n`).join('')
  await git.withServer('fetch', [...AS_ASKED, ...FETCH, '--filter=blob:none', '--stdin', 'origin'], { input }, signal)
}

/** Trees by their ids, without what is in them. */
export async function fetchTrees(git: OwnGit, ids: readonly string[], signal: AbortSignal): Promise<void> {
  const input = ids.map((id) => `${id}\n`).join('')
  await git.withServer('fetch', [...AS_ASKED, ...FETCH, '--filter=tree:0', '--stdin', 'origin'], { input }, signal)
}

/**
 * How a head that was fetched stands to the commit in force. Where its parents do not tell, more of its history is fetched, in steps,
 * and of that the commits alone: as much as is new since, rounded up, and never all of a history that is another.
 *
 * @param all whether each commit since then is asked for
 */
export async function descentOf(
  git: OwnGit,
  head: Commit,
  accepted: string | undefined,
  all: boolean,
  signal: AbortSignal,
): Promise<Descent> {
  if (accepted === undefined) return { kind: 'first' }
  if (head.id === accepted) return { kind: 'follows', since: [] }
  if (head.parents.length === 1 && head.parents[0] === accepted) return { kind: 'follows', since: [head.id] }
  if (!all && head.parents.includes(accepted)) return { kind: 'follows', since: undefined }
  // What an earlier question has brought is not asked for again.
  for (const depth of [undefined, ...DEPTHS]) {
    if (depth !== undefined)
      await git.withServer(
        'fetch',
        [...FETCH, '--filter=tree:0', `--depth=${depth}`, '--', 'origin', `+${head.id}:${HEAD}`],
        {},
        signal,
      )
    const ancestors = new Set(await commitsOf(git, [head.id], signal))
    const cut = await cutCommits(git)
    if (ancestors.has(accepted)) {
      if (!all) return { kind: 'follows', since: undefined }
      const since = await commitsOf(git, [head.id, `^${accepted}`], signal)
      // Behind where the history is cut off there may be more.
      if (since.every((id) => !cut.has(id)))
        return { kind: 'follows', since: since.length > MOST_SINCE ? undefined : since }
    } else if ([...ancestors].every((id) => !cut.has(id))) return { kind: 'other' }
  }
  return { kind: 'tooFar', looked: DEPTHS[2] }
}

/** Ids of the commits that `git rev-list` names. */
export async function commitsOf(
  git: OwnGit,
  range: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const output = await git.own(['rev-list', ...range, '--'], {}, signal)
  return output
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
}

/** The commits whose parents were not fetched. */
export async function cutCommits(git: OwnGit): Promise<ReadonlySet<string>> {
  try {
    const text = await readFile(join(repositoryIn(git.home), 'shallow'), 'latin1')
    return new Set(text.split('\n'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Set()
    throw new GitTrouble('RepositoryDamaged', "what was fetched can't be read; it is fetched anew", error)
  }
}
