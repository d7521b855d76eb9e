import type { Guest, NodeState } from '../world.ts'

const mib = 1_048_576

/** Bytes of a root volume's `size=`, or what Proxmox takes it for. */
const rootBytes = (rootfs: string): number => {
  const [, amount = '4', unit = 'G'] = /(?:^|,)size=(\d+)([MGT])/.exec(rootfs) ?? []
  return Number(amount) * { M: 1, G: 1024, T: mib }[unit === 'M' || unit === 'T' ? unit : 'G'] * mib
}

/** A container's load figures as its node measures them now; it is called `CT105` without a host name. */
export const containerStatistics = (
  { vmid, config, running }: Guest,
  node: NodeState,
  now: number,
): Readonly<Record<string, string | number>> => ({
  name: String(config.get('hostname') ?? `CT${vmid}`),
  status: running === undefined ? 'stopped' : 'running',
  template: config.get('template') === undefined ? 0 : 1,
  cpu: 0,
  maxcpu: Number(config.get('cores') ?? config.get('cpulimit') ?? 0) || node.cores,
  mem: running === undefined ? 0 : Math.round(0.2 * Number(config.get('memory') ?? 512) * mib),
  maxmem: Number(config.get('memory') ?? 512) * mib,
  memhost: 0,
  disk: 0,
  maxdisk: rootBytes(String(config.get('rootfs') ?? '')),
  diskread: 0,
  diskwrite: 0,
  netin: 0,
  netout: 0,
  uptime: running === undefined ? 0 : Math.max(1, Math.floor((now - running.startedAt) / 1000)),
})

const pressure = Object.fromEntries(
  ['cpu', 'memory', 'io'].flatMap((kind) => [`pressure${kind}some`, `pressure${kind}full`]).map((key) => [key, 0]),
)

/** One row of a node's list of containers, measured now. */
export const containerRow = (guest: Guest, node: NodeState, now: number): Readonly<Record<string, unknown>> => {
  const { template, maxcpu, memhost, ...figures } = containerStatistics(guest, node, now)
  void memhost
  const { config, running, vmid } = guest
  return {
    vmid,
    type: 'lxc',
    ...figures,
    cpus: maxcpu,
    swap: 0,
    maxswap: Number(config.get('swap') ?? 0) * mib,
    ...(template === 1 ? { template } : {}),
    ...(config.has('tags') ? { tags: config.get('tags') } : {}),
    ...(config.has('lock') ? { lock: config.get('lock') } : {}),
    ...(running === undefined ? {} : { pid: running.pid, ...pressure }),
  }
}
