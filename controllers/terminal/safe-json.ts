/** JSON that is safe to print: it escapes of itself only the oldest of the characters that a terminal acts on. */
export const asJson = (value: unknown): string => JSON.stringify(value, undefined, 2).replace(ACTING, asJsonEscape)

/** As `printable`, less line feeds, which here are ours. */
const ACTING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

const asJsonEscape = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => character.charCodeAt(at).toString(16).padStart(4, '0'))
    .map((unit) => `\\u${unit}`)
    .join('')
