import type { CommitApprovalStore } from '../../model/accepted-commit.ts'
import { shortId } from '../../model/commit-snapshot.ts'
import { printable } from '../../model/printable.ts'
import { UserError } from '../../model/user-error.ts'

interface Conversation {
  /** Don't ask. */
  readonly yes: boolean
  readonly print: (line: string) => void
  /** Undefined where there is nobody to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined
}

/**
 * `lanista approve --commit`: approves that exactly this commit goes in force, although it does not descend from the one that is, or
 * has no range files any more. The controller takes it with its next look at the server; where that shows another by then, nothing
 * comes of it.
 *
 * @returns the exit status: 0 when it is approved, 1 when not
 */
export async function approveCommit(
  commit: string,
  approvals: CommitApprovalStore,
  { yes, print, ask }: Conversation,
): Promise<number> {
  if (!/^[0-9a-f]{7,64}$/.test(commit))
    throw new UserError(
      `approve: --commit ${printable(commit)} is no id of a commit; give seven of its digits at least, as the finding names it`,
    )
  const waiting = await approvals.asked()
  if (waiting === undefined) {
    print('no commit waits for approval')
    return 1
  }
  print(waiting.why)
  if (!waiting.commit.startsWith(commit)) {
    print(`it is ${shortId(waiting.commit)} that waits, not ${commit}; not approved`)
    return 1
  }
  if (!yes && ask === undefined)
    throw new UserError('approve: there is no terminal to ask on; read the above, then run it with --yes')
  const answer = yes ? 'yes' : await ask?.(`Type yes to put ${shortId(waiting.commit)} in force: `)
  if (answer?.trim() !== 'yes') {
    print('not approved; the commit before stays in force')
    return 1
  }
  await approvals.approve(waiting.commit)
  print('approved; it goes in force with the next look at the repository, unless the branch has moved on by then')
  return 0
}
