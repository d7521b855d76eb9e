/**
 * JSON that is safe to print: it escapes of itself only the oldest of the characters that a terminal acts on, and not what the log of a
 * build takes for a command.
 */
export const asJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(ACTING, asJsonEscape).replaceAll('##[', '\\u0023#[')

/** As `printable`, less line feeds, which here are ours. */
const ACTING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

const asJsonEscape = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => character.charCodeAt(at).toString(16).padStart(4, '0'))
    .map((unit) => `\\u${unit}`)
    .join('')
