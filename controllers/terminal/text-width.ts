/** Characters that take two columns in a terminal, and those that take none. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u
const COMBINING = /\p{M}/u

/** How many columns of a terminal one character takes. */
const columnsOf = (character: string): number => (COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Nearly all texts: each character is one column. */
const SIMPLE = /^[ -~]*$/

/** How many columns of a terminal a text without control characters takes. */
export function widthOf(text: string): number {
  if (SIMPLE.test(text)) return text.length
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** A text that takes no more than so many columns: a longer one ends with `…`. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let shown = ''
  let left = Math.max(0, width - 1)
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) break
    shown += character
  }
  return width <= 0 ? '' : `${shown.trimEnd()}…`
}

/** A text with blanks after it, or before it, up to so many columns. */
export const padded = (text: string, width: number, align: 'left' | 'right' = 'left'): string => {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** Blanks as wide as the first characters of a text. */
export const blankLike = (text: string, characters: number): string =>
  ' '.repeat(widthOf(Array.from(text).slice(0, characters).join('')))
