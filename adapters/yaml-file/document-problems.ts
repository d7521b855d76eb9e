import { type Document, isScalar } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { DiagnosticAt } from './diagnostic-at.ts'
import type { Dialect } from './ludus-dialect.ts'

/**
 * What is around the one document that a file may have: control characters, half a line's end, further documents and, for
 * Ludus, versions of YAML. Go's yaml.v2 refuses one above 1.1 ("found incompatible YAML document"); of two documents it
 * saves the first, and PyYAML, which deploys it, refuses both, even when the second says nothing.
 */
export function documentProblems(
  text: string,
  documents: readonly Document.Parsed[],
  dialect: Dialect,
  at: DiagnosticAt,
): readonly Diagnostic[] {
  const control = text.search(CONTROL)
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0')
    return [at(control, `not valid YAML: the control character U+${code} is here`, 'remove it')]
  }
  const lone = text.search(LONE_RETURN)
  if (lone >= 0) {
    const finding = 'a carriage return without a line feed is here: a line break to Ludus, and none to other programs'
    return [at(lone, finding, 'end the line with a line feed')]
  }
  const [first, ...others] = documents
  const { explicit = false, version } = first?.directives?.yaml ?? {}
  if (dialect === 'ludus' && explicit && version !== '1.1') {
    const finding = `this says YAML ${version}, and Ludus takes no version but 1.1`
    return [at(Math.max(0, text.search(/^%YAML/m)), finding, 'remove the line')]
  }
  const further = others.find((document) => dialect === 'ludus' || !isBlank(document))
  return further === undefined
    ? []
    : [at(further.range[0], 'a second YAML document starts here', 'remove the `---`, or make it two files')]
}

/** What YAML allows nowhere. */
const CONTROL = /[^\P{Cc}\t\n\r\u0085]/u

/** YAML has it end a line, and PyYAML follows; yaml takes it for a blank. */
const LONE_RETURN = /\r(?!\n)/

/** A closing `---` with nothing after it starts a document that says nothing. */
const isBlank = ({ contents, errors }: Document.Parsed): boolean =>
  errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null))
