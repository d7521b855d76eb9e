import { styleText } from 'node:util'
import { beginsWithPlace } from '../model/diagnostic.ts'
import { printable } from '../model/printable.ts'
import type { LogLine } from '../model/api/log-line.ts'
import type { LogLevel } from '../model/log-options.ts'

/** A sign and a word for each level: never the colour alone. */
const WORDS: Readonly<Record<LogLevel, string>> = {
  debug: '· debug',
  info: '✓ info ',
  warn: '! warn ',
  error: '✗ error',
}

const COLOURS: Readonly<Record<LogLevel, 'dim' | 'green' | 'yellow' | 'red'>> = {
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
}

/** `17:04:05 ✓ info  ` */
const INDENT = 17
/** Narrower is no terminal of a person: some have no width at all. */
const NARROWEST = 40
const USUAL = 80
const LONGEST = 4000

/**
 * An entry for a person: time, level, whom it is about, what, and why; further fields in brackets. It is broken at blanks into lines of
 * that many characters, the later ones below the first one's words. A word is never broken, so that lines for a shell can be copied.
 * What is said of a place in a file (`JD.yml:3:5: …`) has lines of its own after that, which begin with the place: terminals and editors
 * make a link of it.
 */
export function humanLines({ level, time, message, fields }: LogLine, columns = USUAL, colour = false): string {
  const { range, vm, error, reason, message: more, ...others } = level === 'debug' ? {} : fields
  const whom = [range, vm].filter((part) => typeof part === 'string').join('/')
  const all = [message, reason, more, textOf(error)].filter((part) => typeof part === 'string' && part !== '')
  const what = all.filter((part) => !isPlaced(part))
  const named = Object.entries(others).filter(([, value]) => placesIn(value).length === 0)
  const rest = named.flatMap(([name, value]) => {
    const shown = shownValue(value)
    return shown === undefined ? [] : [`${name} ${shown}`]
  })
  const said = [
    whom === '' || message.startsWith(`range ${whom}`) ? '' : `${whom}: `,
    what.length === 0 ? 'in a file:' : what.join(': '),
    rest.length === 0 ? '' : ` (${rest.join(', ')})`,
  ].join('')
  const lines = wrapped(printable(said, LONGEST), (columns < NARROWEST ? USUAL : columns) - INDENT)
  const word = colour ? styleText(COLOURS[level], WORDS[level], { validateStream: false }) : WORDS[level]
  const places = [...all.filter(isPlaced), ...Object.values(others).flatMap(placesIn)]
  return [
    `${timeOf(time)} ${word} ${lines[0] ?? ''}`,
    ...lines.slice(1).map((line) => `${' '.repeat(INDENT)}${line}`),
    ...places.map((place) => printable(place, LONGEST)),
    ...stackOf(error),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

const isPlaced = (value: unknown): value is string => typeof value === 'string' && beginsWithPlace(value)

const placesIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).filter(isPlaced)

/** By the clock on the wall. */
const timeOf = (time: string): string => {
  const date = new Date(time)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

const textOf = (error: unknown): unknown => {
  if (typeof error !== 'object' || error === null) return error
  return 'message' in error ? error.message : undefined
}

/** Of a bug alone there is one. */
const stackOf = (error: unknown): readonly string[] =>
  typeof error === 'object' && error !== null && 'stack' in error && typeof error.stack === 'string'
    ? error.stack.split('\n').map((line) => `${' '.repeat(INDENT)}${printable(line, 400)}`)
    : []

function shownValue(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map((each) => shownValue(each) ?? '').join(' ')
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
