import type { ForgeState } from '../../model/forge.ts'
import { descriptionOf, type ForgeDialect } from './dialect.ts'

/** Longer ones are taken, and shown nowhere whole. In characters. */
const DESCRIPTION = 255

/** It has no state of what has been overtaken: its `warning` and `error` both tell of trouble. */
const STATES: Readonly<Record<ForgeState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failure',
  superseded: 'pending',
}

/** Gitea and Forgejo: API v1, "Create a commit status". */
export const gitea: ForgeDialect = {
  path: (repository, commit) => `/repos/${repository}/statuses/${commit}`,
  headers: (token) => ({ Authorization: `token ${token}` }),
  body: (status) => ({
    state: STATES[status.state],
    context: status.context,
    description: descriptionOf(status, DESCRIPTION),
  }),
  isSaidAlready: () => false,
  right: 'it needs the scope write:repository, of a user who may write to the repository',
}
