import { isAbsolute, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CheckedFile } from '../../model/checked-file.ts'
import { type Diagnostic, diagnosticSentence, unquotedDiagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { summaryText } from './diagnostic-text.ts'
import { asJson } from './safe-json.ts'
import { workflowCommand } from './workflow-command.ts'

/** What was found in files, as one JSON document for programs. As the others, it may end in the log of a build: no values. */
export const diagnosticJson = (files: readonly CheckedFile[]): string =>
  asJson({
    files: files.map(({ path, rangeId, problems, warnings }) => ({
      file: path,
      range: rangeId ?? null,
      problems: problems.map(jsonOf),
      warnings: warnings.map(jsonOf),
    })),
    problems: files.reduce((sum, { problems }) => sum + problems.length, 0),
    warnings: files.reduce((sum, { warnings }) => sum + warnings.length, 0),
  })

const jsonOf = (diagnostic: Diagnostic): unknown => {
  const { line, column, finding, remedy } = unquotedDiagnostic(diagnostic)
  return { line: line ?? null, column: column ?? null, finding, remedy }
}

interface Found {
  readonly path: string
  readonly level: 'error' | 'warning'
  readonly diagnostic: Diagnostic
}

const foundIn = (files: readonly CheckedFile[]): readonly Found[] =>
  files.flatMap(({ path, problems, warnings }) => [
    ...problems.map((each): Found => ({ path, level: 'error', diagnostic: unquotedDiagnostic(each) })),
    ...warnings.map((each): Found => ({ path, level: 'warning', diagnostic: unquotedDiagnostic(each) })),
  ])

const RULE = 'range-file'

/**
 * SARIF 2.1.0 (OASIS), as code scanning reads it. Files below `from` are told relative to it, which is how the reader
 * finds them in a checkout. A problem of a file as a whole is placed at its first line: readers demand a line.
 */
export const diagnosticSarif = (files: readonly CheckedFile[], from: string): string =>
  asJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'lanista', rules: [{ id: RULE, shortDescription: { text: 'A range file has a problem.' } }] },
        },
        columnKind: 'utf16CodeUnits',
        results: foundIn(files).map(({ path, level, diagnostic }) => ({
          ruleId: RULE,
          level,
          message: { text: diagnosticSentence(diagnostic) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(path, from) },
                region: {
                  startLine: diagnostic.line ?? 1,
                  ...(diagnostic.column === undefined ? {} : { startColumn: diagnostic.column }),
                },
              },
            },
          ],
        })),
      },
    ],
  })

/** The path from a folder where it leads into it, with slashes; absolute otherwise. */
function pathFrom(path: string, from: string): { readonly inside: boolean; readonly path: string } {
  const way = relative(from, path)
  const inside = way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
  return { inside, path: (inside ? way : path).split(sep).join('/') }
}

function uriOf(path: string, from: string): string {
  const way = pathFrom(path, from)
  return way.inside ? way.path.split('/').map(encodeURIComponent).join('/') : pathToFileURL(path).href
}

/** GitHub's workflow commands, a line each, which become annotations of the files; then the count for the log. */
export const diagnosticGithub = (files: readonly CheckedFile[], from: string): readonly string[] => [
  ...foundIn(files).map(({ path, level, diagnostic }) => {
    const { line, column } = diagnostic
    const file = printable(pathFrom(path, from).path, 4096)
    return workflowCommand(level, { file, line: line ?? 1, col: column }, diagnosticSentence(diagnostic))
  }),
  summaryText(files),
]
