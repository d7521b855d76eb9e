import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Way } from './way.ts'

/** From an event in the folder of range files to the first request for a clone. */
export interface Walks {
  /** A file has come, of a range that had nothing yet. */
  readonly dropped: Way
  /** One more VM has come into a file. */
  readonly changed: Way
}

/** Lets the product be walked through in a process of its own, as all that it loads is changed on the way. */
export async function takeWalks(): Promise<Walks> {
  const main = fileURLToPath(new URL('main.js', import.meta.url))
  // What is changed while it is loaded would be counted at the wrong places.
  const { NODE_V8_COVERAGE: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, [main], { env, maxBuffer: 16 * 1024 * 1024 })
  return JSON.parse(stdout)
}
