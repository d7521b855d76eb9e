import { cp, mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SimulatedCluster } from '../../model/simulated-cluster.ts'

/** The example range files that ship with Lanista, seen from the compiled file. */
const EXAMPLES = fileURLToPath(new URL('../../../deploy/demo/', import.meta.url))

/** A folder of the demo's own: everything it writes is in it, and goes with it. */
export interface DemoFolder {
  readonly ranges: string
  readonly configFile: string
  readonly logFile: string
  /** A range file to drop in. */
  readonly extraRange: string
  /** A VM to append to range JD. */
  readonly extraVm: string
  remove(): Promise<void>
}

/** Lays out a new demo folder: the example range files, and a configuration that leads to the simulated cluster. */
export async function layOutDemoFolder(cluster: SimulatedCluster, listen: string): Promise<DemoFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lanista-demo-'))
  const ranges = path.join(folder, 'ranges')
  await mkdir(ranges)
  const examples = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yml'))
  await Promise.all(examples.map((name) => cp(path.join(EXAMPLES, name), path.join(ranges, name))))
  await writeFile(path.join(folder, 'token'), `${cluster.token}\n`, { mode: 0o600 })
  const configFile = path.join(folder, 'config.yml')
  await writeFile(configFile, configText(cluster, listen))
  return {
    ranges,
    configFile,
    logFile: path.join(folder, 'lanista.log'),
    extraRange: path.join(EXAMPLES, 'try', 'SOC.yml'),
    extraVm: path.join(EXAMPLES, 'try', 'one-more-vm.yml'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The same keys an operator writes, so that the demo is the real thing but for the cluster. */
const configText = (
  cluster: SimulatedCluster,
  listen: string,
): string => `# The demo's configuration. It leads to a simulated cluster, so nothing real is touched.
proxmox_url: ${cluster.url}
proxmox_node: ${Object.keys(cluster.nodes)[0]}
proxmox_vm_storage_pool: shared
sdn_zone: ludus
lanista:
  ranges: ranges
  state_dir: state
  proxmox:
    hosts: [${Object.values(cluster.nodes).join(', ')}]
    token_file: token
    fingerprint: ${cluster.fingerprint}
  http:
    listen: ${listen}
`
