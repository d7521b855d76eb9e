import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { type Simulator, startSimulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'

/** A quick simulated cluster, and on disk what a separate lanista process needs to work on it. */
export interface Site {
  readonly simulator: Simulator
  /** Path of the configuration file. */
  readonly config: string
  /** The watched folder. */
  readonly ranges: string
  close(): Promise<void>
}

/** Opens a site of the demo's cluster, or another, whose watched folder holds these files, by name. */
export async function openSite(files: Readonly<Record<string, string>>, world: World = demoCluster()): Promise<Site> {
  const simulator = await startSimulator({
    world,
    clock: scaledClock(1),
    durations: { networkReload: 40, linkedClone: 80, start: 80, shutdown: 80, destroy: 80, statistics: 250 },
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-site-'))
  const ranges = path.join(folder, 'ranges')
  await mkdir(ranges)
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(ranges, name), text)))
  await writeFile(path.join(folder, 'token'), controllerToken(world) ?? '', { mode: 0o600 })
  const config = path.join(folder, 'config.yml')
  await writeFile(config, configText(simulator))
  return {
    simulator,
    config,
    ranges,
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
