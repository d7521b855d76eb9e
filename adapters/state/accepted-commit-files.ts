import { join } from 'node:path'
import { z } from 'zod'
import type {
  AcceptedCommit,
  AcceptedCommitStore,
  CommitApprovalStore,
  WaitingCommit,
} from '../../model/accepted-commit.ts'
import { privateJsonFile } from './private-json-file.ts'

const commitId = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)

const acceptedCommit: z.ZodType<AcceptedCommit> = z.object({
  source: z.string(),
  commit: commitId,
  files: z.int().min(0),
  noFolder: z.boolean().optional(),
  trusted: z.boolean(),
  acceptedAt: z.string(),
  line: z.array(commitId),
})

const waitingCommit: z.ZodType<WaitingCommit> = z.object({ commit: commitId, why: z.string() })
const answer: z.ZodType<{ readonly commit: string }> = z.object({ commit: commitId })

/** The commit in force, `<stateDir>/git-accepted.json`. One that can't be understood is not taken for none. */
export function acceptedCommitFile(stateDir: string): AcceptedCommitStore {
  const file = privateJsonFile(join(stateDir, 'git-accepted.json'), acceptedCommit)
  return { read: () => file.readStrictly(), write: (accepted) => file.write(accepted) }
}

/**
 * The question and the answer about a commit, each with one writer: whether it goes in force (`<stateDir>/git-approval.json`,
 * `git-approved.json`), or whether its waves go on (`git-wave-approval.json`, `git-wave-approved.json`). Who may write there may
 * approve.
 */
export function commitApprovalFiles(stateDir: string, about: 'force' | 'waves' = 'force'): CommitApprovalStore {
  const prefix = about === 'force' ? 'git' : 'git-wave'
  const question = privateJsonFile(join(stateDir, `${prefix}-approval.json`), waitingCommit)
  const approved = privateJsonFile(join(stateDir, `${prefix}-approved.json`), answer)
  let asked: string | undefined
  return {
    asked: () => question.read(),
    ask: async (waiting) => {
      const text = JSON.stringify(waiting)
      if (text === asked && (await question.read()) !== undefined) return
      await question.write(waiting)
      asked = text
    },
    approved: async () => (await approved.read())?.commit,
    approve: (commit) => approved.write({ commit }),
    takeBack: async () => {
      asked = undefined
      await question.clear()
    },
    clear: async () => {
      asked = undefined
      await approved.clear()
      await question.clear()
    },
  }
}
