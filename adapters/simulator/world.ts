import type { Random } from './random.ts'

/** The whole state of a simulated cluster: plain data that handlers read and change. Tests may change it directly. */
export interface World {
  readonly clusterName: string
  readonly version: { readonly version: string; readonly release: string; readonly repoid: string }
  /** False: no writes, as when more than half of the nodes are gone. Undefined: follows from the nodes online. */
  quorumOverride: boolean | undefined
  readonly nodes: Map<string, NodeState>
  readonly storages: Map<string, Storage>
  readonly guests: Map<number, Guest>
  readonly access: Access
  readonly pools: Map<string, Pool>
  readonly sdn: Sdn
  readonly options: Map<string, string>
  /** Does the software inside running guests react: agent, power button, unplugging. The recorded lab's did not. */
  guestsRespond: boolean
  /** Started tasks, oldest first. */
  readonly tasks: Task[]
  readonly random: Random
}

/** One host. */
export interface NodeState {
  readonly name: string
  readonly id: number
  readonly address: string
  online: boolean
  /** When it went off, epoch milliseconds; undefined while online. */
  lostAt: number | undefined
  /** Its pvestatd is dead: it does all that is asked of it, and tells the others nothing. */
  silent: boolean
  bootedAt: number
  /** How far its clock is ahead of the others', in milliseconds; negative: behind. */
  clockAheadMs: number
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  /** Bytes used by the host itself. */
  readonly memoryUsed: number
  readonly rootDisk: { readonly total: number; readonly used: number; readonly available: number }
  /** `/etc/network/interfaces`. */
  network: Interfaces
  /** `/etc/network/interfaces.new`: staged, activated by a reload. */
  stagedNetwork: Interfaces | undefined
  /** Proxmox has written `/etc/network/interfaces` itself, which shows in its first lines. */
  networkByProxmox: boolean
  /** Bridges that exist in the kernel, and whether they know VLANs. What a starting VM needs. */
  bridges: Bridges
  /** Version of the SDN configuration in its generated file; older than `sdn.version` means "pending", 0: it has none yet. */
  sdnVersion: number
  /** VNets that its own check (`ifquery`) finds fault with, and the words: it calls them and their zone `error`. */
  readonly ailingVnets: Map<string, string>
  /** The vnets in that file: what a boot brings up. */
  sdnBridges: Bridges
  /** What it last told the others. */
  published: Published
  /** Next process id. */
  nextPid: number
}

/** Bridges by name. */
export type Bridges = ReadonlyMap<string, { readonly vlanAware: boolean }>

/** Interfaces by name; values in the types the API shows. */
export type Interfaces = Map<string, Readonly<Record<string, string | number | readonly string[]>>>

/** A node's statistics as the rest of the cluster knows them: pushed every 10 s. */
export interface Published {
  readonly at: number
  readonly guests: ReadonlyMap<number, Readonly<Record<string, string | number>>>
  readonly node: { readonly cpu: number; readonly mem: number; readonly uptime: number }
  readonly zones: ReadonlyMap<string, 'available' | 'pending' | 'error'>
}

export interface Storage {
  readonly id: string
  readonly type: string
  /** Further keys as `/storage` shows them: path, server, nodes, ... */
  readonly config: Readonly<Record<string, string | number>>
  readonly content: readonly string[]
  readonly shared: boolean
  /** Bytes; the same on every node. Changes as volumes come and go. */
  capacity: { readonly total: number; readonly used: number; readonly available: number }
  readonly volumes: Volume[]
}

export interface Volume {
  /** `shared:9000/base-9000-disk-0.qcow2`; a linked clone's name contains its base. */
  readonly volid: string
  readonly vmid: number
  /** The node it lies on; undefined on shared storage. */
  readonly node: string | undefined
  readonly format: string
  /** Bytes. */
  readonly size: number
  readonly used: number
  readonly parent: string | null
  /** Epoch seconds. */
  readonly ctime: number
  readonly content: string
}

/** Configuration values: text, except those Proxmox answers as numbers (cores, template, ...). */
export type ConfigValue = string | number

/** The process of a VM. */
export interface Qemu {
  readonly startedAt: number
  readonly pid: number
  /** NICs whose tap hangs on no bridge, such as `net0`. */
  readonly loose: Set<string>
  /** NICs whose link QEMU holds down, so that the system inside sees a pulled plug. No call of the API tells. */
  readonly unlinked: Set<string>
  /** Its processors stand still. */
  paused: boolean
}

/** A new process. */
export const qemu = (startedAt: number, pid: number): Qemu => ({
  startedAt,
  pid,
  loose: new Set(),
  unlinked: new Set(),
  paused: false,
})

/** The number of the next process of a node. */
export const nextPid = (node: NodeState): number => {
  node.nextPid += 12
  return node.nextPid
}

/** A VM, a container, or a template of either. Lives on exactly one node; all share the space of VMIDs. */
export interface Guest {
  readonly vmid: number
  /** Left out: a VM. */
  readonly kind?: 'lxc'
  /** Does the agent inside answer; left out, it is as `guestsRespond` says. */
  agentAnswers?: boolean
  /** Addresses inside by NIC, such as `10.2.10.11/24` of `net0`. */
  addresses?: ReadonlyMap<string, readonly string[]>
  node: string
  /** The configuration file's first section, `lock` and `template` among it. */
  readonly config: Map<string, ConfigValue>
  /** Changes that wait for the next start; null: key is to be deleted. */
  readonly pending: Map<string, ConfigValue | null>
  readonly snapshots: Map<string, ReadonlyMap<string, ConfigValue>>
  /** Present while QEMU runs. */
  running: Qemu | undefined
}

interface Access {
  readonly users: Map<string, User>
  readonly roles: Map<string, { readonly special: boolean; readonly privileges: ReadonlySet<string> }>
  readonly groups: Map<string, Set<string>>
  acl: AclEntry[]
  /** Ticket to user and CSRF token. */
  readonly tickets: Map<string, { readonly userid: string; readonly csrf: string; readonly issued: number }>
}

export interface User {
  readonly userid: string
  readonly enable: boolean
  readonly expire: number
  readonly password: string | undefined
  readonly email: string | undefined
  readonly comment: string | undefined
  readonly tokens: Map<string, Token>
}

interface Token {
  readonly secret: string
  /** True: rights are the intersection of the token's own and its user's. */
  readonly privsep: boolean
  readonly expire: number
}

export interface AclEntry {
  readonly path: string
  readonly type: 'user' | 'group' | 'token'
  readonly ugid: string
  readonly roleid: string
  readonly propagate: boolean
}

export interface Pool {
  readonly poolid: string
  comment: string | undefined
  readonly vms: Set<number>
  readonly storages: Set<string>
}

export type SdnValue = string | number

/** A zone, vnet or subnet without its id; `type` among the keys. */
export type SdnObject = Readonly<Record<string, SdnValue>>

export interface SdnConfig {
  readonly zones: ReadonlyMap<string, SdnObject>
  readonly vnets: ReadonlyMap<string, SdnObject>
  readonly subnets: ReadonlyMap<string, SdnObject>
  readonly controllers: ReadonlyMap<string, SdnObject>
  readonly fabrics: ReadonlyMap<string, SdnObject>
  /** By fabric and node, such as `fab1 pve1`. */
  readonly fabricNodes: ReadonlyMap<string, SdnObject>
}

/** Written is not applied: the two configurations differ by what is pending. */
interface Sdn {
  configured: SdnConfig
  running: SdnConfig
  /** Of the running configuration; grows with each commit, 0 before the first. */
  version: number
  /** Token of the global lock while it is held. It never expires. */
  lock: string | undefined
}

/** A worker process on one node. */
export interface Task {
  readonly upid: string
  readonly node: string
  readonly pid: number
  /** Hundredths of a second since the node booted. */
  readonly pstart: number
  /** Epoch seconds. */
  readonly startedAt: number
  readonly type: string
  readonly id: string
  /** `user@realm` or `user@realm!token`. */
  readonly user: string
  readonly log: string[]
  end: { readonly at: number; readonly status: string } | undefined
  /** Ends the work; the task then fails with `interrupted by signal`. */
  readonly interrupt: () => void
  /** Resolves when the task has ended. */
  readonly done: Promise<void>
}

/** Nodes in order of their id. */
export const nodesOf = (world: World): readonly NodeState[] => [...world.nodes.values()].toSorted((a, b) => a.id - b.id)

/** Can the cluster take writes: more than half of its nodes are there. */
export const isQuorate = (world: World): boolean => {
  if (world.quorumOverride !== undefined) return world.quorumOverride
  return [...world.nodes.values()].filter((node) => node.online).length * 2 > world.nodes.size
}

/** The pool a VM belongs to. */
export const poolOf = (world: World, vmid: number): Pool | undefined =>
  [...world.pools.values()].find((pool) => pool.vms.has(vmid))
