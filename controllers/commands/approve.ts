import type { WaitingSet } from '../../model/prune.ts'
import { UserError } from '../../model/user-error.ts'
import type { Composition } from './composition.ts'
import { approvalText } from '../terminal/approval-text.ts'
import { approveCommit } from './approve-commit.ts'

export interface ApproveOptions {
  readonly config: string
  /** Don't ask. */
  readonly yes: boolean
  /** A commit of range files, in full or by seven digits at least, in place of ranges. */
  readonly commit: string | undefined
}

/**
 * `lanista approve`: shows which ranges wait for approval because their files are gone, asks, and approves of exactly
 * these with exactly these VMs. The controller removes them; this command changes nothing in Proxmox.
 *
 * @param ask puts a question to a person; undefined where there is none to ask
 * @returns the exit status: 0 when it is approved, 1 when not
 */
export async function approveCommand(
  { config: configFile, yes, commit }: ApproveOptions,
  composition: Composition,
  print: (line: string) => void,
  ask: ((question: string) => Promise<string>) | undefined,
): Promise<number> {
  const config = await composition.loadConfig(configFile)
  const questions = {
    force: composition.commitApprovals(config, 'force'),
    waves: composition.commitApprovals(config, 'waves'),
  }
  if (commit !== undefined) return await approveCommit(commit, questions, { yes, print, ask })
  const approvals = composition.approvals(config)
  const waiting = await approvals.asked()
  if (waiting === undefined) {
    const commits = (await questions.force.asked()) ?? (await questions.waves.asked())
    print(
      commits === undefined
        ? 'nothing waits for approval'
        : `no range waits for approval, but a commit does: ${commits.why}`,
    )
    return 1
  }
  print(approvalText(waiting))
  if (!yes && ask === undefined)
    throw new UserError('approve: there is no terminal to ask on; look at the list above, then run it with --yes')
  if (!yes && !(await isConfirmed(waiting, ask))) {
    print('not approved; nothing goes')
    return 1
  }
  await approvals.approve(waiting)
  print('approved; they go with the next look at the folder, unless something of this changes before')
  return 0
}

async function isConfirmed(
  { ranges }: WaitingSet,
  ask: ((question: string) => Promise<string>) | undefined,
): Promise<boolean> {
  const answer = await ask?.(`Type how many ranges go (${ranges.length}) to approve: `)
  return answer?.trim() === String(ranges.length)
}
