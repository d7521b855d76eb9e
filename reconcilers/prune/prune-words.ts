import type { Finding } from '../../model/condition.ts'
import { durationText } from '../../model/duration.ts'

/** Why a range goes without anybody's approval: a part of a sentence. */
export const whyItGoes = (grace: number): string => `its file has been gone for ${durationText(grace)} (lanista.prune)`

/** What becomes of a range whose file has been gone since a moment, in epoch milliseconds. */
export function goesLater(
  rangeId: string,
  { since, grace }: { readonly since: number; readonly grace: number },
): Finding {
  const at = new Date(since + grace).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z')
  return {
    reason: 'PruneLater',
    message: `range ${rangeId}: its file is gone; the range goes when that has been so for ${durationText(grace)} (lanista.prune), about ${at}; put the file back to keep it`,
  }
}

/** That a range goes only when a person approves. @param again the last approval was for another set */
export function waitsForApproval(rangeId: string, why: readonly string[], again: boolean): Finding {
  const void_ = again ? 'the approval was for other ranges or VMs than wait now; ' : ''
  return {
    reason: 'PruneWaits',
    message: `range ${rangeId}: its file is gone, and it goes only when somebody approves: ${void_}${why.join('; ')}; run lanista approve, or put the file back to keep it`,
  }
}
