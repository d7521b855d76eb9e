import { isScalar, type LineCounter, Scalar, visit, type Document, type YAMLError, YAMLParseError } from 'yaml'
import type { Diagnostic, Unquoted } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import type { DiagnosticAt } from './diagnostic-at.ts'
import { leftInText } from './left-in-text.ts'

/** More problems of one file than this help nobody, and a hostile file has any number of them. */
export const MAX_DIAGNOSTICS = 50

const UNQUOTED_TEMPLATE = /(?:^|[:-])\s+(\{\{[^}]*\}\}\S*)/

/** What yaml's own words don't say: what to do. */
const REMEDIES: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'indent with spaces, here and in all other lines',
  BAD_INDENT: 'align the keys of one map in one column',
  BLOCK_AS_IMPLICIT_KEY: 'put the text in quotes, or the inner key on a line of its own',
  BAD_SCALAR_START: 'put the text in quotes',
  UNEXPECTED_TOKEN: 'put the text in quotes',
}

/** yaml itself notices some of them only by where what follows seems to stand. */
const TAB_IN_INDENT = /^ *\t/

/** Errors whose words quote nothing of the text. */
const PLAIN: ReadonlySet<YAMLError['code']> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
])

/** A key or a list's dash: of what stands where nothing more may, that is the next line, its line break lost. */
const NEXT_ENTRY = /^(?:["']?[\w.-]+["']?\s*:|-)(?:\s|$)/
const LONGEST_KEY = 100

/** The problems that keep the text from being YAML, one for each line, in order. */
export function syntaxDiagnostics(
  text: string,
  document: Document.Parsed,
  lines: LineCounter,
  at: DiagnosticAt,
): readonly Diagnostic[] {
  // What follows from it would only confuse.
  const left = document.errors.length === 0 ? [] : leftInText(text, at)
  if (left.length > 0) return left
  const byLine = new Map<number, Diagnostic>()
  for (const error of document.errors.slice(0, MAX_DIAGNOSTICS)) {
    const opening = error.code === 'MISSING_CHAR' ? openingOf(document, error.pos[0]) : undefined
    const offset = opening ?? error.pos[0]
    const { line } = lines.linePos(offset)
    if (byLine.has(line)) continue
    const opened = opening !== undefined
    const code = TAB_IN_INDENT.test(lineOf(text, lines, line)) ? 'TAB_AS_INDENT' : error.code
    const { finding, remedy, unquoted } = sentenceOf(
      code === error.code ? error : new YAMLParseError(error.pos, code, 'Tabs are not allowed as indentation'),
      lineOf(text, lines, line),
      opened,
      text.slice(offset, offset + LONGEST_KEY),
    )
    byLine.set(line, at(offset, finding, remedy, unquoted))
    // What follows an open quote was read as its text: further errors would only confuse.
    if (opening !== undefined) break
    // Where a tab is read as no indentation, all below seems to stand elsewhere than it does.
    if (code === 'TAB_AS_INDENT') break
  }
  return [...byLine.values()]
}

/** @param rest what stands from the place of the error on */
function sentenceOf(
  error: YAMLError,
  line: string,
  opened: boolean,
  rest: string,
): Unquoted & Pick<Diagnostic, 'unquoted'> {
  const template = UNQUOTED_TEMPLATE.exec(line)?.[1]
  if (template !== undefined)
    return {
      finding: `${printable(template)} is not in quotes`,
      remedy: `quote it: "${printable(template)}"`,
      unquoted: { finding: 'a template expression is not in quotes', remedy: 'quote it' },
    }
  if (opened) return { finding: 'the quote opened here is never closed', remedy: 'close it' }
  const [sentence = ''] = error.message.split('\n')
  const remedy = remedyOf(error, rest)
  const words = PLAIN.has(error.code) ? sentence : error.code.toLowerCase().replaceAll('_', ' ')
  return {
    finding: `not valid YAML: ${printable(sentence)}`,
    remedy,
    unquoted: { finding: `not valid YAML: ${printable(words)}`, remedy },
  }
}

/** What the code alone does not say: one code stands for several slips. */
function remedyOf({ code, message }: YAMLError, rest: string): string {
  if (message.startsWith('Flow')) return 'close the bracket, or indent what follows'
  if (message.startsWith('Implicit')) return 'put a `:` and a blank between key and value'
  if (code === 'UNEXPECTED_TOKEN' && NEXT_ENTRY.test(rest)) return 'put it on a line of its own'
  return code === 'MISSING_CHAR' ? 'close it' : (REMEDIES[code] ?? '')
}

/** Where the quoted text starts whose end is missing at that offset: the error itself is found only at the end. */
function openingOf(document: Document.Parsed, offset: number): number | undefined {
  let opening: number | undefined
  visit(document, {
    Scalar(_, node) {
      const quoted = isScalar(node) && (node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE)
      const [start, end] = node.range ?? [0, -1]
      if (quoted && start < offset && offset <= end) opening = start
    },
  })
  return opening
}

/** Longer lines are nobody's, and a pattern should not run over them. */
const LONGEST_LINE = 500

/** The start of a line of the text, without its end. */
function lineOf(text: string, lines: LineCounter, line: number): string {
  const start = lines.lineStarts[line - 1] ?? 0
  return text.slice(start, Math.min(start + LONGEST_LINE, lines.lineStarts[line] ?? text.length)).trimEnd()
}
