import type { Commit } from '../commit-snapshot.ts'
import { type Diagnostic, unquotedDiagnostic } from '../diagnostic.ts'
import { printable } from '../printable.ts'
import type { Action, RemovalAction } from './actions.ts'
import { changeOf } from './change-of.ts'
import type {
  CreatedVm,
  DocumentApproval,
  DocumentChange,
  DocumentCommit,
  DocumentDiagnostic,
  DocumentRange,
  PlanDocument,
} from './plan-document.ts'
import type { NodeAfter, PlanReport, ProposalReport } from './plan-report.ts'
import type { RangePlan } from './range-plan.ts'
import { blockedIn, ownActions, waitingIn } from './shown-range.ts'

/** A report as a document. The same report gives the same document, and its order is that of names. */
export function documentOf(report: PlanReport, result: PlanDocument['result']): PlanDocument {
  const { proposal } = report
  const all = rangesOf(report)
  const told = all.filter(isTold)
  const refusal = proposal?.refusal
  const inTheWay = [
    ...(refusal === undefined || refusal.approvable ? [] : [refusal.finding.message]),
    ...report.refused.filter(({ rangeId }) => rangeId === undefined).map(({ message }) => message),
  ]
  const changes =
    report.networkActions.length +
    report.removals.reduce((sum, { actions }) => sum + actions.length, 0) +
    report.plans.reduce((sum, plan) => sum + ownActions(plan).length, 0)
  return {
    kind: 'lanista-plan',
    version: 1,
    result,
    counts: {
      ranges: all.length,
      changes,
      inTheWay:
        inTheWay.length + report.diagnostics.length + told.reduce((sum, range) => sum + range.inTheWay.length, 0),
    },
    commit: proposal === undefined ? null : commitOf(proposal),
    approvals: proposal === undefined ? [] : approvalsOf(proposal),
    removed: (proposal?.leaving ?? []).map(({ rangeId, ...rest }) => ({ range: rangeId, ...rest })),
    ranges: told,
    unchanged: all.filter((range) => !isTold(range)).map(({ range }) => range),
    networks: report.networkActions.map(toChange),
    nodes: report.nodes,
    inTheWay,
    problems: report.diagnostics.map(diagnosticOf),
    warnings: report.warnings.map(diagnosticOf),
    remarks: [
      ...report.suspended,
      ...report.held,
      ...report.withoutFile,
      ...report.away,
      ...report.unknown,
      ...report.zoneFindings.map(({ message }) => message),
    ],
  }
}

/** In place of a plan that could not be made. @param why subject, finding, remedy */
export const failedDocument = (why: string): PlanDocument => ({
  kind: 'lanista-plan',
  version: 1,
  result: 'failed',
  counts: { ranges: 0, changes: 0, inTheWay: 1 },
  commit: null,
  approvals: [],
  removed: [],
  ranges: [],
  unchanged: [],
  networks: [],
  nodes: [],
  inTheWay: [why],
  problems: [],
  warnings: [],
  remarks: [],
})

/** Notes alone are no news: most of them are of the cluster, and the same for every range. */
const isTold = ({ changes, created, inTheWay, waits, unnamed }: DocumentRange): boolean =>
  changes.length + created.length + inTheWay.length + waits.length + unnamed.length > 0

/** One for each range that is planned, refused or to go, in order of id. */
function rangesOf({ plans, removals, refused, files, nodes }: PlanReport): readonly DocumentRange[] {
  const ids = new Set([
    ...plans.map(({ rangeId }) => rangeId),
    ...removals.map(({ rangeId }) => rangeId),
    ...refused.flatMap(({ rangeId }) => rangeId ?? []),
  ])
  return [...ids].sort().map((range): DocumentRange => {
    const plan = plans.find(({ rangeId }) => rangeId === range)
    const going = removals.filter(({ rangeId }) => rangeId === range).flatMap(({ actions }) => actions)
    const created = plan === undefined ? [] : createdIn(plan, nodes)
    const unnamed = plan?.unnamed ?? []
    const made = new Set(created.map(({ vm }) => vm))
    const changes = plan === undefined ? [] : ownActions(plan).filter((each) => !('vm' in each && made.has(each.vm)))
    return {
      range,
      number: plan?.number ?? null,
      file: files.get(range) ?? null,
      changes: [...changes, ...going].map(toChange),
      created,
      inTheWay: [
        ...refused.filter(({ rangeId }) => rangeId === range).map(({ message }) => message),
        ...(plan === undefined ? [] : blockedIn(plan)),
      ],
      waits: plan === undefined ? [] : waitingIn(plan),
      unnamed,
      notes: (plan?.notes ?? []).filter((note) => !unnamed.includes(note)),
    }
  })
}

function createdIn({ vms }: RangePlan, nodes: readonly NodeAfter[]): readonly CreatedVm[] {
  return vms.flatMap(({ spec, vmid, step, message }): readonly CreatedVm[] => {
    if (step.kind !== 'create') return []
    const left = nodes.find(({ node }) => node === step.to)?.freeMemoryBytes
    return [
      {
        vm: spec.name,
        vmid,
        node: step.to,
        template: spec.template,
        memoryBytes: spec.memoryMiB * 1_048_576,
        cores: spec.cpus,
        starts: step.power === 'on',
        why: message,
        fits: left === undefined || left >= 0,
        leftOnNodeBytes: left ?? null,
      },
    ]
  })
}

const toChange = (action: Action | RemovalAction): DocumentChange => ({ ...changeOf(action), why: action.reason })

function commitOf({ commit, against, isRemembered, standing, refusal }: ProposalReport): DocumentCommit {
  return {
    ...authored(commit),
    comparedWith:
      against === undefined ? null : { id: against.id, subject: authored(against).subject, inForce: isRemembered },
    standing: standing.kind,
    bothChanged: standing.kind === 'behind' ? standing.both : [],
    refused: refusal === undefined ? null : { ...refusal.finding, approvable: refusal.approvable },
  }
}

const authored = ({ id, author, subject }: Commit): Pick<DocumentCommit, 'id' | 'author' | 'subject'> => ({
  id,
  author: printable(author),
  subject: printable(subject, 200),
})

const approvalsOf = ({ refusal, leaving }: ProposalReport): readonly DocumentApproval[] => [
  ...(refusal?.approvable === true ? [{ of: 'commit', range: null, why: refusal.finding.message } as const] : []),
  ...leaving
    .filter(({ fate }) => fate === 'approval')
    .map(({ rangeId, why }) => ({ of: 'removal', range: rangeId, why: `range ${rangeId}: ${why}` }) as const),
]

function diagnosticOf(diagnostic: Diagnostic): DocumentDiagnostic {
  const { file, line = null, column = null, finding, remedy } = unquotedDiagnostic(diagnostic)
  return { file, line, column, finding, remedy }
}
