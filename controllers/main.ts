#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { runCommandLine } from './command-line.ts'
import { statusOfLostOutput } from './look-command-line.ts'
import { compose } from './compose/compose.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
/** Whoever stops waits no longer for what does not end, such as a file system that hangs. In milliseconds. */
const LONGEST_END_MS = 4500

const args = process.argv.slice(2)
let isOutputLost = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads our output may stop reading (`lanista plan | head`); that is no reason to break off.
  if (error.code === 'EPIPE' || isOutputLost) return
  isOutputLost = true
  // It may come at the very end.
  process.exitCode = statusOfLostOutput(args)
  process.stderr.write(`standard output can't be written, so what it should say is lost: ${error.message}\n`)
})
// There is nowhere left to say so; that nobody reads on is no loss here either (`lanista plan 2>&1 | head`).
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  isOutputLost ||= error.code !== 'EPIPE'
})

/** From now on the process ends in time, whatever still goes on in it. */
function endSoon(status: () => number): void {
  setTimeout(() => process.exit(status()), LONGEST_END_MS).unref()
}

/** Aborts at the first Ctrl-C or SIGTERM: nothing further is begun, and what is under way is let go. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      stop.abort(new Error(`received ${name}`))
      endSoon(() => 1)
    })
  return stop.signal
}

/** SIGHUP asks for a reload; from here on it no longer ends the process, even before anyone listens. */
function hangups(): (listener: () => void) => void {
  let listener = (): void => undefined
  process.on('SIGHUP', () => listener())
  return (next) => {
    listener = next
  }
}

const composition = compose({ version, environment: process.env })
const { stdin, stdout, stderr } = process
const outside = { stdin, stdout, stderr, stopSignal, hangups }
const status = await runCommandLine(args, version, composition, outside)
process.exitCode = isOutputLost ? statusOfLostOutput(args) : status
endSoon(() => Number(process.exitCode))
