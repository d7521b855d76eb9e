import type { Simulation } from './simulation.ts'
import type { Guest, NodeState, Storage, World } from './world.ts'

/** A row of `/cluster/resources` or of a pool's members. */
export type ResourceRow = Readonly<Record<string, unknown>>

/** Do the others still count this node as present: they notice its loss only after a while. */
export const seemsOnline = ({ clock, durations }: Simulation, node: NodeState): boolean =>
  node.lostAt === undefined || clock.now() - node.lostAt < durations.nodeLoss

const forgotten = ({ clock, durations }: Simulation, node: NodeState): boolean =>
  node.lostAt !== undefined && clock.now() - node.lostAt >= durations.guestsForgotten

/** A guest: id, node, lock, tags and pool are current, everything else is what its node pushed last. */
export const guestRow = (sim: Simulation, guest: Guest, pool: string | undefined): ResourceRow => {
  const { world } = sim
  const type = guest.kind ?? 'qemu'
  const node = world.nodes.get(guest.node)
  const pushed =
    node === undefined || node.silent || forgotten(sim, node) ? undefined : node.published.guests.get(guest.vmid)
  const [lock, tags] = [guest.config.get('lock'), guest.config.get('tags')]
  return {
    id: `${type}/${guest.vmid}`,
    type,
    vmid: guest.vmid,
    node: guest.node,
    ...(pushed ?? { status: 'unknown' }),
    ...(pool === undefined ? {} : { pool }),
    ...(lock === undefined ? {} : { lock }),
    ...(tags === undefined ? {} : { tags }),
  }
}

/** A node; without the right to audit it, only that it is there. An offline one has no load figures, a silent one none at all. */
export const nodeRow = (sim: Simulation, node: NodeState, audit: boolean): ResourceRow => {
  const online = seemsOnline(sim, node)
  const status = node.silent ? 'unknown' : 'online'
  const row = {
    id: `node/${node.name}`,
    node: node.name,
    type: 'node',
    status: online ? status : 'offline',
    level: '',
  }
  if (!audit) return row
  const size = { maxcpu: node.cores, maxmem: node.memory, maxdisk: node.rootDisk.total }
  if (node.silent) return row
  return online ? { ...row, ...size, ...node.published.node, disk: node.rootDisk.used } : { ...row, ...size }
}

/** A storage on one node. */
export const storageRow = (storage: Storage, node: string): ResourceRow => ({
  id: `storage/${node}/${storage.id}`,
  type: 'storage',
  storage: storage.id,
  node,
  status: 'available',
  shared: storage.shared ? 1 : 0,
  plugintype: storage.type,
  content: storage.content.join(','),
  disk: storage.capacity.used,
  maxdisk: storage.capacity.total,
})

/** Is a storage to be found on a node. */
export const isStorageOn = ({ config }: Storage, node: string): boolean => {
  const nodes = config['nodes']
  return (
    config['disable'] !== 1 &&
    (nodes === undefined ||
      String(nodes)
        .split(/[,; ]+/)
        .includes(node))
  )
}

/** A node's zones: the local network, and SDN zones with the status it pushed last. */
export const zoneRows = (world: World, node: NodeState): readonly ResourceRow[] => {
  const base = (zone: string): ResourceRow => ({
    id: `network/${node.name}/zone/${zone}`,
    type: 'network',
    'network-type': 'zone',
    network: zone,
    node: node.name,
  })
  const zones = [...node.published.zones].map(([zone, status]) => ({
    ...base(zone),
    'zone-type': world.sdn.running.zones.get(zone)?.['type'] ?? 'vxlan',
    status,
  }))
  return [{ ...base('localnetwork'), status: 'ok' }, ...zones]
}
