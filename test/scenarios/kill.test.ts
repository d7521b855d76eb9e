import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'chai'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'
import { rangeText } from './ranges.ts'
import { openSiteForProcesses, type Site } from './site.ts'

/** Every kill strikes at a request of the deployment: as it arrives, or as its answer leaves. */
const DEPLOYMENTS = 2
const KILLS_EACH = 7
const MAIN = path.resolve('dist/controllers/main.js')

const FILES = {
  'JD.yml': rangeText([
    { name: 'a', vlan: 10, octet: 1 },
    { name: 'b', vlan: 20, octet: 1, targetNode: 'pve2' },
  ]),
  'KT.yml': rangeText([{ name: 'c', vlan: 10, octet: 1 }]),
}

const start = (config: string, ...more: readonly string[]): ChildProcess =>
  spawn(process.execPath, [MAIN, 'run', '--config', config, ...more], { stdio: ['ignore', 'pipe', 'pipe'] })

/** Lets a controller live until it has made so many requests, then kills it at that very moment. */
async function killAtRequest(
  { simulator, config }: Site,
  requests: number,
  phase: 'arrived' | 'answered',
): Promise<void> {
  let left = requests
  const child = start(config)
  const exited = once(child, 'exit')
  let idle: NodeJS.Timeout | undefined
  const stop = simulator.journal.listen((_entry, at) => {
    if (at !== phase) return
    left -= 1
    if (left === 0) child.kill('SIGKILL')
    // A life in which everything is done makes no request any more, and ends as well.
    clearTimeout(idle)
    idle = setTimeout(() => child.kill('SIGKILL'), 1200)
  })
  await exited
  clearTimeout(idle)
  stop()
}

/** Runs a controller until it has nothing more to do. */
async function converge({ config }: Site): Promise<{ readonly status: number | null; readonly output: string }> {
  const child = start(config, '--once')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { status, output }
}

/** What a person would compare: VMs by name with VMID, NICs and state, and the VNets. */
function endState({ world }: Simulator): unknown {
  const guests = [...world.guests.values()].filter(({ config }) => config.get('template') === undefined)
  return {
    vms: guests
      .map(({ vmid, config, running }) => ({
        vmid,
        name: config.get('name'),
        lock: config.get('lock'),
        tags: config.get('tags'),
        nics: [...config]
          .filter(([key]) => key.startsWith('net'))
          .map(([key, value]) => `${key} ${String(value).replace(/=[0-9A-F:]{17}/, '')}`),
        running: running !== undefined,
      }))
      .sort((a, b) => a.vmid - b.vmid),
    vnets: [...world.sdn.configured.vnets.keys()].sort(),
    applied: [...world.sdn.running.vnets.keys()].sort(),
  }
}

/** A small generator of numbers from a seed, so that a failing run can be repeated. */
function randomFrom(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return 1 + (Math.floor(state / 65_536) % most)
  }
}

describe('killed at any moment of a deployment and started again', function () {
  this.timeout(110_000)
  const seed = Number(process.env['LANISTA_TEST_SEED'] ?? Date.now() % 100_000)

  async function deploy(
    kills: number,
    random: (most: number) => number,
  ): Promise<{ readonly state: unknown; readonly clones: number }> {
    const site = await openSiteForProcesses(FILES)
    try {
      for (let kill = 0; kill < kills; kill++)
        await killAtRequest(site, random(45), random(2) === 1 ? 'arrived' : 'answered')
      let { status, output } = await converge(site)
      if (output.includes('probably by Lanista itself')) {
        // Killed between asking for the SDN lock and the answer: nobody knows the token, and a person does as told.
        site.simulator.world.sdn.lock = undefined
        ;({ status, output } = await converge(site))
      }
      expect(status, `seed ${seed}: ${output}`).to.equal(0)
      expect(site.simulator.world.sdn.lock, `seed ${seed}: the SDN lock`).to.equal(undefined)
      const cloned = site.simulator.world.tasks.filter(({ type, end }) => type === 'qmclone' && end?.status === 'OK')
      return { state: endState(site.simulator), clones: cloned.length }
    } finally {
      await site.close()
    }
  }

  it(`ends in the same state without a duplicate, ${DEPLOYMENTS * KILLS_EACH} kills (seed ${seed})`, async () => {
    const random = randomFrom(seed)
    const [undisturbed, ...disturbed] = await Promise.all([
      deploy(0, random),
      ...Array.from({ length: DEPLOYMENTS }, () => deploy(KILLS_EACH, random)),
    ])
    expect(undisturbed.clones).to.equal(5)
    for (const each of disturbed) {
      expect(each.state).to.deep.equal(undisturbed.state)
      expect(each.clones, 'clones that succeeded').to.equal(5)
    }
  })
})
