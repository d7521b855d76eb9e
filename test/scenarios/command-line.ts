import { PassThrough } from 'node:stream'
import { runCommandLine } from '../../controllers/command-line.ts'
import { compose } from '../../controllers/compose/compose.ts'
import type { Composition } from '../../controllers/commands/composition.ts'
import type { Notifier } from '../../model/ports.ts'
import { quiet } from '../builders/quiet.ts'

/** What a command came to. */
export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs within this process. */
export interface Started {
  readonly ended: Promise<Ended>
  /** Resolves with all that it has printed and logged as soon as that fits; rejects when it ends before. */
  says(pattern: RegExp): Promise<string>
  /** Resolves with the next line that fits, after the one this resolved with before; rejects when it ends without one. */
  nextLine(pattern: RegExp): Promise<string>
  /** As SIGINT and SIGTERM do. */
  stop(): void
  /** As SIGHUP does. */
  hangUp(): void
}

export interface StartOptions {
  /** Default: empty. */
  readonly environment?: NodeJS.ProcessEnv
  /** What sends notifications. Default: the product's own, which trusts no certificate of a test. */
  readonly notifier?: Notifier
  /** Default: left out. */
  readonly log?: 'on standard error'
  /** Parts in place of the product's own. */
  readonly composition?: Partial<Composition>
  /** Somebody is at a terminal of that many columns. Default: nobody is. */
  readonly columns?: number
}

/**
 * Starts a command line within this process, where nobody is at a terminal; most of what a command takes as a process of
 * its own is its start.
 */
export function startHere(args: readonly string[], options: StartOptions = {}): Started {
  const stop = new AbortController()
  const { columns } = options
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns, rows: 24 })
  const stderr = new PassThrough()
  const said = { stdout: '', stderr: '', both: '' }
  for (const [name, stream] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const)
    stream.on('data', (chunk: Buffer) => {
      said[name] += chunk.toString()
      said.both += chunk.toString()
    })
  let hangUp = (): void => undefined
  const running = runCommandLine(args, 'test', compositionWith(options, stderr), {
    stdin: new PassThrough(),
    stdout,
    stderr,
    stopSignal: () => stop.signal,
    hangups: () => (listener) => (hangUp = listener),
  })
  const ended = running.then(async (status) => {
    await new Promise((resolve) => setImmediate(resolve))
    return { status, stdout: said.stdout, stderr: said.stderr }
  })
  /** Resolves with what is found, looked for whenever something was said. */
  const hear = (find: () => string | undefined, what: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        for (const stream of [stdout, stderr]) stream.off('data', look)
        resolve(found)
      }
      for (const stream of [stdout, stderr]) stream.on('data', look)
      ended.then(() => reject(new Error(`ended without saying ${what}: ${said.both}`)), reject)
      look()
    })
  let read = 0
  return {
    ended,
    stop: () => stop.abort(new Error('stopped by a test')),
    hangUp: () => hangUp(),
    says: (pattern) => hear(() => (pattern.test(said.both) ? said.both : undefined), pattern),
    nextLine: (pattern) =>
      hear(() => {
        const lines = said.both.slice(read).split('\n').slice(0, -1)
        const at = lines.findIndex((line) => pattern.test(line))
        if (at === -1) return undefined
        read += lines.slice(0, at + 1).join('\n').length + 1
        return lines[at]
      }, pattern),
  }
}

/** Runs a command line within this process to its end, without its log. */
export const lanistaHere = (args: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  startHere(args, options).ended

function compositionWith(
  { environment = {}, notifier, log, composition }: StartOptions,
  stderr: PassThrough,
): Composition {
  const own = { ...compose({ version: 'test', environment, log: stderr }), ...composition }
  return {
    ...own,
    openLog: (options) => (log === undefined ? quiet : own.openLog(options)),
    connect: async (...args) => {
      const connected = await own.connect(...args)
      return notifier === undefined ? connected : { ...connected, notifier }
    },
  }
}
