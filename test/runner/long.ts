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

interface Part {
  readonly name: string
  /** Resolves with an exit status. */
  readonly run: () => Promise<number>
}

async function command(words: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<number> {
  const [program = '', ...args] = words
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const [status] = await once(child, 'exit')
  return typeof status === 'number' ? status : 1
}

/** As a person does who has just cloned this. */
async function onNode(version: string): Promise<number> {
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
const failed: string[] = []
for (const { name, run } of PARTS.filter(
  (part) => asked.length === 0 || asked.some((word) => part.name.includes(word)),
)) {
  console.log(`\n=== ${name}`)
  const began = performance.now()
  const status = await run()
  console.log(
    `=== ${name}: ${status === 0 ? 'passed' : `failed (status ${status})`} in ${Math.round((performance.now() - began) / 1000)} s`,
  )
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) console.error(`\nfailed: ${failed.join('; ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
