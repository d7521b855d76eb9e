import type { Unseen } from './unseen.ts'

/**
 * What was seen on Proxmox at one moment, as one immutable value. Not a VM snapshot.
 *
 * `/cluster/resources` tells `vmid`, `node`, `lock`, `tags` and `pool` of a guest at once, but its name, status and
 * load up to 10 s late; a guest whose statistics have not arrived yet has no name and status `unknown`.
 */
export interface ClusterSnapshot {
  /** When the reads were made, in epoch milliseconds. */
  readonly takenAt: number
  /** Proxmox VE's major release, such as 9. */
  readonly release: number
  /** False when the cluster has lost its quorum: reads work, writes don't. */
  readonly quorate: boolean
  /** The cluster's name; left out where the node is in none. */
  readonly clusterName?: string
  readonly nodes: readonly NodeSeen[]
  readonly storages: readonly StorageSeen[]
  readonly zones: readonly ZoneSeen[]
  readonly vnets: readonly VnetSeen[]
  /** Pending changes of SDN objects that are not listed here (controllers, fabrics), as short names for people. */
  readonly otherPending: readonly string[]
  readonly guests: readonly GuestSeen[]
  readonly templates: readonly TemplateSeen[]
  readonly pools: readonly string[]
  /** Pool -> its comment; left out where it has none. */
  readonly poolComments: ReadonlyMap<string, string>
  readonly runningTasks: readonly TaskSeen[]
  /** Tasks that another program began with this API token while this one ran, as far as nodes still list them. */
  readonly tasksOfOthers: readonly TaskSeen[]
  /** VMIDs of guests that have been locked by a clone for long without one at work; left out where nobody watched. */
  readonly interruptedClones?: ReadonlySet<number>
  /**
   * Network reloads and applies that have run for longer than anybody waits for, by their UPID, with the node that an apply stands
   * at where that is known; left out where nobody watched.
   */
  readonly hangingReloads?: ReadonlyMap<string, string | undefined>
  /** What nodes say of VNets in zones that they don't call available; in all others every VNet is. */
  readonly vnetStates: readonly VnetStateSeen[]
  /** The network of each online node that told it; of a node that is missing here nothing is known. */
  readonly nodeNetworks: readonly NodeNetworkSeen[]
  /** Who has which role where; without Sys.Audit on `/access` as far as the token may change it. */
  readonly acl: readonly AclSeen[]
  /** What Proxmox may have left out of the lists above, as far as the token's rights tell. Empty: they are whole. */
  readonly unseen: readonly Unseen[]
  /** Pool -> VMIDs of its guests that no list shows; read only where something may be left out. */
  readonly hiddenMembers: ReadonlyMap<string, readonly number[]>
  /** The network reloads that have ended lately, in any order. Proxmox lists about 25 ended tasks of each node. */
  readonly reloads: readonly ReloadSeen[]
}

export interface NodeSeen {
  readonly name: string
  /** It works, and tells how it is: only then its figures below are of now. */
  readonly online: boolean
  /**
   * The cluster counts it in, so what it is told to do is done there, whether it tells how it is (`online`) or not: one whose
   * pvestatd is dead is `unknown` to Proxmox and does all that is asked of it.
   */
  readonly inCluster: boolean
  /** Put into maintenance through HA. */
  readonly maintenance: boolean
  /** The cluster address, when Proxmox told it. */
  readonly address: string | undefined
  readonly cores: number
  /** Load as a fraction of all cores, 0..1. */
  readonly cpuLoad: number
  readonly memoryBytes: number
  readonly memoryUsedBytes: number
  /** Up to 10 s late. */
  readonly uptimeSeconds: number
}

/** What a node's own network API tells (`GET /nodes/<node>/network`): as it will be after the next reload. */
export interface NodeNetworkSeen {
  readonly node: string
  readonly interfaces: readonly InterfaceSeen[]
  /** What a reload would change of `/etc/network/interfaces`, as Proxmox' own diff; undefined when nothing is staged. */
  readonly staged: string | undefined
}

/** One interface of a node. SDN VNets are not among them. */
export interface InterfaceSeen {
  readonly name: string
  /** Proxmox' word, such as `bridge`, `eth`, `bond`, `vlan`. */
  readonly type: string
  /** IPv4 and IPv6, without masks. */
  readonly addresses: readonly string[]
  /** The same with the length of their prefixes, such as `10.0.0.1/24`, as far as Proxmox tells it. */
  readonly prefixes: readonly string[]
  /** Undefined when the configuration doesn't set it. */
  readonly mtu: number | undefined
  readonly vlanAware: boolean
  /** VLANs a VLAN-aware bridge carries, such as `2-4094`. */
  readonly vids: string | undefined
  readonly ports: readonly string[]
  /** Its default gateways. */
  readonly gateways: readonly string[]
  /** Further interfaces of the node that it is made of: what a bond ties together, what a VLAN or VXLAN runs over. */
  readonly over: readonly string[]
  /** Lines of its stanza that Proxmox keeps as they are, such as `post-up ip route add ...`. */
  readonly options: readonly string[]
  /** Without the line feed that Proxmox adds. */
  readonly comment: string | undefined
  readonly autostart: boolean
  /** The kernel has it. */
  readonly active: boolean
  /** All that Proxmox tells of its configuration, in one order: the same text means that nobody has changed it. */
  readonly config: string
}

/** How one reload of a node's network ended (a task `srvreload`). */
export interface ReloadSeen {
  readonly upid: string
  readonly node: string
  /** In epoch milliseconds, by the node's clock. */
  readonly endedAt: number
  /** Proxmox' words when it failed; undefined when it went well. */
  readonly failure: string | undefined
}

/** A storage as one node sees it. */
export interface StorageSeen {
  readonly node: string
  readonly name: string
  readonly shared: boolean
  readonly active: boolean
  /** Content types, such as `images`. */
  readonly content: readonly string[]
  readonly totalBytes: number
  readonly usedBytes: number
}

/** The part of a zone's configuration that decides whom it connects. */
export interface ZoneConfig {
  /** Addresses of the VXLAN peers; undefined when the zone has none (a fabric zone, or another type). */
  readonly peers: readonly string[] | undefined
  readonly fabric: string | undefined
  /** The nodes it is limited to; undefined means all. */
  readonly nodes: readonly string[] | undefined
  readonly mtu: number | undefined
  /** The bridge of each node that a zone of type `vlan` or `qinq` uses. */
  readonly bridge?: string
}

/** A zone as it is configured: what the next apply makes of it, or, when that removes it, what it was. */
export interface ZoneSeen extends ZoneConfig {
  readonly name: string
  readonly type: string
  /** What is in force since the last apply; undefined when it was never applied. */
  readonly running: ZoneConfig | undefined
  /** `unchanged` when running and configured agree. */
  readonly pending: PendingState
  /** Node -> Proxmox' own status word (`available`, `pending`, `error`), for the nodes that report one. */
  readonly statusByNode: Readonly<Record<string, string>>
}

/** How an SDN object's configuration differs from the one that is running. */
export type PendingState = 'unchanged' | 'new' | 'changed' | 'deleted'

export interface VnetSeen {
  readonly name: string
  readonly pending: PendingState
  /** What is configured now; undefined when its deletion is pending. */
  readonly configured: VnetConfig | undefined
  /** What runs since the last apply; undefined when it was never applied. */
  readonly running: VnetConfig | undefined
}

export interface VnetConfig {
  readonly zone: string
  readonly tag: number | undefined
  readonly alias: string | undefined
  readonly vlanAware: boolean
}

/** What one node says of one VNet. */
export interface VnetStateSeen {
  readonly node: string
  readonly zone: string
  /** Undefined: of each VNet of the zone, as the node does not tell which. */
  readonly vnet: string | undefined
  /** Proxmox' word: `available`, `pending`, `error`. */
  readonly status: string
  /** Proxmox' own sentence, when it gives one. */
  readonly message: string | undefined
}

/** A QEMU guest as `/cluster/resources` tells it. Containers are left out, but see `kind`. */
export interface GuestSeen {
  /** Containers share the VMID space, so they count for conflicts. */
  readonly kind: 'qemu' | 'lxc'
  readonly vmid: number
  readonly node: string
  /**
   * Undefined while Proxmox doesn't know it yet (up to 10 s after creation). `VM <vmid>` for one that had none when its node
   * told last: it has none at all, or was being cloned then.
   */
  readonly name: string | undefined
  readonly status: 'running' | 'stopped' | 'paused' | 'unknown'
  readonly template: boolean
  readonly pool: string | undefined
  readonly tags: readonly string[]
  /** Proxmox' lock word, such as `clone`. */
  readonly lock: string | undefined
  readonly cores: number
  readonly memoryBytes: number
  readonly memoryUsedBytes: number
  readonly uptimeSeconds: number
  /** Of its process, where its node was asked; the cluster's list does not have it. */
  readonly pid?: number | undefined
}

/** A template and where its disks are, which decides the nodes it can be cloned to. */
export interface TemplateSeen {
  readonly vmid: number
  readonly node: string
  readonly name: string
  /** Storages that hold its disks; empty when not known. `target` of a clone needs all of them shared, even for a full clone. */
  readonly storages: readonly string[]
  /** Storages of the CD images in its drives. A clone takes the images over by name; `target` needs these shared as well. */
  readonly cdStorages: readonly string[]
  /** What a full clone takes of a storage at most: the sizes of all disks together; 0 when not told. */
  readonly diskBytes: number
  /** Why its configuration could not be read, where it could not: then nothing is known of its disks, and it is not cloned. */
  readonly unread?: string
}

/** One entry of Proxmox' access control list. */
export interface AclSeen {
  /** Such as `/sdn/zones/ludus/r1`. */
  readonly path: string
  readonly kind: 'user' | 'group' | 'token'
  readonly who: string
  readonly role: string
  /** It holds below the path, too. */
  readonly propagate: boolean
}

/** A task of the cluster. */
export interface TaskSeen {
  readonly upid: string
  readonly node: string
  /** Proxmox' word, such as `qmclone` or `reloadnetworkall`. */
  readonly type: string
  /** The object it works on; for `qmclone` the template's VMID. */
  readonly id: string
}
