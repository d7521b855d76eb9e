/** A problem in a file: where, what was found, and what to do about it. */
export interface Diagnostic {
  readonly file: string
  /** 1-based; undefined when the problem is the file as a whole. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** What was found and what is allowed, as one sentence. */
  readonly finding: string
  /** What to do, as one sentence without a full stop; empty when the finding says it. */
  readonly remedy: string
}

/** `JD.yml:5:1: finding; remedy`, the form editors and terminals can jump to. */
export function diagnosticLine({ file, line, column, finding, remedy }: Diagnostic): string {
  const place = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')
  return `${place}: ${finding}${remedy === '' ? '' : `; ${remedy}`}`
}
