import type { Simulation } from './simulation.ts'
import { zonesOn, zoneStatusOn } from './sdn-state.ts'
import { containerStatistics } from './containers/container-statistics.ts'
import type { ConfigValue, Guest, NodeState, Published, World } from './world.ts'

const gib = 1_073_741_824

/** Bytes of a disk's `size=` property: `1G`, `512M`. */
export const diskBytes = (value: ConfigValue): number => {
  const [, amount = '0', unit = ''] = /(?:^|,)size=(\d+(?:\.\d+)?)([KMGT]?)/.exec(String(value)) ?? []
  return Math.round(Number(amount) * ({ '': 1, K: 1024, M: 1_048_576, G: gib, T: gib * 1024 }[unit] ?? 1))
}

const diskKey = /^(scsi|virtio|sata|ide)\d+$/

/** The boot disk as the configuration's boot order names it, or the first disk. */
const bootDisk = (config: ReadonlyMap<string, ConfigValue>): string | undefined => {
  const order = /order=([^,]*)/.exec(String(config.get('boot') ?? ''))?.[1]?.split(';') ?? []
  const isDisk = (key: string): boolean =>
    diskKey.test(key) && config.has(key) && !String(config.get(key)).includes('media=cdrom')
  return order.find(isDisk) ?? [...config.keys()].filter(isDisk).toSorted().at(0)
}

/** Bytes of memory a VM has; the configuration is in MiB. */
export const memoryOf = (config: ReadonlyMap<string, ConfigValue>): number =>
  Number(/^(?:current=)?(\d+)/.exec(String(config.get('memory') ?? '512'))?.[1] ?? 512) * 1_048_576

/** Virtual processors: `vcpus`, or cores times sockets. */
const cpusOf = (config: ReadonlyMap<string, ConfigValue>): number =>
  Number(config.get('vcpus') ?? Number(config.get('cores') ?? 1) * Number(config.get('sockets') ?? 1))

/** A guest's load figures as its node measures them now; the source of both `status/current` and the pushed rows. */
export const guestStatistics = (guest: Guest, now: number): Readonly<Record<string, string | number>> => {
  const { config, running } = guest
  const boot = bootDisk(config)
  const uptime = running === undefined ? 0 : Math.max(1, Math.floor((now - running.startedAt) / 1000))
  return {
    name: String(config.get('name') ?? `VM ${guest.vmid}`),
    status: running === undefined ? 'stopped' : 'running',
    template: config.get('template') === undefined ? 0 : 1,
    cpu: running === undefined ? 0 : 0.02,
    maxcpu: cpusOf(config),
    mem: running === undefined ? 0 : Math.round(0.6 * memoryOf(config)),
    maxmem: memoryOf(config),
    memhost: running === undefined ? 0 : memoryOf(config),
    disk: 0,
    maxdisk: boot === undefined ? 0 : diskBytes(config.get(boot) ?? ''),
    diskread: 0,
    diskwrite: 0,
    netin: 0,
    netout: 0,
    uptime,
  }
}

const usedBy = (world: World, node: NodeState): { readonly cpu: number; readonly mem: number } => {
  const running = [...world.guests.values()].filter((guest) => guest.node === node.name && guest.running !== undefined)
  const mem = running.reduce((sum, guest) => sum + memoryOf(guest.config), node.memoryUsed)
  return { cpu: Math.min(1, 0.05 + 0.02 * running.length), mem: Math.min(node.memory, mem) }
}

/**
 * Everything a node would push at this moment. Proxmox leaves no guest out: one that is being cloned is told as `VM <vmid>`,
 * as its own status tells it (09), and with that name for up to 10 s after.
 */
export const measure = (world: World, node: NodeState, now: number): Published => ({
  at: now,
  guests: new Map(
    [...world.guests.values()]
      .filter((guest) => guest.node === node.name)
      .map((guest) => [
        guest.vmid,
        guest.kind === 'lxc' ? containerStatistics(guest, node, now) : guestStatistics(guest, now),
      ]),
  ),
  node: { ...usedBy(world, node), uptime: Math.floor((now - node.bootedAt) / 1000) },
  zones: new Map(zonesOn(world, node.name).map(([zone]) => [zone, zoneStatusOn(world, node, zone)])),
})

/** Pushes a node's statistics every 10 s for as long as the simulator lives; one that is off or silent pushes nothing. */
export const publishStatistics = async (sim: Simulation, node: NodeState): Promise<void> => {
  try {
    while (!sim.closed.aborted) {
      if (node.online && !node.silent) node.published = measure(sim.world, node, sim.clock.now())
      await sim.clock.sleep(sim.durations.statistics, sim.closed)
    }
  } catch (error) {
    if (!sim.closed.aborted) throw error
  }
}
