import { padded, shortened, widthOf } from './text-width.ts'

/** Words that are longer than a line are cut where it ends; nothing is lost. */
function pieces(word: string, width: number): readonly string[] {
  const cut: string[] = []
  let rest = word
  while (widthOf(rest) > width) {
    const head = shortened(rest, width + 1).replace(/…$/, '')
    if (head === '') break
    cut.push(head)
    rest = rest.slice(head.length)
  }
  return [...cut, rest]
}

/** A text as lines that are no wider than so many columns, broken at blanks. @param width undefined: one line */
export function wrapped(text: string, width: number | undefined): readonly string[] {
  if (width === undefined || widthOf(text) <= width) return [text]
  const limit = Math.max(20, width)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => pieces(each, limit))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > limit) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** A text after a word in front of it, its further lines below its first. */
export function hanging(before: string, indent: number, text: readonly string[]): readonly string[] {
  const [first = '', ...rest] = text
  return [`${padded(before, indent)}${first}`.trimEnd(), ...rest.map((line) => `${' '.repeat(indent)}${line}`)]
}
