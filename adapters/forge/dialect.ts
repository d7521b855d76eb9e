import type { CommitStatus, ForgeState } from '../../model/forge.ts'
import { printable } from '../../model/printable.ts'
import { redact } from '../redact.ts'
import type { ForgeAnswer } from './post-json.ts'

/** How one kind of forge is told of a commit. */
export interface ForgeDialect {
  /** Below the URL of the API. */
  path(repository: string, commit: string): string
  headers(token: string): Readonly<Record<string, string>>
  /** @param branch on which the commit is */
  body(status: CommitStatus, branch: string): Readonly<Record<string, string>>
  /** Whether what it complains of is no trouble, as it says already what it is told. */
  isSaidAlready(answer: ForgeAnswer, state: ForgeState): boolean
  /** How a token comes by its right, as a remedy. */
  readonly right: string
}

/** Of a longer text no more is looked through for secrets, as no more is shown. In characters. */
const LOOKED_AT = 2000

/** A status' sentence in so many characters at most, its tail whole. */
export function descriptionOf({ description, tail }: CommitStatus, limit: number): string {
  // What is escaped gets longer, and is cut once more.
  const cut = (text: string, most: number): string => {
    const shown = Array.from(printable(redact(text.slice(0, LOOKED_AT)), most))
    return shown.length <= most ? shown.join('') : `${shown.slice(0, most - 1).join('')}…`
  }
  const end = cut(tail, limit / 2)
  return `${cut(description, limit - Array.from(end).length)}${end}`
}
