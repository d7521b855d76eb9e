import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** Whether Debian's `prometheus` package is there, which has promtool. */
const hasPromtool = (): boolean => spawnSync('promtool', ['--version']).status === 0

/** What promtool came to. */
export interface PromtoolSaid {
  readonly status: number
  readonly text: string
}

/** Runs promtool to its end. @param input for its standard input */
export async function promtool(args: readonly string[], input = ''): Promise<PromtoolSaid> {
  const child = spawn('promtool', args, { stdio: 'pipe' })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.end(input)
  const [status]: readonly unknown[] = await once(child, 'close')
  return { status: Number(status ?? 1), text }
}

/** For `before` in a `describe`: skips its tests, and says so, where there is no promtool. */
export function needPromtool(this: Mocha.Context): void {
  if (hasPromtool()) return
  console.log("      no promtool on this machine (Debian's package prometheus has it)")
  this.skip()
}
