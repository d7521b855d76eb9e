import { type Diagnostic, diagnosticLine, unquotedDiagnostic } from '../../model/diagnostic.ts'
import type { Told } from '../../model/doctor-looks.ts'
import { amiss, amissAs, type DoctorCheck, ok } from '../../model/doctor-report.ts'
import type { RangeFileRead } from '../../model/ports.ts'

/** The configuration's own problems, a line each, and what it warns of. */
export function configChecks(
  file: string,
  read: { readonly problems: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] },
): readonly DoctorCheck[] {
  const line = (diagnostic: Diagnostic): string => diagnosticLine(unquotedDiagnostic(diagnostic))
  return [
    ...(read.problems.length === 0 ? [ok('config', file, 'is read, and all of it is known')] : []),
    ...read.problems.map((each) => amissAs('fail', 'config', line(each), file)),
    ...read.warnings.map((each) => amissAs('warn', 'config-warning', line(each), file)),
  ]
}

/** So many broken files are named, with the first problem of each. */
const NAMED = 5

/** @param where the folder, or the repository and its commit */
export function fileChecks(
  told: Told<{ readonly where: string; readonly reads: readonly (readonly [string, RangeFileRead])[] }>,
  subject: string,
): readonly DoctorCheck[] {
  if (told.kind === 'untold') return [amissAs('fail', 'range-files', told.why, subject)]
  const { where, reads } = told.value
  if (reads.length === 0)
    return [
      amiss(
        'warn',
        'range-files',
        where,
        'there is no range file yet',
        'put one there: docs/tutorial.md begins with one',
      ),
    ]
  const broken = reads.flatMap(([, read]) =>
    read.kind === 'invalid' && read.diagnostics[0] !== undefined ? [read.diagnostics[0]] : [],
  )
  const all = `${reads.length} range file${reads.length === 1 ? '' : 's'}`
  if (broken.length === 0) return [ok('range-files', where, `${all}, all valid`)]
  return [
    ...broken
      .slice(0, NAMED)
      .map((each) => amissAs('warn', 'range-files', diagnosticLine(unquotedDiagnostic(each)), where)),
    amiss(
      'warn',
      'range-files',
      where,
      `${all}, ${broken.length} of them broken; the others are not held up by that`,
      'lanista validate says all that is wrong with them',
    ),
  ]
}
