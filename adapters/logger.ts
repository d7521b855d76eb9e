import { destination, pino, stdTimeFunctions } from 'pino'
import { type LogLine, writtenLine } from '../model/api/log-line.ts'
import type { LogOptions } from '../model/log-options.ts'
import type { Logger } from '../model/ports.ts'
import { ProxmoxError } from '../model/proxmox-error.ts'
import { UserError } from '../model/user-error.ts'
import { passIdNow } from './pass-id.ts'
import { errorCode } from './error-code.ts'
import { humanLines } from './human-log.ts'
import { redact } from './redact.ts'

/** Where log lines go: anything that takes them, such as a stream. */
export interface LineSink {
  write(line: string): unknown
}

/**
 * Standard error, or a file that is appended to; written at once, so that nothing is lost when the process ends. A line that can't be
 * written, as on a full disk, is lost: what it tells of goes on.
 */
export function logDestination(file?: string): LineSink {
  const stream = destination({ dest: file ?? 2, append: true, mkdir: true, sync: true })
  stream.on('error', () => undefined)
  return {
    write: (line) => {
      try {
        stream.write(line)
      } catch {
        // There is nowhere else to say so.
      }
    },
  }
}

/**
 * Logs JSON lines: `level`, `time` (ISO 8601), `msg`, and the fields; or, as `human`, lines for a person. An error among the fields
 * becomes its message, kind, call and causes. What is done for a pass has its id as `pass`, by which metrics and traces call it. Whatever
 * looks like a Proxmox secret is blotted out of every line.
 *
 * @param onLine told of each line as well, but for requests, whatever the form that it is written in
 */
export function openLogger(
  sink: LineSink = logDestination(),
  onLine?: (line: LogLine) => void,
  { format, level = 'info', columns, colour }: LogOptions = {},
): Logger {
  const log = pino(
    {
      base: null,
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
      mixin: () => {
        const pass = passIdNow()
        return pass === undefined ? {} : { pass }
      },
    },
    {
      write: (line: string) => {
        const told = redact(line)
        const entry = onLine === undefined && format !== 'human' ? undefined : writtenLine.parse(JSON.parse(told))
        sink.write(entry !== undefined && format === 'human' ? humanLines(entry, columns, colour) : told)
        if (entry !== undefined && entry.level !== 'debug') onLine?.(entry)
      },
    },
  )
  return {
    debug: (message, fields) => log.debug(loggable(fields), message),
    info: (message, fields) => log.info(loggable(fields), message),
    warn: (message, fields) => log.warn(loggable(fields), message),
    error: (message, fields) => log.error(loggable(fields), message),
  }
}

type Fields = Readonly<Record<string, unknown>>

/** Names that pino writes itself: a field of the same name would make the line say it twice. */
const OWN_NAMES: ReadonlySet<string> = new Set(['level', 'time', 'msg'])

const loggable = (fields: Fields = {}): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [OWN_NAMES.has(name) ? `${name}_` : name, loggableValue(value)]),
  )

function loggableValue(value: unknown): unknown {
  if (value instanceof Error) return loggableError(value)
  if (Array.isArray(value)) return value.map(loggableValue)
  return value instanceof Set || value instanceof Map ? [...value] : value
}

/** Longer chains of causes are loops. */
const MOST_CAUSES = 8

/** What an operator needs of an error. Never its other fields: those of axios hold the token. */
function loggableError(error: Error): Fields {
  const causes: string[] = []
  for (let cause = error.cause; cause !== undefined && causes.length < MOST_CAUSES;) {
    if (!(cause instanceof Error)) {
      causes.push(typeof cause === 'string' ? cause : `a ${typeof cause}`)
      break
    }
    causes.push(cause.message)
    cause = cause.cause
  }
  return {
    message: error.message,
    ...(error instanceof ProxmoxError ? { kind: error.kind, call: error.call } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    // The others are bugs, and a bug is found by its stack.
    ...(error instanceof ProxmoxError || error instanceof UserError || isOfSystem(error)
      ? {}
      : { name: error.name, stack: error.stack }),
  }
}

/**
 * Tells troubles in sentences, for a command whose output a person reads; what goes as it should its output shows. Secrets are
 * blotted out as they are of a log.
 */
export function openTroubles(
  print: (line: string) => void,
  { level = 'warn' }: Pick<LogOptions, 'level'> = {},
): Logger {
  const tell = (message: string, fields: Fields = {}): void => {
    const { error, ...about } = fields
    const who = Object.entries(about).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : [],
    )
    const why = error instanceof Error ? `: ${error.message}` : typeof error === 'string' ? `: ${error}` : ''
    print(redact(`warning: ${message}${who.length === 0 ? '' : ` (${who.join(', ')})`}${why}`))
  }
  const debug = (message: string): void => print(redact(`debug: ${message}`))
  return { info: () => undefined, warn: tell, error: tell, ...(level === 'debug' ? { debug } : {}) }
}

/** What the system refuses, such as a write to a full disk, is no bug: code and path say all of it. */
const isOfSystem = (error: Error): boolean => [error, error.cause].some((each) => errorCode(each) !== undefined)
