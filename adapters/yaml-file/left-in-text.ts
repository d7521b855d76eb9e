import type { Diagnostic } from '../../model/diagnostic.ts'
import type { DiagnosticAt } from './diagnostic-at.ts'

/** What tools and web pages leave in a text that is no YAML: each says once what it is, whatever else YAML makes of it. */
interface Kind {
  /** The line it shows by. */
  readonly line: RegExp
  /** Without a line like this further down as well it is something else. */
  readonly until?: RegExp
  readonly finding: string
  readonly remedy: string
}

const KINDS: readonly Kind[] = [
  {
    line: /^<<<<<<<(?: .*)?$/m,
    until: /^>>>>>>>(?: .*)?$/m,
    finding: 'a merge conflict is left here',
    remedy: 'keep one of the two sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>',
  },
  {
    line: /^(?:diff --git |@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@)/m,
    finding: 'this is a patch, not the file that it is for',
    remedy: 'apply it, and put the file here',
  },
  {
    line: /^[ \t]*```/m,
    finding: 'a fence of Markdown is left here',
    remedy: 'remove the lines that begin with ```',
  },
  {
    line: /^[ \t]*\/\/.*$/m,
    finding: 'a comment of another language is left here',
    remedy: 'remove the lines that begin with //, or begin them with #',
  },
  {
    line: /^[ \t]*\/\*.*$/m,
    finding: 'a comment of another language is left here',
    remedy: 'remove it, or begin its lines with #',
  },
]

/** Of a text that is not YAML, what was left in it. Empty when there is nothing of the kind. */
export const leftInText = (text: string, at: DiagnosticAt): readonly Diagnostic[] =>
  KINDS.flatMap(({ line, until, finding, remedy }) => {
    const found = line.exec(text)
    if (found === null || (until !== undefined && !until.test(text.slice(found.index)))) return []
    const indent = found[0].length - found[0].trimStart().length
    return [at(found.index + indent, finding, remedy)]
  })
