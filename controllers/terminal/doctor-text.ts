import type { DoctorCheck, DoctorLevel, DoctorReport } from '../../model/doctor-report.ts'
import { printable } from '../../model/printable.ts'
import type { Paint, Style } from './paint.ts'

const STYLES: Readonly<Record<DoctorLevel, Style>> = { ok: 'green', warn: 'yellow', fail: 'red' }
/** A sign and a word: never the colour alone. */
const WORDS: Readonly<Record<DoctorLevel, string>> = { ok: '✓ ok  ', warn: '! warn', fail: '✗ FAIL' }
const INDENT = ' '.repeat(9)

/** The report for people: a line for each check, and what to do below those that want it. Lines to paste are never broken. */
export function doctorText({ checks, counts }: DoctorReport, paint: Paint): readonly string[] {
  const width = Math.max(...checks.map(({ code }) => code.length))
  const sum = `${counts.ok} ok, ${counts.warn} warn, ${counts.fail} fail`
  const result = counts.fail > 0 ? 'fail' : counts.warn > 0 ? 'warn' : 'ok'
  const more = counts.fail + counts.warn === 0 ? '' : '; docs/reference/doctor.md explains each code'
  return [...checks.flatMap((check) => linesOf(check, width, paint)), '', `${paint(STYLES[result], sum)}${more}`]
}

function linesOf(
  { code, level, subject, finding, remedy }: DoctorCheck,
  width: number,
  paint: Paint,
): readonly string[] {
  const said = printable(`${subject}: ${finding}`, 2000)
  const line = `${paint(STYLES[level], WORDS[level])}  ${paint('bold', code.padEnd(width))}  ${said}`
  return remedy === '' ? [line] : [line, `${INDENT}${paint('cyan', '→')} ${printable(remedy, 2000)}`]
}
