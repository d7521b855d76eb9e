/** The offending line of a file, safe to show on a terminal. */
export interface Excerpt {
  /** The line, acting characters escaped, values of secret keys masked, cut around the column with `…` when it is long. */
  readonly text: string
  /** How many characters (code points) of `text` stand before the one meant. */
  readonly caret: number
}

/** A problem in a file: where, what was found, and what to do about it. */
export interface Diagnostic {
  readonly file: string
  /** 1-based; undefined when the problem is the file as a whole. */
  readonly line: number | undefined
  /** 1-based, in UTF-16 units as editors count. */
  readonly column: number | undefined
  /** What was found and what is allowed, as one sentence. */
  readonly finding: string
  /** What to do, as one sentence without a full stop; empty when the finding says it. */
  readonly remedy: string
  /** The line itself, where there is one. For the terminal of who has the file before him, and nowhere else. */
  readonly excerpt?: Excerpt
  /** The same without any value of the file, where finding or remedy quote one: a secret may stand under any key. */
  readonly unquoted?: Unquoted
}

export type Unquoted = Pick<Diagnostic, 'finding' | 'remedy'>

/**
 * What may be told where others read it: statuses, logs, reports of a build. Names that the file gives its things are told,
 * values are not.
 */
export const unquotedDiagnostic = ({ file, line, column, finding, remedy, unquoted }: Diagnostic): Diagnostic => ({
  file,
  line,
  column,
  finding: unquoted?.finding ?? finding,
  remedy: unquoted?.remedy ?? remedy,
})

/** `finding; remedy`. */
export const diagnosticSentence = ({ finding, remedy }: Diagnostic): string =>
  `${finding}${remedy === '' ? '' : `; ${remedy}`}`

/** `JD.yml:5:1: finding; remedy`, the form editors and terminals can jump to. */
export const diagnosticLine = (diagnostic: Diagnostic): string =>
  `${placeOf(diagnostic)}: ${diagnosticSentence(diagnostic)}`

/** The same of what stops nobody: `JD.yml:5:1: warning: finding; remedy`, the form of compilers. */
export const warningLine = (diagnostic: Diagnostic): string =>
  `${placeOf(diagnostic)}: warning: ${diagnosticSentence(diagnostic)}`

const placeOf = ({ file, line, column }: Diagnostic): string =>
  [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')

/** Whether a text begins with a place in a file, as `diagnosticLine` writes it. */
export const beginsWithPlace = (text: string): boolean => /^\S+:\d+(?::\d+)?: /.test(text)
