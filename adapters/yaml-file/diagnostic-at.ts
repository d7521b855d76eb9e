import type { LineCounter } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { excerptAt } from './excerpt.ts'

/** A diagnostic at a character offset of one text, with its line as excerpt. */
export type DiagnosticAt = (offset: number, finding: string, remedy: string) => Diagnostic

/** Diagnostics of one file's text. Where no lines were counted, all is in the first. */
export const diagnosticsIn =
  (file: string, text: string, lines: LineCounter): DiagnosticAt =>
  (offset, finding, remedy) => {
    const position = lines.linePos(offset)
    // Before the first line is counted there is no position; an offset of 0 is the first character all the same.
    const [line, column] = [Math.max(1, position.line), Math.max(1, position.col)]
    return { file, line, column, finding, remedy, excerpt: excerptAt(text, lines, line, column) }
  }
