import { join } from 'node:path'
import { z } from 'zod'
import type { ApprovalStore } from '../../model/ports.ts'
import type { WaitingSet } from '../../model/prune.ts'
import { privateJsonFile } from './private-json-file.ts'
import { fileRemoval } from './removal-schema.ts'

const waitingSet: z.ZodType<WaitingSet> = z.object({
  why: z.array(z.string()),
  ranges: z.array(
    z.object({
      id: z.string(),
      removal: fileRemoval.optional(),
      vms: z.array(z.object({ vmid: z.number(), name: z.string(), node: z.string() })),
    }),
  ),
})

/**
 * The question and the answer of an approval, `<stateDir>/approval.json` and `<stateDir>/approved.json`: each has one
 * writer, so neither overwrites the other's word. Who may write there may approve.
 */
export function approvalFiles(stateDir: string): ApprovalStore {
  const question = privateJsonFile(join(stateDir, 'approval.json'), waitingSet)
  const answer = privateJsonFile(join(stateDir, 'approved.json'), waitingSet)
  return {
    asked: () => question.read(),
    ask: (waiting) => question.write(waiting),
    approved: () => answer.read(),
    approve: (waiting) => answer.write(waiting),
    forgetAnswer: () => answer.clear(),
    clear: async () => {
      await answer.clear()
      await question.clear()
    },
  }
}
