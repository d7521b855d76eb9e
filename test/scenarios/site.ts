import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'
import type { Clock } from '../../model/clock.ts'
import { startVirtualTime } from '../builders/virtual-time.ts'

/** A simulated cluster, and on disk what the lanista command needs to work on it. */
export interface Site {
  readonly simulator: Simulator
  /** Path of the configuration file. */
  readonly config: string
  /** The watched folder. */
  readonly ranges: string
  /** Resolves when every node has told the others about its guests. */
  nodesHaveTold(): Promise<void>
  close(): Promise<void>
}

type Files = Readonly<Record<string, string>>

/**
 * Opens a site of the demo's cluster, or another, whose watched folder holds these files, by name. It is in virtual time, for
 * commands within this process.
 *
 * @param pace how fast the cluster answers; default: at once
 */
export async function openSite(
  files: Files,
  world: World = demoCluster(),
  pace: Pick<SimulatorOptions, 'durations' | 'workers'> = { durations: { response: 0 } },
): Promise<Site> {
  const backToRealTime = startVirtualTime()
  const site = await openWith(files, { ...pace, world, clock: scaledClock() })
  return {
    ...site,
    close: async () => {
      await site.close()
      backToRealTime()
    },
  }
}

/** The same in real time, for commands that are processes of their own. Everything is quick there. */
export function openSiteForProcesses(files: Files, world: World = demoCluster()): Promise<Site> {
  const quick = {
    replug: 10,
    networkReload: 40,
    linkedClone: 80,
    start: 80,
    shutdown: 80,
    destroy: 80,
    statistics: 250,
  }
  return openWith(files, { world, clock: scaledClock(), durations: quick })
}

async function openWith(files: Files, options: SimulatorOptions & { readonly clock: Clock }): Promise<Site> {
  const simulator = await startSimulator(options)
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-site-'))
  const ranges = path.join(folder, 'ranges')
  await mkdir(ranges)
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(ranges, name), text)))
  await writeFile(path.join(folder, 'token'), controllerToken(options.world) ?? '', { mode: 0o600 })
  const config = path.join(folder, 'config.yml')
  await writeFile(config, configText(simulator))
  return {
    simulator,
    config,
    ranges,
    nodesHaveTold: () => options.clock.sleep(simulator.simulation.durations.statistics),
    close: async () => {
      await simulator.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const configText = ({ nodes, fingerprint }: Simulator): string => `proxmox_node: pve1
lanista:
  ranges: ranges
  state_dir: state
  http: { listen: "127.0.0.1:0" }
  proxmox:
    hosts: [${Object.values(nodes).join(', ')}]
    token_file: token
    fingerprint: "${fingerprint}"
`
