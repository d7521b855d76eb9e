import {
  clusterDescriptionSchema,
  machineOf,
  type ClusterDescription,
  type FullDescription,
  type MachineDescription,
} from './cluster-description.ts'
import { describeGuest } from './described-guests.ts'
import { describeSdn } from './described-sdn.ts'
import { randomUuid } from './random.ts'
import { predefinedRoles } from './roles.ts'
import { emptyWorld, ethernet, firstBridge, nodeFrom, settleWorld, type NodeSketch } from './world-builder.ts'
import type { User, World } from './world.ts'

const gib = 1_073_741_824

/** The NAT network's bridge as Ludus makes it on a single node: without ports, with the host's address. */
const natBridge = (): ReturnType<typeof firstBridge> => {
  const { gateway: _gateway, ...bridge } = firstBridge('192.0.2.254')
  return { ...bridge, bridge_ports: '', priority: 5 }
}

const addNodes = (world: World, { nodes, nat_bridge: nat }: FullDescription): void => {
  const described =
    typeof nodes === 'number'
      ? Array.from({ length: nodes }, (_, index) => ({
          name: `pve${index + 1}`,
          cores: 8 + 4 * Math.floor(world.random() * 7),
          memory_gib: 32 + 16 * Math.floor(world.random() * 11),
          address: undefined,
        }))
      : nodes
  for (const [index, { name, cores, memory_gib: memory, address = `10.98.0.${index + 1}` }] of described.entries()) {
    const sketch: NodeSketch = {
      name,
      id: index + 1,
      address,
      cores,
      memory: Math.round(memory * gib),
      memoryUsed: Math.round(2.2 * gib),
      rootDisk: { total: 256 * gib, used: 34 * gib, available: 209 * gib },
      network: new Map([
        ['eth0', ethernet],
        ['vmbr0', firstBridge(address)],
        ...(nat === null ? [] : [[nat, natBridge()] as const]),
      ]),
    }
    world.nodes.set(name, nodeFrom(sketch))
  }
}

const addStorages = (world: World, { storages }: FullDescription): void => {
  for (const { id, shared, content, size_gib: size } of storages) {
    const total = Math.round(size * gib)
    const used = Math.round(total / 10)
    world.storages.set(id, {
      id,
      type: 'dir',
      config: { path: shared ? `/mnt/${id}` : '/var/lib/vz' },
      content,
      shared,
      capacity: { total, used, available: total - used },
      volumes: [],
    })
  }
}

const randomGuest = (world: World, index: number): MachineDescription => {
  const nodes = [...world.nodes.keys()]
  return machineOf({
    name: `guest-${index + 1}`,
    vmid: 100 + index,
    node: nodes[Math.floor(world.random() * nodes.length)],
    cores: 1 + Math.floor(world.random() * 4),
    memory_mib: 1024 * (1 + Math.floor(world.random() * 4)),
    disk_gib: 16,
    running: world.random() < 0.5,
  })
}

const user = (userid: string, tokens: readonly (readonly [string, string])[], password?: string): User => ({
  userid,
  enable: true,
  expire: 0,
  password,
  email: undefined,
  comment: undefined,
  tokens: new Map(tokens.map(([id, secret]) => [id, { secret, privsep: false, expire: 0 }])),
})

/** The user and API token a controller gets in a described cluster, with no right it doesn't need. */
const controllerUser = { userid: 'lanista@pve', token: 'lanista' } as const

const addAccess = (world: World, { zone, nat_bridge: nat }: FullDescription): void => {
  const { access } = world
  for (const [id, role] of predefinedRoles) access.roles.set(id, role)
  const { userid, token } = controllerUser
  access.users.set('root@pam', user('root@pam', [['lab', randomUuid(world.random)]], randomUuid(world.random)))
  access.users.set(userid, user(userid, [[token, randomUuid(world.random)]]))
  const grant = (path: string, roleid: string, propagate: boolean): void => {
    access.acl.push({ path, type: 'user', ugid: userid, roleid, propagate })
  }
  grant('/', 'LanistaVM', true)
  if (nat !== null) for (const node of world.nodes.keys()) grant(`/nodes/${node}`, 'LanistaNode', true)
  grant('/sdn', 'LanistaSDN', false)
  if (zone !== null) grant(`/sdn/zones/${zone.name}`, 'LanistaSDN', true)
}

/** Builds a world from a description; throws zod's error when the description does not fit. */
export const clusterFrom = (description: ClusterDescription, now = Date.now()): World => {
  const full = clusterDescriptionSchema.parse(description)
  const world = emptyWorld(full.name, full.seed)
  addNodes(world, full)
  addStorages(world, full)
  describeSdn(world, full)
  addAccess(world, full)
  for (const template of full.templates)
    describeGuest(world, machineOf(typeof template === 'string' ? { name: template } : template), true)
  const guests =
    typeof full.guests === 'number'
      ? Array.from({ length: full.guests }, (_, index) => randomGuest(world, index))
      : full.guests
  for (const guest of guests) describeGuest(world, guest, false)
  settleWorld(world, now)
  for (const guest of world.guests.values())
    if (guest.running !== undefined) guest.running = { ...guest.running, startedAt: now - 3_600_000 }
  return world
}

/** The controller's API token in a described cluster, as a client sends it; undefined when there is none. */
export const controllerToken = (world: World): string | undefined => {
  const { userid, token } = controllerUser
  const secret = world.access.users.get(userid)?.tokens.get(token)?.secret
  return secret === undefined ? undefined : `${userid}!${token}=${secret}`
}
