/**
 * Characters that a terminal or log viewer acts on instead of showing: control characters, line separators, and the
 * marks that turn the writing direction around.
 */
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const escaped = (character: string): string =>
  ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** Foreign text, such as a file's name or a value found in a file, safe to show: acting characters escaped, cut at `limit`. */
export function printable(text: string, limit = 120): string {
  const characters = Array.from(text.slice(0, limit * 2))
  const shown = characters.slice(0, limit).join('').replace(ACTING, escaped)
  return characters.length > limit || text.length > limit * 2 ? `${shown}…` : shown
}
