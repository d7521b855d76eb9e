import { clusterOfFile } from '../../adapters/simulator/cluster-file.ts'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import type { Durations } from '../../adapters/simulator/durations.ts'
import { startSimulator } from '../../adapters/simulator/start-simulator.ts'
import { UserError } from '../../model/user-error.ts'
import type { SimulatedCluster, SimulateOptions } from '../../model/simulated-cluster.ts'

/** Slow enough to see each phase, quick enough not to wait. */
const DEMO_PACE: Partial<Durations> = { networkReload: 500, linkedClone: 1200, start: 1500, statistics: 2000 }

/** Starts a simulated cluster over HTTPS. Throws `UserError` for a description or address that can't be used. */
export async function simulateCluster({ clusterFile, listen, pace }: SimulateOptions): Promise<SimulatedCluster> {
  const world = clusterFile === undefined ? demoCluster() : await clusterOfFile(clusterFile)
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

function listenAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:(.+):)?([0-9]{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) > 65_535) {
    throw new UserError(`simulate: --listen ${text} is no ADDRESS:PORT; give one such as 127.0.0.1:8006`)
  }
  return { host: host ?? '127.0.0.1', port: Number(port) }
}
