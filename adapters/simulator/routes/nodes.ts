import { shared } from '../parameters.ts'
import { anyUser, perm } from '../permission.ts'
import { nodeRow } from '../resource-rows.ts'
import type { Call, Route } from '../route.ts'
import { measure } from '../statistics.ts'
import { nodesOf } from '../world.ts'

const status = ({ sim, node }: Call): unknown => {
  const { cpu, mem, uptime } = measure(sim.world, node, sim.clock.now()).node
  const { total, used, available } = node.rootDisk
  return {
    cpu,
    wait: 0,
    idle: 0,
    uptime,
    loadavg: ['0.10', '0.10', '0.10'],
    memory: { total: node.memory, used: mem, free: node.memory - mem, available: node.memory - mem },
    swap: { total: 0, used: 0, free: 0 },
    rootfs: { total, used, avail: available, free: total - used },
    ksm: { shared: 0 },
    cpuinfo: { cpus: node.cores, cores: node.cores, sockets: 1, model: 'simulated', mhz: '2600.000', user_hz: 100 },
    pveversion: `pve-manager/${sim.world.version.version}/${sim.world.version.repoid}`,
    kversion: 'Linux 6.17.13-1-pve #1 SMP PREEMPT_DYNAMIC',
    'current-kernel': {
      sysname: 'Linux',
      machine: 'x86_64',
      release: '6.17.13-1-pve',
      version: '#1 SMP PREEMPT_DYNAMIC',
    },
    'boot-info': { mode: 'legacy-bios' },
  }
}

/** Seconds by the node's own clock. In its zone it is UTC, so both are the same. */
const time = ({ sim, node }: Call): unknown => {
  const seconds = Math.floor((sim.clock.now() + node.clockAheadMs) / 1000)
  return { timezone: 'Etc/UTC', time: seconds, localtime: seconds }
}

/** The hosts. */
export const nodeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/nodes',
    permission: anyUser,
    params: {},
    handle: (call) =>
      nodesOf(call.sim.world).map((node) => ({
        ...nodeRow(call.sim, node, call.may(`/nodes/${node.name}`, 'Sys.Audit')),
        ssl_fingerprint: call.sim.fingerprintOf(node.name),
      })),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/version',
    permission: anyUser,
    proxy: 'node',
    params: { node: shared.node },
    handle: ({ sim }) => sim.world.version,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/status',
    permission: perm('/nodes/{node}', 'Sys.Audit'),
    proxy: 'node',
    params: { node: shared.node },
    handle: status,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/time',
    permission: perm('/nodes/{node}', 'Sys.Audit'),
    proxy: 'node',
    params: { node: shared.node },
    handle: time,
  },
]
