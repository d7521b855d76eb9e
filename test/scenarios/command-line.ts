import { PassThrough } from 'node:stream'
import { runCommandLine } from '../../controllers/command-line.ts'
import { compose } from '../../controllers/compose/compose.ts'
import { quiet } from '../builders/quiet.ts'

/** What a command came to. */
export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const never = new AbortController().signal

/**
 * Runs a command line within this process, where nobody is at a terminal; most of what a command takes as a process of its
 * own is its start. Its log is left out.
 */
export async function lanistaHere(args: readonly string[], signal = never): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const texts = [stdout, stderr].map((stream) => {
    const chunks: string[] = []
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk.toString()))
    return chunks
  })
  const status = await runCommandLine(
    args,
    'test',
    { ...compose({ version: 'test', environment: {} }), openLog: () => quiet },
    { stdin: new PassThrough(), stdout, stderr, stopSignal: () => signal, hangups: () => () => undefined },
  )
  await new Promise((resolve) => setImmediate(resolve))
  const [out = '', err = ''] = texts.map((chunks) => chunks.join(''))
  return { status, stdout: out, stderr: err }
}
