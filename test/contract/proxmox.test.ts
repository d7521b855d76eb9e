import { createLanes } from '../../adapters/proxmox/lanes.ts'
import { connectProxmox, type ProxmoxSettings } from '../../adapters/proxmox/connect.ts'
import { LockTimeout } from '../../adapters/proxmox/errors.ts'
import type { TlsTrust } from '../../adapters/proxmox/tls.ts'
import { readToken } from '../../adapters/proxmox/token.ts'
import { scaledClock } from '../../adapters/simulator/clock.ts'
import { controllerToken } from '../../adapters/simulator/cluster-from.ts'
import { demoCluster } from '../../adapters/simulator/demo-cluster.ts'
import { startSimulator } from '../../adapters/simulator/start-simulator.ts'
import { systemClock } from '../../adapters/system-clock.ts'
import type { Clock } from '../../model/clock.ts'
import type { Proxmox } from '../../model/ports.ts'
import { proxmoxContract, type Site } from './proxmox.contract.ts'

const connect = (settings: ProxmoxSettings, clock: Clock): Proxmox & { close(): void } => {
  const { random } = Math
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const lanes = createLanes({ clock, random, isCongestion: (error) => error instanceof LockTimeout })
  return connectProxmox(settings, { clock, random, logger: silent, lanes })
}

/** The client with least rights against the simulator over HTTPS, a hundred times as fast. */
const simulated = async (): Promise<Site> => {
  const clock = scaledClock(100)
  const world = demoCluster(clock.now())
  const simulator = await startSimulator({ world, clock })
  const tls = { kind: 'fingerprint', sha256: simulator.fingerprint } as const
  const token = controllerToken(world) ?? ''
  const proxmox = connect({ hosts: Object.values(simulator.nodes), token, tls }, clock)
  const { templates } = await proxmox.observe(new AbortController().signal)
  const template = templates[0] ?? { vmid: 0, node: '' }
  return {
    proxmox,
    zone: 'ludus',
    template: { vmid: template.vmid, node: template.node },
    vmid: 3_010_011,
    tag: 3000,
    close: async () => {
      proxmox.close()
      await simulator.close()
    },
  }
}

proxmoxContract('the client and the simulator', simulated, 20_000)

/*
 * Against a real cluster, where a pool, a VNet and two VMs are left behind:
 *
 * LANISTA_CONTRACT_URL=https://pve1:8006 LANISTA_CONTRACT_TOKEN_FILE=... LANISTA_CONTRACT_TEMPLATE=pve1/9000
 * [LANISTA_CONTRACT_FINGERPRINT=... LANISTA_CONTRACT_ZONE=ludus LANISTA_CONTRACT_VMID=990000000 LANISTA_CONTRACT_TAG=990000]
 */
const { env } = process
const variable = (name: string): string | undefined => env[`LANISTA_CONTRACT_${name}`]

const real = async (url: string): Promise<Site> => {
  const fingerprint = variable('FINGERPRINT')
  const tls: TlsTrust = fingerprint === undefined ? { kind: 'system' } : { kind: 'fingerprint', sha256: fingerprint }
  const token = await readToken({ file: variable('TOKEN_FILE'), environment: env })
  const proxmox = connect({ hosts: [url], token, tls }, systemClock)
  const [node = '', vmid = ''] = (variable('TEMPLATE') ?? '').split('/')
  return {
    proxmox,
    zone: variable('ZONE') ?? 'ludus',
    template: { node, vmid: Number(vmid) },
    vmid: Number(variable('VMID') ?? 990_000_000),
    tag: Number(variable('TAG') ?? 990_000),
    close: async () => proxmox.close(),
  }
}

const url = variable('URL')
if (url === undefined)
  describe.skip('the Proxmox ports, as kept by a real cluster (set LANISTA_CONTRACT_URL)', () => undefined)
else proxmoxContract(`the cluster at ${url}`, () => real(url), 300_000)
