import type { LineCounter } from 'yaml'
import type { Diagnostic, Unquoted } from '../../model/diagnostic.ts'
import { excerptAt } from './excerpt.ts'

/** A diagnostic at a character offset of one text, with its line as excerpt. */
export type DiagnosticAt = (offset: number, finding: string, remedy: string, unquoted?: Unquoted) => Diagnostic

/** Diagnostics of one file's text. */
export const diagnosticsIn =
  (file: string, text: string, lines: LineCounter): DiagnosticAt =>
  (offset, finding, remedy, unquoted) => {
    const { line, col: column } = lines.linePos(offset)
    const excerpt = excerptAt(text, lines, line, column)
    return { file, line, column, finding, remedy, excerpt, ...(unquoted === undefined ? {} : { unquoted }) }
  }
