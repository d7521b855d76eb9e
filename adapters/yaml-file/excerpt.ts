import type { LineCounter } from 'yaml'
import type { Excerpt } from '../../model/diagnostic.ts'
import { printable } from '../../model/printable.ts'
import { SECRET_KEY } from './secret-keys.ts'

/** UTF-16 units of a line that are shown, and how many of them before the column when the line is longer. */
const [SHOWN, SHOWN_BEFORE] = [100, 60]

/** The line of a text with its column marked. Values of secret keys are masked, on the key's line and below it. */
export function excerptAt(text: string, lines: LineCounter, line: number, column: number): Excerpt {
  const raw = lineOf(text, lines, line)
  const open = openPart(raw, inSecret(text, lines, line))
  const shown = open === raw.length ? raw : `${raw.slice(0, open)}***`
  return cutAround(shown, Math.min(column - 1, open))
}

function cutAround(line: string, at: number): Excerpt {
  const start = line.length <= SHOWN ? 0 : Math.max(0, Math.min(at - SHOWN_BEFORE, line.length - SHOWN))
  const before = `${start > 0 ? '…' : ''}${escaped(line.slice(start, at))}`
  const after = escaped(line.slice(at, start + SHOWN))
  return {
    text: `${before}${after}${start + SHOWN < line.length ? '…' : ''}`,
    caret: Array.from(before).length,
  }
}

const escaped = (text: string): string => printable(text, SHOWN)

/** A line of the text, without its end. */
function lineOf(text: string, lines: LineCounter, line: number): string {
  const start = lines.lineStarts[line - 1] ?? 0
  return text.slice(start, lines.lineStarts[line] ?? text.length).replace(/\r?\n$/, '')
}

/** Where a key ends and its value starts, in a block or inside braces. Starts only where a word does: no quadratic search. */
const KEY = /(?<![\w.-])["']?([\w.-]+)["']?\s*:(?=\s|$)/g

/** How many units of a line may be shown: all up to the value of its first secret key, as far as one was looked for. */
function openPart(line: string, inside: boolean): number {
  if (inside) return line.length - line.trimStart().length
  for (const match of line.slice(0, LONGEST_LOOKED_AT).matchAll(KEY))
    if (SECRET_KEY.test(match[1] ?? '')) return Math.min(line.length, match.index + match[0].length + 1)
  return Math.min(line.length, LONGEST_LOOKED_AT)
}

/** Patterns and walks stop here: what is further away is nobody's range file. */
const [LONGEST_LOOKED_AT, MOST_LINES_LOOKED_AT] = [1000, 500]

/** Whether a line belongs to the value of a secret key above it: a list, a map or a block of text. */
function inSecret(text: string, lines: LineCounter, line: number): boolean {
  let own = lineOf(text, lines, line)
  for (let above = line - 1; above >= Math.max(1, line - MOST_LINES_LOOKED_AT); above -= 1) {
    const candidate = lineOf(text, lines, above).slice(0, LONGEST_LOOKED_AT)
    if (candidate.trim() === '' || !isOwner(candidate, own)) continue
    const [key] = [...candidate.matchAll(KEY)].slice(-1)
    if (key !== undefined && SECRET_KEY.test(key[1] ?? '')) return true
    own = candidate
  }
  return false
}

const isItem = (line: string): boolean => /^\s*-(\s|$)/.test(line)
const indentOf = (line: string): number => line.length - line.trimStart().length

/** A line further left owns what follows it; a list may also start in the column of its key. */
const isOwner = (candidate: string, line: string): boolean =>
  indentOf(candidate) < indentOf(line) || (indentOf(candidate) === indentOf(line) && isItem(line) && !isItem(candidate))
