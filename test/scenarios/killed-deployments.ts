import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'chai'
import type { Simulator } from '../../adapters/simulator/start-simulator.ts'
import { startHere } from './command-line.ts'
import { rangeText } from './ranges.ts'
import { openSiteForProcesses, type Site } from './site.ts'

const MAIN = path.resolve('dist/controllers/main.js')

const FILES = {
  'JD.yml': rangeText([
    { name: 'a', vlan: 10, octet: 1 },
    { name: 'b', vlan: 20, octet: 1, targetNode: 'pve2' },
  ]),
  'KT.yml': rangeText([{ name: 'c', vlan: 10, octet: 1 }]),
}

/** Lets a controller live until it has made so many requests, then kills it at that very moment. */
async function killAtRequest(
  { simulator, config }: Site,
  requests: number,
  phase: 'arrived' | 'answered',
): Promise<void> {
  let left = requests
  const child = spawn(process.execPath, [MAIN, 'run', '--config', config], { stdio: 'ignore' })
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
async function converge({ config }: Site): Promise<{ readonly status: number; readonly output: string }> {
  const { status, stdout, stderr } = await startHere(['run', '--once', '--config', config], {
    log: 'on standard error',
  }).ended
  return { status, output: stdout + stderr }
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

/** What became of a deployment. */
interface Deployed {
  readonly state: unknown
  /** Clones that succeeded. */
  readonly clones: number
}

/** Deploys two ranges, with so many kills on the way: each as a request arrives, or as its answer leaves. */
async function deploy(kills: number, random: (most: number) => number): Promise<Deployed> {
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
    expect(status, output).to.equal(0)
    expect(site.simulator.world.sdn.lock, 'the SDN lock').to.equal(undefined)
    const cloned = site.simulator.world.tasks.filter(({ type, end }) => type === 'qmclone' && end?.status === 'OK')
    return { state: endState(site.simulator), clones: cloned.length }
  } finally {
    await site.close()
  }
}

/** Deploys so many times with so many kills each, and holds the ends against one without any. */
export async function deployDespiteKills(deployments: number, killsEach: number, seed: number): Promise<void> {
  const random = randomFrom(seed)
  const [undisturbed, ...disturbed] = await Promise.all([
    deploy(0, random),
    ...Array.from({ length: deployments }, () => deploy(killsEach, random)),
  ])
  expect(undisturbed.clones).to.equal(5)
  for (const each of disturbed) {
    expect(each.state).to.deep.equal(undisturbed.state)
    expect(each.clones, 'clones that succeeded').to.equal(5)
  }
}
