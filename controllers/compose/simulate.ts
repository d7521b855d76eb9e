import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { clusterDescriptionSchema } from '../../adapters/simulator/cluster-description.ts'
import { clusterFrom, controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { Durations } from '../../adapters/simulator/durations.ts'
import { startSimulator } from '../../adapters/simulator/start-simulator.ts'
import type { World } from '../../adapters/simulator/world.ts'
import { UserError } from '../../model/user-error.ts'
import type { SimulatedCluster, SimulateOptions } from '../composition.ts'

/** Slow enough to see each phase, quick enough not to wait. */
const DEMO_PACE: Partial<Durations> = { networkReload: 500, linkedClone: 1200, start: 1500, statistics: 2000 }

/** Starts a simulated cluster over HTTPS. Throws `UserError` for a description or address that can't be used. */
export async function simulateCluster({ clusterFile, listen, pace }: SimulateOptions): Promise<SimulatedCluster> {
  const world = clusterFile === undefined ? demoCluster() : await describedCluster(clusterFile)
  const simulator = await startSimulator({
    world,
    clock: scaledClock(1),
    ...(listen === undefined ? {} : { listen: listenAddress(listen) }),
    ...(pace === 'demo' ? { durations: DEMO_PACE } : {}),
  }).catch((error: unknown) => {
    throw new UserError(
      `simulate: can't listen on ${listen ?? '127.0.0.1'} (${error instanceof Error ? error.message : String(error)}); choose another --listen ADDRESS:PORT`,
      error,
    )
  })
  const { url, nodes, fingerprint } = simulator
  return {
    url,
    nodes,
    fingerprint,
    token: controllerToken(world) ?? simulator.token ?? '',
    close: () => simulator.close(),
  }
}

async function describedCluster(file: string): Promise<World> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(
      `simulate: ${file} can't be read (${error instanceof Error ? error.message : String(error)}); give a YAML description of a cluster`,
      error,
    )
  })
  const described = clusterDescriptionSchema.safeParse(yamlOf(text, file))
  if (described.success) return clusterFrom(described.data)
  throw new UserError(`simulate: ${file} does not describe a cluster:\n${z.prettifyError(described.error)}`)
}

function yamlOf(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new UserError(
      `simulate: ${file} is not YAML: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
}

function listenAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:(.+):)?([0-9]{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) {
    throw new UserError(`simulate: --listen ${text} is no ADDRESS:PORT; give one such as 127.0.0.1:8006`)
  }
  return { host: host ?? '127.0.0.1', port: Number(port) }
}
