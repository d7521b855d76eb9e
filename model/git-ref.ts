import { isBranchName } from './repository-url.ts'

/** Which commit of a repository is meant. */
export type GitRef =
  | { readonly kind: 'commit'; readonly id: string }
  /** By names that the server knows, in full: where several are there it is not known which is meant. */
  | { readonly kind: 'names'; readonly names: readonly string[] }

/** A commit that a person named, or why nothing can be meant by that. */
export type GitRefRead =
  | { readonly kind: 'ref'; readonly ref: GitRef }
  | { readonly kind: 'unusable'; readonly finding: string; readonly remedy: string }

/** What to give, whatever was given. */
const REMEDY = 'give a branch, a tag, a full ref such as refs/pull/12/head, or all 40 digits of a commit'

/**
 * Reads what a person names a commit by: a branch or a tag, a ref in full (`refs/pull/12/head`, `refs/merge-requests/3/head`), or a
 * commit's id in full. Nothing else is let through to git, for which `-` begins an option, `:` makes a refspec, and `*` stands for
 * others; what only a clone knows (`HEAD`, `HEAD~1`, a part of an id) is nothing that can be asked of a server.
 */
export function readGitRef(text: string): GitRefRead {
  const unusable = (finding: string, remedy = REMEDY): GitRefRead => ({ kind: 'unusable', finding, remedy })
  if (text === '') return unusable('it is empty')
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text))
    return { kind: 'ref', ref: { kind: 'commit', id: text.toLowerCase() } }
  if (/^(?:HEAD|@)(?:$|[~^@])/.test(text))
    return unusable('what is checked out is not asked for: the commit is fetched from the server of lanista.git.url')
  if (text.startsWith('refs/'))
    return isBranchName(text.slice('refs/'.length)) && text.split('/').length > 2
      ? { kind: 'ref', ref: { kind: 'names', names: [text] } }
      : unusable('it is no name of a ref')
  if (!isBranchName(text)) return unusable('it is no name of a branch or tag')
  return { kind: 'ref', ref: { kind: 'names', names: [`refs/heads/${text}`, `refs/tags/${text}`] } }
}
