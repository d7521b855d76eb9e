import type { Meeting } from '../../model/git-ports.ts'
import { commitsOf, cutCommits, DEPTHS, FETCH, HEAD, MOST_SINCE } from './fetch-head.ts'
import type { OwnGit } from './own-git.ts'

export const OTHER = 'refs/lanista/other'

/**
 * The commit that two come from, looked for in steps as `descentOf` does it, of both sides alike. Neither has to be fetched yet; what
 * is fetched are commits alone. Of several, as after crosswise merges, it is the one that git names first.
 */
export async function meetingOf(git: OwnGit, head: string, other: string, signal: AbortSignal): Promise<Meeting> {
  for (const depth of DEPTHS) {
    const refs = [`+${head}:${HEAD}`, `+${other}:${OTHER}`]
    const more = [...FETCH, '--filter=tree:0', `--depth=${depth}`, '--', 'origin', ...refs]
    await git.withServer('fetch', more, {}, signal)
    const cut = await cutCommits(git)
    // Its status is 1 where there is none, which is nothing that is broken.
    const end = await git.offline(['merge-base', head, other], {}, signal)
    const base =
      end.kind === 'ended' && end.status === 0 ? /^[0-9a-f]{40,64}/.exec(end.stdout.toString())?.[0] : undefined
    if (base !== undefined) {
      const since = await commitsOf(git, [head, `^${other}`], signal)
      const isKnown = since.length <= MOST_SINCE && since.every((id) => !cut.has(id))
      return { kind: 'base', commit: base, since: isKnown ? since : undefined }
    }
    const all = await commitsOf(git, [head, other], signal)
    if (all.every((id) => !cut.has(id))) return { kind: 'none' }
  }
  return { kind: 'none' }
}
