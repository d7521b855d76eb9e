/**
 * What takes too long for `npm test`: all tests with all their cases and those that are long themselves, the simulator's
 * conformance, and the README's commands on every supported version of Node but the one at hand, each in a copy of this folder:
 * `npm run test:long`.
 *
 *     node dist/test/runner/long.js [PART...]     only parts whose name contains one of these
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Of Debian 13 and Proxmox VE 9, and the two that are maintained. */
const VERSIONS = ['20.19.0', '22', '24'] as const
/** What is made rather than written. */
const MADE: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', '.git'])

/** All else runs on it. The oldest that is supported is one release, and a later one of its line does not stand for it. */
const isAtHand = (version: string): boolean => `${process.versions.node}.`.startsWith(`${version}.`)

/** How much of what a failed part said is said once more at the end: mocha's list of failures with room to spare. */
const REPEATED_LINES = 150

interface Outcome {
  readonly status: number
  /** Its last lines, as whoever sees only the end of a long log would not learn what failed. */
  readonly end: string
}

interface Part {
  readonly name: string
  readonly run: () => Promise<Outcome>
}

async function command(words: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const [program = '', ...args] = words
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let lines: string[] = ['']
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    from.setEncoding('utf8').on('data', (text: string) => {
      to.write(text)
      lines = `${lines.join('\n')}${text}`.split('\n').slice(-REPEATED_LINES)
    })
  const [status] = await once(child, 'close')
  return { status: typeof status === 'number' ? status : 1, end: lines.join('\n') }
}

/** As a person does who has just cloned this. */
async function onNode(version: string): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), 'lanista-node-'))
  const isWritten = (path: string): boolean => !MADE.has(basename(path)) && !basename(path).startsWith('.dist-')
  try {
    cpSync('.', copy, { recursive: true, filter: isWritten })
    const commands = 'node --version && npm ci && npm start -- --until-ready && npm test'
    return await command(['npx', '-y', '-p', `node@${version}`, '-c', commands], copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const PARTS: readonly Part[] = [
  {
    name: 'all tests with all their cases',
    run: () => command([process.execPath, 'dist/test/runner/main.js'], '.', { LANISTA_TEST_LONG: '1' }),
  },
  { name: 'conformance of the simulator', run: () => command([process.execPath, 'dist/test/conformance.js'], '.') },
  ...VERSIONS.filter((version) => !isAtHand(version)).map((version) => ({
    name: `the README's commands on Node ${version}`,
    run: () => onNode(version),
  })),
]

const asked = process.argv.slice(2)
const failed: { readonly name: string; readonly end: string }[] = []
for (const { name, run } of PARTS.filter(
  (part) => asked.length === 0 || asked.some((word) => part.name.includes(word)),
)) {
  console.log(`\n=== ${name}`)
  const began = performance.now()
  const { status, end } = await run()
  console.log(
    `=== ${name}: ${status === 0 ? 'passed' : `failed (status ${status})`} in ${Math.round((performance.now() - began) / 1000)} s`,
  )
  if (status !== 0) failed.push({ name, end })
}
for (const { name, end } of failed) console.error(`\n=== the end of what failed: ${name}\n${end}`)
if (failed.length > 0) console.error(`\nfailed: ${failed.map(({ name }) => name).join('; ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
