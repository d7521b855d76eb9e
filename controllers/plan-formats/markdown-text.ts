import { printable } from '../../model/printable.ts'

/** Longer texts are cut: a finding is a few sentences. */
const LONGEST = 2000

/** What Markdown, its dialects, or HTML act on. A reference to a character is never a sign of structure (CommonMark 0.31, 2.5). */
const ACTING = /[\\`*_{}[\]<>#!|~&$^@%]/g

/**
 * Signs by which forges find people, issues, merge requests, labels and the like in the text that is left after Markdown, where a
 * reference is the character itself again: a blank of no width after them keeps them from it. The same for what makes addresses links.
 */
const REFERRING = /(?:[@#!~%$&^*[]|www(?=\.)|gh-(?=\d)|:(?=\/\/)|:(?=:))/gi

const NOTHING = '&#8203;'

/** Foreign text in a sentence of Markdown: nothing in it is a mention, a link, a reference, HTML, a cell's end or a command. */
export function markdownText(text: string): string {
  let result = ''
  let at = 0
  const shown = printable(text, LONGEST)
  for (const match of shown.matchAll(REFERRING)) {
    const end = match.index + match[0].length
    result += `${referenced(shown.slice(at, end))}${NOTHING}`
    at = end
  }
  return result + referenced(shown.slice(at))
}

const referenced = (text: string): string => text.replace(ACTING, (character) => `&#${character.charCodeAt(0)};`)

/** A foreign name as code, in which nothing refers to anything. @param place in a table `|` would end the cell */
export function markdownCode(text: string, place: 'text' | 'table' = 'text'): string {
  const shown = printable(text).replaceAll('`', 'ʼ').replaceAll('<', '‹').replaceAll('##[', '## [')
  const safe = shown === '' ? ' ' : place === 'table' ? shown.replaceAll('\\', '\\\\').replaceAll('|', '\\|') : shown
  return `\`${safe}\``
}
