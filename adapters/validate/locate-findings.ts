import type { CheckedFile, SpecFinding } from '../../model/checked-file.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { aboutFile } from '../range-files/name-problems.ts'
import { readYaml } from '../yaml-file/read-yaml.ts'
import { inOrder, type ReadNamed } from './check-file.ts'

/**
 * A checked file with further findings at their places. The places are not kept from the first reading, so that a
 * thousand documents need not stay in memory, or cross from thread to thread, for the few that have findings.
 */
export async function locateFindings(
  file: CheckedFile,
  findings: readonly SpecFinding[],
  readNamed: ReadNamed,
): Promise<CheckedFile> {
  if (findings.length === 0) return file
  const read = await readNamed(file)
  const parsed = read.kind === 'text' ? readYaml(read.text, printable(file.path, 4096), 'ludus') : undefined
  const yaml = parsed?.kind === 'ok' ? parsed.yaml : undefined
  const placed = ({ path, finding, remedy }: SpecFinding): Diagnostic =>
    yaml === undefined
      ? aboutFile(file.path, finding, remedy)
      : yaml.diagnosticAt(yaml.place(path).node, finding, remedy)
  const ofSeverity = (wanted: SpecFinding['severity']): readonly Diagnostic[] =>
    findings.filter(({ severity }) => severity === wanted).map(placed)
  return {
    ...file,
    problems: inOrder([...file.problems, ...ofSeverity('problem')]),
    warnings: inOrder([...file.warnings, ...ofSeverity('warning')]),
  }
}
