import type { GuestTask } from '../../model/guest-tasks.ts'
import type { LogLine } from '../../model/api/log-line.ts'
import { printable } from '../../model/printable.ts'
import { momentText } from '../terminal/age-text.ts'
import type { Paint, Style } from '../terminal/paint.ts'

const LEVELS: Readonly<Record<LogLine['level'], Style | undefined>> = {
  debug: 'dim',
  info: undefined,
  warn: 'yellow',
  error: 'red',
}
const LONGEST = 16_384

/** One line of the controller's log, for people: when, how bad, of what, what, and the rest of it. */
export function logLine({ time, level, message, range, vm, fields }: LogLine, paint: Paint): string {
  const style = LEVELS[level]
  const word = level.padEnd(5)
  const about = [range, vm].filter((part) => part !== undefined).join('/')
  const rest = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' || name === 'range' || name === 'vm'
      ? []
      : [`${printable(name)}=${fieldText(value)}`],
  )
  return [
    paint('dim', shortMoment(time)),
    style === undefined ? word : paint(style, word),
    ...(about === '' ? [] : [paint('bold', printable(about))]),
    printable(message, LONGEST),
    ...(rest.length === 0 ? [] : [paint('dim', rest.join(' '))]),
  ].join(' ')
}

/** An error among the fields is told by its message. */
function fieldText(value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'message' in value
  const told = isError ? value.message : value
  const text = typeof told === 'string' ? told : (JSON.stringify(told) ?? '')
  return printable(/[\s"]/.test(text) ? JSON.stringify(text) : text, LONGEST)
}

const shortMoment = (time: string): string => printable(time).replace(/\.[0-9]+Z$/, 'Z')

/** One task of Proxmox with its log. @param now epoch milliseconds */
export function taskLines(
  { upid, type, id, node, startedAt, end, user }: GuestTask,
  log: readonly string[],
  paint: Paint,
  now: number,
): readonly string[] {
  const style: Style =
    end === undefined ? 'cyan' : end === 'OK' ? 'green' : end.startsWith('WARNINGS: ') ? 'yellow' : 'red'
  const began = Number.isNaN(startedAt)
    ? 'at a time that is not known'
    : momentText(new Date(startedAt).toISOString(), now)
  return [
    `${paint('bold', printable(`${type} ${id}`))} on ${printable(node)}, begun ${began} by ${printable(user)}: ${paint(style, printable(end ?? 'running', LONGEST))}`,
    paint('dim', `  ${printable(upid, 512)}`),
    ...log.map((line) => `  ${printable(line, LONGEST)}`),
  ]
}
