import type { DocumentDiagnostic, PlanDocument } from '../../model/plan/plan-document.ts'
import { printable } from '../../model/printable.ts'
import { workflowCommand } from '../terminal/workflow-command.ts'

/** What ends up in an annotation at most. */
const LONGEST = 2000

/**
 * A plan as GitHub's workflow commands, a line each, which become annotations of the files and of the run; then the count. No foreign text
 * stands but in a command's own text or properties, where it can't be another command.
 */
export function planGithub({
  problems,
  warnings,
  ranges,
  removed,
  inTheWay,
  approvals,
  counts,
}: PlanDocument): readonly string[] {
  return [
    ...problems.map((each) => ofFile('error', each)),
    ...inTheWay.map((each) => workflowCommand('error', {}, shown(each))),
    ...ranges.flatMap(({ file, inTheWay: its }) =>
      its.map((each) => workflowCommand('error', placeIn(file), shown(each))),
    ),
    ...approvals.map(({ why }) => workflowCommand('warning', { title: 'A person must approve' }, shown(why))),
    ...removed
      .filter(({ fate }) => fate !== 'approval')
      .map(({ range, why }) => workflowCommand('warning', {}, shown(`range ${range}: its file is removed: ${why}`))),
    ...warnings.map((each) => ofFile('warning', each)),
    `lanista plan: ${counted(counts.ranges, 'range')}, ${counted(counts.changes, 'change')}, ${counts.inTheWay} in the way`,
  ]
}

const ofFile = (level: 'error' | 'warning', { file, line, column, finding, remedy }: DocumentDiagnostic): string =>
  workflowCommand(
    level,
    { file: printable(file, 4096), line: line ?? 1, col: column ?? undefined },
    shown(`${finding}${remedy === '' ? '' : `; ${remedy}`}`),
  )

const placeIn = (file: string | null): { readonly file?: string; readonly line?: number } =>
  file === null ? {} : { file: printable(file, 4096), line: 1 }

const shown = (text: string): string => printable(text, LONGEST)
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
