/**
 * Replays recordings of a real Proxmox VE against the simulator and says how many of the answers match. The recordings
 * are not part of this project: where `../shared/pve` is absent there is nothing to compare, and that is said.
 *
 *     node dist/test/conformance.js [NAME...]     only chains with a file whose name contains one of these
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { scaledClock } from '../adapters/simulator/clock.ts'
import { realisticDurations } from '../adapters/simulator/durations.ts'
import { goldenWorld } from '../adapters/simulator/golden-world.ts'
import { startSimulator } from '../adapters/simulator/start-simulator.ts'

const home = join('..', 'shared', 'pve')

/** Those of the first cluster, and those of a second one of the same releases. */
const folders = ['recordings', 'recordings-second'].map((folder) => join(home, folder))

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

const headSchema = z.object({ continues: z.string().optional(), read_only: z.string().optional() })

/** The paths of a folder's recordings: those that go on where another ended come after it, in one chain. */
const chainsOf = (folder: string): readonly (readonly string[])[] => {
  const heads = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => ({ file: join(folder, file), ...headSchema.parse(json(join(folder, file))) }))
    .filter((head) => head.read_only === undefined)
  const found: string[][] = []
  for (const { file, continues } of heads) {
    const chain = found.find((one) => continues !== undefined && one.includes(join(folder, continues)))
    if (chain === undefined) found.push([file])
    else chain.push(file)
  }
  return found
}

const reportSchema = z.object({
  matched: z.number(),
  of: z.number(),
  files: z.array(
    z.object({
      file: z.string(),
      title: z.string(),
      matched: z.number(),
      of: z.number(),
      mismatches: z.array(
        z.object({
          index: z.number(),
          request: z.string(),
          note: z.string().optional(),
          found: z.array(z.string()),
        }),
      ),
    }),
  ),
})

type Report = z.infer<typeof reportSchema>

const run = (args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })

const replay = async (chain: readonly string[]): Promise<Report> => {
  const world = goldenWorld(json(join(home, 'golden-state.json')))
  // The pushes of statistics keep their real pace: the replayer does not wait for them any faster.
  const durations = { statistics: realisticDurations.statistics * speed }
  const simulator = await startSimulator({ world, clock: scaledClock(speed), durations })
  try {
    const nodes = Object.entries(simulator.nodes).flatMap(([name, url]) => ['--node', `${name}=${url}`])
    return reportSchema.parse(JSON.parse(await run([join(home, 'replay.mjs'), ...nodes, '--json', ...chain])))
  } finally {
    await simulator.close()
  }
}

/** Fast enough not to wait, slow enough that a task is still running when it is first looked at. */
const speed = 20

const print = ({ files }: Report): void => {
  for (const { file, title, matched, of, mismatches } of files) {
    console.log(`${file} (${title}): matched ${matched} of ${of}`)
    for (const { index, request, note, found } of mismatches) {
      console.log(`  #${index} ${request} (${note ?? ''})`)
      for (const line of found) console.log(`      ${line}`)
    }
  }
}

const main = async (names: readonly string[]): Promise<void> => {
  const present = folders.filter((folder) => existsSync(folder))
  if (present.length === 0) {
    console.log(`no recordings in ${home}: conformance skipped`)
    return
  }
  const wanted = present
    .flatMap(chainsOf)
    .filter((chain) => names.length === 0 || chain.some((file) => names.some((name) => basename(file).includes(name))))
  let matched = 0
  let of = 0
  for (const chain of wanted) {
    const report = await replay(chain)
    print(report)
    matched += report.matched
    of += report.of
  }
  console.log(`matched ${matched} of ${of}`)
  if (matched !== of) process.exitCode = 1
}

await main(process.argv.slice(2))
