import type { CheckedFile } from '../../model/checked-file.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { Paint, Style } from './paint.ts'
import { blankLike } from './text-width.ts'

/**
 * What was found in files, for people: each with its place first, as terminals and editors can jump to it, then the line with a
 * caret under the place, then what to do.
 */
export function diagnosticText(files: readonly CheckedFile[], paint: Paint): readonly string[] {
  const troubled = files.filter(({ problems, warnings }) => problems.length + warnings.length > 0)
  const groups = troubled.flatMap(({ path, problems, warnings }) => [
    ...linesOf(path, problems, 'problem', paint),
    ...linesOf(path, warnings, 'warning', paint),
    '',
  ])
  return [...groups, paint(problemsIn(files) > 0 ? 'red' : 'green', summaryText(files))]
}

const STYLES: Readonly<Record<Severity, Style>> = { problem: 'red', warning: 'yellow' }

type Severity = 'problem' | 'warning'

function linesOf(
  path: string,
  diagnostics: readonly Diagnostic[],
  severity: Severity,
  paint: Paint,
): readonly string[] {
  return diagnostics.flatMap((diagnostic, index) => {
    const { line, column, excerpt, ...said } = diagnostic
    const before = diagnostics[index - 1]
    // Several problems of one place, such as the keys that a VM lacks, share its excerpt.
    const isShown = before?.line === line && before?.column === column
    return diagnosticLines(
      path,
      isShown || excerpt === undefined ? { line, column, ...said } : diagnostic,
      severity,
      paint,
    )
  })
}

function diagnosticLines(
  path: string,
  { line, column, finding, remedy, excerpt }: Diagnostic,
  severity: Severity,
  paint: Paint,
): readonly string[] {
  const place = paint('bold', [printable(path, 4096), line, column].filter((part) => part !== undefined).join(':'))
  const said = severity === 'warning' ? `${paint('yellow', 'warning:')} ${finding}` : finding
  const gutter = ' '.repeat(String(line ?? '').length)
  const shown =
    excerpt === undefined
      ? []
      : [
          `    ${paint('dim', `${line} |`)} ${excerpt.text}`,
          `    ${paint('dim', `${gutter} |`)} ${blankLike(excerpt.text, excerpt.caret)}${paint(STYLES[severity], '^')}`,
        ]
  return [`${place}: ${said}`, ...shown, ...(remedy === '' ? [] : [`    ${paint('green', remedy)}`])]
}

const problemsIn = (files: readonly CheckedFile[]): number =>
  files.reduce((sum, { problems }) => sum + problems.length, 0)

/** `3 files, 2 problems`. */
export function summaryText(files: readonly CheckedFile[]): string {
  if (files.length === 0) return 'no range files found'
  const warnings = files.reduce((sum, file) => sum + file.warnings.length, 0)
  const parts = [counted(files.length, 'file'), counted(problemsIn(files), 'problem')]
  return [...parts, ...(warnings === 0 ? [] : [counted(warnings, 'warning')])].join(', ')
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
