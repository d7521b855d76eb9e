import { z } from 'zod'
import { emptyWorld, nodeFrom, settleWorld } from './world-builder.ts'
import { diskBytes } from './statistics.ts'
import type { AclEntry, Guest, Interfaces, SdnObject, Storage, User, World } from './world.ts'

const scalar = z.union([z.string(), z.number()])
const flags = z.record(z.string(), z.number())

/** The part of a recorded state that a world is made of. */
const goldenSchema = z.object({
  version: z.object({ version: z.string(), release: z.string(), repoid: z.string() }),
  cluster_status: z.array(
    z.object({ type: z.string(), name: z.string(), ip: z.string().optional(), nodeid: z.number().optional() }),
  ),
  tokens: z.record(z.string(), z.string()),
  token_privsep: flags,
  passwords: z.record(z.string(), z.string()),
  users: z.array(
    z.object({ userid: z.string(), enable: z.number(), expire: z.number(), email: z.string().optional() }),
  ),
  roles: z.array(z.object({ roleid: z.string(), privs: z.string(), special: z.number() })),
  acl: z.array(
    z.object({
      path: z.string(),
      roleid: z.string(),
      ugid: z.string(),
      type: z.enum(['user', 'group', 'token']),
      propagate: z.number(),
    }),
  ),
  storage: z.array(z.record(z.string(), scalar.nullable())),
  sdn_zones: z.array(z.record(z.string(), scalar.nullable())),
  options: z.record(z.string(), z.unknown()),
  nodes: z.record(
    z.string(),
    z.object({
      network: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))),
      storage: z.array(
        z.object({ storage: z.string(), total: z.number(), used: z.number(), avail: z.number() }).loose(),
      ),
      status: z.object({
        memory: z.object({ total: z.number(), used: z.number() }),
        rootfs: z.object({ total: z.number(), used: z.number(), avail: z.number() }),
        cpuinfo: z.object({ cpus: z.number() }),
      }),
    }),
  ),
  resources: z.array(z.object({ type: z.string(), vmid: z.number().optional(), node: z.string().optional() }).loose()),
  guests: z.record(z.string(), z.record(z.string(), scalar)),
})

type Golden = z.infer<typeof goldenSchema>

/** Is this a recorded state, rather than a description for `clusterFrom`. */
export const isRecordedState = (json: unknown): boolean => goldenSchema.safeParse(json).success

const usersOf = (golden: Golden): Map<string, User> =>
  new Map(
    golden.users.map((user) => {
      const tokens = Object.entries(golden.tokens).flatMap(([id, secret]) => {
        const [owner, token = ''] = id.split('!')
        const privsep = golden.token_privsep[id] === 1
        return owner === user.userid ? [[token, { secret, privsep, expire: 0 }] as const] : []
      })
      return [
        user.userid,
        {
          userid: user.userid,
          enable: user.enable === 1,
          expire: user.expire,
          password: golden.passwords[user.userid],
          email: user.email,
          comment: undefined,
          tokens: new Map(tokens),
        },
      ]
    }),
  )

const storagesOf = (golden: Golden): Map<string, Storage> => {
  const capacities = Object.values(golden.nodes).flatMap((node) => node.storage)
  return new Map(
    golden.storage.map((row) => {
      const id = String(row['storage'])
      const capacity = capacities.find((entry) => entry.storage === id) ?? { total: 0, used: 0, avail: 0 }
      const known = new Set(['storage', 'type', 'content', 'digest', 'shared'])
      const config = Object.entries(row).flatMap(([key, value]) =>
        known.has(key) || value === null ? [] : [[key, value] as const],
      )
      return [
        id,
        {
          id,
          type: String(row['type']),
          config: Object.fromEntries(config),
          content: String(row['content']).split(','),
          shared: row['shared'] === 1,
          capacity: { total: capacity.total, used: capacity.used, available: capacity.avail },
          volumes: [],
        },
      ]
    }),
  )
}

const addGuest = (world: World, guest: Guest, now: number): void => {
  world.guests.set(guest.vmid, guest)
  for (const value of guest.config.values()) {
    const [, volid, storageId] = /^(([a-zA-Z][\w.-]+):\S+?),(?:.*,)?size=/.exec(String(value)) ?? []
    const storage = world.storages.get(storageId ?? '')
    if (volid === undefined || storage === undefined) continue
    storage.volumes.push({
      volid,
      vmid: guest.vmid,
      node: storage.shared ? undefined : guest.node,
      format: /\.(\w+)$/.exec(volid)?.[1] ?? 'raw',
      size: diskBytes(value),
      used: 184_320,
      parent: null,
      ctime: Math.floor(now / 1000),
      content: 'images',
    })
  }
}

const addNodes = (world: World, golden: Golden): void => {
  for (const [name, node] of Object.entries(golden.nodes)) {
    const member = golden.cluster_status.find((row) => row.type === 'node' && row.name === name)
    const network: Interfaces = new Map(node.network.map(({ iface, ...rest }) => [String(iface), rest] as const))
    const { memory, rootfs, cpuinfo } = node.status
    const sketch = {
      name,
      id: member?.nodeid ?? world.nodes.size + 1,
      address: member?.ip ?? '127.0.0.1',
      cores: cpuinfo.cpus,
      memory: memory.total,
      memoryUsed: memory.used,
      rootDisk: { total: rootfs.total, used: rootfs.used, available: rootfs.avail },
      network,
    }
    world.nodes.set(name, nodeFrom(sketch))
  }
}

const zoneOf = (row: Golden['sdn_zones'][number]): readonly [string, SdnObject] => {
  const values = Object.entries(row).flatMap(([key, value]) =>
    key === 'zone' || key === 'digest' || value === null ? [] : [[key, value] as const],
  )
  return [String(row['zone']), Object.fromEntries(values)]
}

/** A world from a recorded state: nodes, users, roles, rights, storages, zones and guests. Throws on another shape. */
export const goldenWorld = (json: unknown, now = Date.now()): World => {
  const golden = goldenSchema.parse(json)
  const cluster = golden.cluster_status.find((row) => row.type === 'cluster')
  const world = { ...emptyWorld(cluster?.name ?? 'cluster', 1), version: golden.version, guestsRespond: false }
  const acl = golden.acl.map((entry): AclEntry => ({ ...entry, propagate: entry.propagate === 1 }))
  const roles = golden.roles.map(
    ({ roleid, privs, special }) =>
      [roleid, { special: special === 1, privileges: new Set(privs.split(',').filter((p) => p !== '')) }] as const,
  )
  world.access.acl.push(...acl)
  for (const [id, role] of roles) world.access.roles.set(id, role)
  for (const [id, user] of usersOf(golden)) world.access.users.set(id, user)
  for (const [id, storage] of storagesOf(golden)) world.storages.set(id, storage)
  addNodes(world, golden)
  for (const [key, value] of Object.entries(golden.options))
    if (typeof value === 'string' && value !== '' && key !== 'mac_prefix') world.options.set(key, value)
  const zones = new Map(golden.sdn_zones.map(zoneOf))
  world.sdn.configured = { ...world.sdn.configured, zones }
  world.sdn.running = world.sdn.configured
  world.sdn.version = 1
  for (const [id, { digest: _, ...config }] of Object.entries(golden.guests)) {
    const vmid = Number(id)
    const node = golden.resources.find((row) => row.vmid === vmid)?.node ?? ''
    const guest = { vmid, node, config: new Map(Object.entries(config)), pending: new Map(), snapshots: new Map() }
    addGuest(world, { ...guest, running: undefined }, now)
  }
  return settleWorld(world, now)
}
