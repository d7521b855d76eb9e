import type { ParsedRange } from '../parse-range.ts'

/** What came of parsing a range file's text. */
export type ParseOutcome = ParsedRange | ParseFailure

/** It was not parsed to its end. That need not be the text's fault: a machine may be overloaded. */
export interface ParseFailure {
  readonly kind: 'failed'
  readonly finding: string
  readonly remedy: string
}

const REMEDY = 'make the file smaller, or save it again to have it tried again'

/** @param milliseconds how long it was waited for */
export const tookTooLong = (milliseconds: number): ParseFailure => ({
  kind: 'failed',
  finding: `parsing it took longer than ${milliseconds / 1000} s`,
  remedy: REMEDY,
})

/** @param cause why, in a few words */
export const endedEarly = (cause: string): ParseFailure => ({
  kind: 'failed',
  finding: `parsing it ended early: ${cause}`,
  remedy: REMEDY,
})
