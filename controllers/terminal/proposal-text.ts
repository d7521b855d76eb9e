import { shortId } from '../../model/commit-snapshot.ts'
import type { LeavingRange, ProposalReport } from '../../model/plan/plan-report.ts'
import { printable } from '../../model/printable.ts'
import type { Paint } from './paint.ts'

/** Whose files a plan is of, what they remove, and what a person must approve: what stands in front of the plan itself. */
export function proposalText(proposal: ProposalReport, paint: Paint): readonly string[] {
  const { commit, against, isRemembered, standing, refusal, leaving } = proposal
  const compared =
    against === undefined
      ? 'the first one'
      : `against ${shortId(against.id)} (${printable(against.subject, 80)}), ${isRemembered ? 'which is in force' : 'the newest commit of the branch'}`
  const behind =
    standing.kind === 'behind'
      ? [
          '  it does not have all of that commit behind it: shown is what there would be once the two are merged',
          ...standing.both.map(
            (path) =>
              `  ${printable(path, 4096)} was changed in both; it is shown as this commit has it, and the merge may have it otherwise`,
          ),
        ]
      : []
  const refused = refusal === undefined || refusal.approvable ? [] : [paint('red', `! ${refusal.finding.message}`), '']
  const approvals = [
    ...(refusal?.approvable === true ? [refusal.finding.message] : []),
    ...leaving.filter(({ fate }) => fate === 'approval').map(({ rangeId, why }) => `range ${rangeId}: ${why}`),
  ]
  return [
    paint('bold', `commit ${shortId(commit.id)} (${printable(commit.subject, 80)}), ${compared}`),
    ...behind,
    '',
    ...refused,
    ...(approvals.length === 0
      ? []
      : [paint('bold', 'what a person must approve'), ...approvals.map((text) => paint('red', `  ! ${text}`)), '']),
    ...leaving.flatMap((range) => leavingLines(range, paint)),
  ]
}

function leavingLines({ rangeId, vms, networks, pool, why, inTheWay }: LeavingRange, paint: Paint): readonly string[] {
  const things = [
    ...vms.map(({ name, vmid, node }) => `vm ${printable(name)} on ${node} (VMID ${vmid})`),
    ...networks,
    ...(pool ? [`pool ${rangeId}`] : []),
  ]
  return [
    `${paint('bold', `range ${rangeId}: its file is removed`)}; ${why}`,
    ...things.map((thing) => paint('red', `  - ${thing}`)),
    ...inTheWay.map((text) => paint('yellow', `  ! it would stay even then: ${text}`)),
    '',
  ]
}
