import { asJson } from './safe-json.ts'

/**
 * A value of JSON as YAML 1.2, for people: a key or an item a line. Whatever would not be read as the text that it is, or would act on
 * a terminal, stands in double quotes, as in JSON.
 */
export const yamlText = (value: unknown): string => linesOf(value).join('\n')

/** Texts that need no quotes: letters, digits and what can't be taken for anything else, between. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./+()=@ -]*$/
/** Those that YAML 1.1 or 1.2 takes for something else than text. */
const WORDS = /^(true|false|yes|no|on|off|y|n|null|nan|inf)$/i

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
const isBlock = (value: unknown): value is object => typeof value === 'object' && value !== null && !isEmpty(value)

function scalar(value: unknown): string {
  if (Array.isArray(value)) return '[]'
  if (typeof value === 'object' && value !== null) return '{}'
  if (typeof value === 'string' && PLAIN.test(value) && !value.endsWith(' ') && !WORDS.test(value)) return value
  // YAML has an escape for what lies beyond the first plane, where JSON has two.
  return asJson(value).replaceAll(
    /\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/gi,
    (_, high: string, low: string) =>
      `\\U${(0x1_0000 + (Number.parseInt(high, 16) - 0xd800) * 0x400 + Number.parseInt(low, 16) - 0xdc00).toString(16).padStart(8, '0')}`,
  )
}

function linesOf(value: unknown): readonly string[] {
  if (!isBlock(value)) return [scalar(value)]
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => {
      const [first = '', ...rest] = linesOf(item)
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
    })
  return Object.entries(value).flatMap(([key, its]: readonly [string, unknown]) => {
    if (its === undefined) return []
    const name = scalar(key)
    if (!isBlock(its)) return [`${name}: ${scalar(its)}`]
    return [`${name}:`, ...linesOf(its).map((line) => `  ${line}`)]
  })
}
