/**
 * The words of a command line as a shell would take it, up to the cursor: the last is the one under it, empty after a blank. Quotes and
 * backslashes are those of a POSIX shell; nothing is expanded.
 */
export function splitLine(line: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  let isEscaped = false
  for (const character of line) {
    if (isEscaped) {
      word = (word ?? '') + character
      isEscaped = false
    } else if (character === '\\' && quote !== "'") isEscaped = true
    else if (character === quote) quote = undefined
    else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character
      word ??= ''
    } else if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  return [...words, word ?? '']
}
