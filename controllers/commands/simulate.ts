import type { Composition } from './composition.ts'
import { aborted } from '../pace/aborted.ts'

export interface SimulateCommandOptions {
  readonly cluster: string | undefined
  readonly listen: string | undefined
  readonly json: boolean
}

/** `lanista simulate`: the simulated cluster alone, until the signal aborts. With `json` the first line is for programs. */
export async function simulateCommand(
  options: SimulateCommandOptions,
  composition: Composition,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const cluster = await composition.simulate({ clusterFile: options.cluster, listen: options.listen, pace: 'real' })
  const { url, nodes, token, fingerprint } = cluster
  if (options.json) print(JSON.stringify({ url, nodes, token, fingerprint }))
  else {
    print('A simulated Proxmox VE cluster is running. Nothing of it is real, and it is gone when this ends (Ctrl-C).')
    for (const [name, nodeUrl] of Object.entries(nodes)) print(`  ${name.padEnd(12)} ${nodeUrl}`)
    print(`  ${'token'.padEnd(12)} ${token}`)
    print(`  ${'fingerprint'.padEnd(12)} ${fingerprint}`)
    print(`Try: curl -k -H 'Authorization: PVEAPIToken=${token}' ${url}/api2/json/nodes`)
  }
  await aborted(signal)
  await cluster.close()
  return 0
}
