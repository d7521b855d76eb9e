import type { LineCounter } from 'yaml'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { excerptAt } from './excerpt.ts'

/** A diagnostic at a character offset of one text, with its line as excerpt. */
export type DiagnosticAt = (offset: number, finding: string, remedy: string) => Diagnostic

/** Diagnostics of one file's text. */
export const diagnosticsIn =
  (file: string, text: string, lines: LineCounter): DiagnosticAt =>
  (offset, finding, remedy) => {
    const { line, col: column } = lines.linePos(offset)
    return { file, line, column, finding, remedy, excerpt: excerptAt(text, lines, line, column) }
  }
