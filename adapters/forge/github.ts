import type { ForgeState } from '../../model/forge.ts'
import { descriptionOf, type ForgeDialect } from './dialect.ts'

/** So long may a description be, in characters; a longer one is a validation error. */
const DESCRIPTION = 140

/** It knows no state of what has been overtaken. */
const STATES: Readonly<Record<ForgeState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failure',
  superseded: 'pending',
}

/** GitHub, and GitHub Enterprise: REST API, "Create a commit status". */
export const github: ForgeDialect = {
  path: (repository, commit) => `/repos/${repository}/statuses/${commit}`,
  headers: (token) => ({
    Authorization: `Bearer ${token}`,
    Accept: 'application/vnd.github+json',
    'X-GitHub-Api-Version': '2022-11-28',
  }),
  body: (status) => ({
    state: STATES[status.state],
    context: status.context,
    description: descriptionOf(status, DESCRIPTION),
  }),
  isSaidAlready: () => false,
  right:
    'a fine-grained token needs the repository permission "Commit statuses" (read and write), a classic one the scope repo:status',
}
