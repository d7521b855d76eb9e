#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { runCommandLine } from './command-line.ts'
import { compose } from './compose/compose.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
// Whoever reads our output may stop reading (`lanista plan | head`); that is no reason to break off.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** Aborts at the first Ctrl-C or SIGTERM: nothing further is begun, and what is under way is let go. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`received ${name}`)))
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
process.exitCode = await runCommandLine(process.argv.slice(2), version, composition, outside)
