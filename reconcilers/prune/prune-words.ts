import type { Finding } from '../../model/condition.ts'
import { durationText } from '../../model/duration.ts'
import type { FileRemoval } from '../../model/file-removal.ts'
import { fileGone } from './removal-words.ts'

/** Why a range goes without anybody's approval: a part of a sentence. */
export const whyItGoes = (grace: number, removal?: FileRemoval): string =>
  removal === undefined
    ? `its file has been gone for ${durationText(grace)} (lanista.prune)`
    : `${fileGone(removal)}, and has been gone for ${durationText(grace)} (lanista.prune)`

/** What becomes of a range whose file has been gone since a moment, in epoch milliseconds. */
export function goesLater(
  rangeId: string,
  {
    since,
    grace,
    removal,
  }: { readonly since: number; readonly grace: number; readonly removal?: FileRemoval | undefined },
): Finding {
  const at = new Date(since + grace).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z')
  return {
    reason: 'PruneLater',
    message: `range ${rangeId}: ${fileGone(removal)}; the range goes when that has been so for ${durationText(grace)} (lanista.prune), about ${at}; put the file back to keep it`,
  }
}

/** An approval that does not count, as it is of another set. `removals`: of the same ranges and VMs, by other commits. */
export type Mistake = 'ranges' | 'removals'

/** What the last approval was for. */
export const approvalWas = (mistake: Mistake): string =>
  mistake === 'ranges'
    ? 'the approval was for other ranges or VMs than wait now'
    : 'the approval was for the same ranges as other commits removed their files'

/** Why a range goes only when a person approves. */
interface Waiting {
  readonly why: readonly string[]
  /** What was wrong with the last approval; undefined when nothing was, or there was none. */
  readonly mistake: Mistake | undefined
  readonly removal?: FileRemoval | undefined
}

/** That a range goes only when a person approves. */
export function waitsForApproval(rangeId: string, { why, mistake, removal }: Waiting): Finding {
  const void_ = mistake === undefined ? '' : `${approvalWas(mistake)}; `
  return {
    reason: 'PruneWaits',
    message: `range ${rangeId}: ${fileGone(removal)}, and it goes only when somebody approves: ${void_}${why.join('; ')}; run lanista approve, or put the file back to keep it`,
  }
}
