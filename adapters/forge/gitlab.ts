import type { ForgeState } from '../../model/forge.ts'
import { descriptionOf, type ForgeDialect } from './dialect.ts'

/** So long may a description be, in characters. */
const DESCRIPTION = 255

const STATES: Readonly<Record<ForgeState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failed',
  superseded: 'canceled',
}

/** GitLab: "Commits API", "Set the pipeline status of a commit". */
export const gitlab: ForgeDialect = {
  path: (repository, commit) => `/projects/${encodeURIComponent(repository)}/statuses/${commit}`,
  headers: (token) => ({ 'PRIVATE-TOKEN': token }),
  body: (status, branch) => ({
    state: STATES[status.state],
    name: status.context,
    ref: branch,
    description: descriptionOf(status, DESCRIPTION),
  }),
  // A status that is pending can't be made pending, not even with another description; nor can one be canceled that nobody waits for.
  isSaidAlready: ({ status, message }, state) =>
    status === 400 &&
    (state === 'pending' || state === 'superseded') &&
    message.includes('Cannot transition status via'),
  right: 'it needs the scope api, and the role Developer, or Maintainer where the branch is protected',
}
