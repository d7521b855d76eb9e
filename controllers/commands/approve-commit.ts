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

/** Where people are asked about commits: whether one goes in force, and whether the waves of the one in force go on. */
export interface CommitQuestions {
  readonly force: CommitApprovalStore
  readonly waves: CommitApprovalStore
}

/** What is asked, and what is said to an answer. */
const WORDS = {
  force: {
    question: (id: string) => `Type yes to put ${id} in force: `,
    no: 'not approved; the commit before stays in force',
    yes: 'approved; it goes in force with the next look at the repository, unless the branch has moved on by then',
  },
  waves: {
    question: (id: string) => `Type yes to let all waves of ${id} go on: `,
    no: 'not approved; its later waves go on waiting',
    yes: 'approved; its later waves go on with the next look at their ranges, unless another commit is in force by then',
  },
} as const

/**
 * `lanista approve --commit`: approves that exactly this commit goes in force, although it does not descend from the one that is, or
 * has no range files any more; or, where it is in force, that its later waves go on although an earlier one is not Ready. The
 * controller takes it with its next look; where that shows another commit by then, nothing comes of it.
 *
 * @returns the exit status: 0 when it is approved, 1 when not
 */
export async function approveCommit(
  commit: string,
  questions: CommitQuestions,
  { yes, print, ask }: Conversation,
): Promise<number> {
  if (!/^[0-9a-f]{7,64}$/.test(commit))
    throw new UserError(
      `approve: --commit ${printable(commit)} is no id of a commit; give seven of its digits at least, as the finding names it`,
    )
  const asked = { force: await questions.force.asked(), waves: await questions.waves.asked() }
  const about =
    asked.force?.commit.startsWith(commit) !== true && asked.waves?.commit.startsWith(commit) ? 'waves' : 'force'
  const waiting = asked[about] ?? asked.waves
  if (waiting === undefined) {
    print('no commit waits for approval')
    return 1
  }
  print(waiting.why)
  const id = shortId(waiting.commit)
  if (!waiting.commit.startsWith(commit)) {
    print(`it is ${id} that waits, not ${commit}; not approved`)
    return 1
  }
  if (!yes && ask === undefined)
    throw new UserError('approve: there is no terminal to ask on; read the above, then run it with --yes')
  const words = WORDS[about]
  const answer = yes ? 'yes' : await ask?.(words.question(id))
  if (answer?.trim() !== 'yes') {
    print(words.no)
    return 1
  }
  await questions[about].approve(waiting.commit)
  print(words.yes)
  return 0
}
