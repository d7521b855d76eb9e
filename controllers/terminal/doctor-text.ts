import type { DoctorCheck, DoctorLevel, DoctorReport } from '../../model/doctor-report.ts'
import { printable } from '../../model/printable.ts'
import type { Paint, Style } from './paint.ts'

const STYLES: Readonly<Record<DoctorLevel, Style>> = { ok: 'green', warn: 'yellow', fail: 'red' }
/** A sign and a word: never the colour alone. */
const WORDS: Readonly<Record<DoctorLevel, string>> = { ok: '✓ ok  ', warn: '! warn', fail: '✗ FAIL' }
const INDENT = ' '.repeat(9)

/** Narrower is no terminal of a person: some have no width at all. */
const NARROWEST = 60

/**
 * The report for people: a line for each check, and what to do below those that want it. Lines to paste are never broken.
 *
 * @param columns of the terminal; undefined where there is none, and nothing is broken
 */
export function doctorText({ checks, counts }: DoctorReport, paint: Paint, columns?: number): readonly string[] {
  const width = Math.max(...checks.map(({ code }) => code.length))
  const room = columns === undefined || columns < NARROWEST ? undefined : columns - BEFORE_CODE - width - 2
  const sum = `${counts.ok} ok, ${counts.warn} warn, ${counts.fail} fail`
  const result = counts.fail > 0 ? 'fail' : counts.warn > 0 ? 'warn' : 'ok'
  const more = counts.fail + counts.warn === 0 ? '' : '; docs/reference/doctor.md explains each code'
  return [...checks.flatMap((check) => linesOf(check, width, room, paint)), '', `${paint(STYLES[result], sum)}${more}`]
}

/** `✓ ok    ` */
const BEFORE_CODE = 8

function linesOf(
  { code, level, subject, finding, remedy }: DoctorCheck,
  width: number,
  room: number | undefined,
  paint: Paint,
): readonly string[] {
  const [first = '', ...more] = brokenAt(printable(`${subject}: ${finding}`, 2000), room)
  return [
    `${paint(STYLES[level], WORDS[level])}  ${paint('bold', code.padEnd(width))}  ${first}`,
    ...more.map((line) => `${' '.repeat(BEFORE_CODE + width + 2)}${line}`),
    ...(remedy === '' ? [] : [`${INDENT}${paint('cyan', '→')} ${printable(remedy, 2000)}`]),
  ]
}

/** At blanks, and no word. */
function brokenAt(text: string, room: number | undefined): readonly string[] {
  if (room === undefined) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
