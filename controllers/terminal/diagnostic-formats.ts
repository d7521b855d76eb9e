import { isAbsolute, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CheckedFile } from '../../model/checked-file.ts'
import { type Diagnostic, diagnosticSentence, unquotedDiagnostic } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { summaryText } from './diagnostic-text.ts'

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

/** JSON that is safe to print: it escapes of itself only the oldest of the characters that a terminal acts on. */
const asJson = (value: unknown): string => JSON.stringify(value, undefined, 2).replace(ACTING, asJsonEscape)

/** As `printable`, less line feeds, which here are ours. */
const ACTING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

const asJsonEscape = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => character.charCodeAt(at).toString(16).padStart(4, '0'))
    .map((unit) => `\\u${unit}`)
    .join('')

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
    const place = { file, line: line ?? 1, ...(column === undefined ? {} : { col: column }) }
    const properties = Object.entries(place).map(([name, value]) => `${name}=${propertyText(String(value))}`)
    return `::${level} ${properties.join(',')}::${dataText(diagnosticSentence(diagnostic))}`
  }),
  summaryText(files),
]

/** As GitHub's own toolkit escapes: percent, line ends; in properties also what separates them. */
const dataText = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const propertyText = (text: string): string => dataText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
