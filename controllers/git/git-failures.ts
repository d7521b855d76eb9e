import type { AcceptedCommit, AcceptedCommitStore } from '../../model/accepted-commit.ts'
import { type GitFinding, GitTrouble } from '../../model/git-trouble.ts'
import { printable } from '../../model/printable.ts'
import type { SourceNames } from '../../reconcilers/git/git-words.ts'

const BROKEN =
  'git takes objects of it for broken or harmful; look at the repository with git fsck, and mend what it names'

/** What is remembered of the commit in force. Throws `GitTrouble`. */
export async function readStrictly(store: AcceptedCommitStore): Promise<AcceptedCommit | undefined> {
  try {
    return await store.read()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new GitTrouble(
      'StateUnwritable',
      `${why}, so it is not known which commit is in force; let the user that lanista runs as read it, or remove it, and the newest commit is taken as the first`,
      error,
    )
  }
}

/** What is written to the state directory. Throws `GitTrouble`. */
export async function written(writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new GitTrouble(
      'StateUnwritable',
      `lanista.state_dir: it can't be written: ${printable(why, 300)}; let the user that lanista runs as write there, and make room`,
      error,
    )
  }
}

/**
 * What can't be mended by a person at the server is a bug or a full disk here.
 *
 * @param head the commit that it failed for, as far as is known
 */
export function findingOf(error: unknown, { source }: SourceNames, head?: string): GitFinding {
  if (error instanceof GitTrouble) {
    const { reason, message } = error
    const isOfHead = reason === 'ObjectsRefused' && head !== undefined
    return { reason, message, ...(isOfHead ? { refused: { commit: head, why: BROKEN } } : {}) }
  }
  const why = error instanceof Error ? error.message : String(error)
  return {
    reason: 'FetchFailed',
    message: `${source}: it could not be looked at: ${printable(why, 300)}; it is tried again`,
  }
}
