import type { Node } from 'yaml'
import type { Diagnostic, Unquoted } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { resolverOf } from './alias-targets.ts'
import { diagnosticsIn } from './diagnostic-at.ts'
import { documentProblems } from './document-problems.ts'
import { joinMerges } from './join-merges.ts'
import { type Dialect, readBooleanWords } from './ludus-dialect.ts'
import { leftInText } from './left-in-text.ts'
import { locate, type Place } from './locate.ts'
import { parseWithinLimits, YAML_LIMITS } from './parse-within-limits.ts'
import { structureProblems } from './structure-problems.ts'
import { syntaxDiagnostics } from './syntax-diagnostics.ts'

/** One YAML file as a value, with the places its parts came from. */
export interface YamlFile {
  readonly file: string
  readonly value: unknown
  /** Where a path of keys and indices leads. */
  place(path: readonly PropertyKey[]): Place
  /** A diagnostic at a node; about the file as a whole without one. */
  diagnosticAt(node: Node | undefined, finding: string, remedy: string, unquoted?: Unquoted): Diagnostic
}

/** What became of reading one YAML text. */
export type YamlRead =
  | { readonly kind: 'ok'; readonly yaml: YamlFile }
  | {
      readonly kind: 'invalid'
      readonly diagnostics: readonly Diagnostic[]
      /** It is not one document of YAML, rather than one that is not taken. */
      readonly isOther?: true
    }

/** What a file is read for, as messages call it. */
const FILES = { 'a range': 'a range file', 'the configuration': 'the configuration' } as const
type Content = keyof typeof FILES

/**
 * Reads a text of exactly one YAML document, within limits of size, depth and alias expansion. Duplicate keys and
 * unknown aliases are problems; merge keys (`<<`) are followed, as Ludus' own parsers do.
 *
 * @param content what such a file has in it
 */
export function readYaml(text: string, file: string, dialect: Dialect, content: Content = 'a range'): YamlRead {
  const invalid = (...diagnostics: readonly Diagnostic[]): YamlRead => ({ kind: 'invalid', diagnostics })
  const whole = (finding: string, remedy: string): Diagnostic => ({
    file,
    line: undefined,
    column: undefined,
    finding,
    remedy,
  })

  const parsed = parseWithinLimits(text)
  const at = diagnosticsIn(file, text, parsed.lines)
  if (parsed.kind === 'excessive')
    return invalid(at(parsed.offset, parsed.finding, `check that this is ${FILES[content]}`))
  const [document] = parsed.documents
  if (document === undefined) return invalid(whole('the file is empty', `write ${content} into it`))

  const syntax = syntaxDiagnostics(text, document, parsed.lines, at)
  if (syntax.length > 0) return { kind: 'invalid', diagnostics: syntax, isOther: true }
  const around = documentProblems(text, parsed.documents, dialect, at)
  const left = around.length > 0 ? leftInText(text, at) : []
  if (around.length > 0) return { kind: 'invalid', diagnostics: left.length > 0 ? left : around, isOther: true }
  const resolve = resolverOf(document)
  const structure = structureProblems(document, resolve, at)
  if (structure.length > 0) return invalid(...structure)

  joinMerges(document)
  if (dialect === 'ludus') readBooleanWords(document)
  try {
    const value: unknown = document.toJS({ maxAliasCount: YAML_LIMITS.aliasesOfOne })
    const diagnosticAt: YamlFile['diagnosticAt'] = (node, finding, remedy, unquoted) =>
      node?.range
        ? at(node.range[0], finding, remedy, unquoted)
        : { ...whole(finding, remedy), ...(unquoted === undefined ? {} : { unquoted }) }
    return { kind: 'ok', yaml: { file, value, place: (path) => locate(document, resolve, path), diagnosticAt } }
  } catch (error) {
    const excessive = error instanceof ReferenceError
    const finding = excessive
      ? 'aliases expand to more than any range needs'
      : `not valid YAML: ${printable(error instanceof Error ? error.message : String(error))}`
    const remedy = excessive ? 'write the repeated parts out' : ''
    return invalid({
      ...whole(finding, remedy),
      unquoted: { finding: excessive ? finding : 'not valid YAML', remedy },
    })
  }
}
