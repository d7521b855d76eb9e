/**
 * What metrics tell of the moment in which somebody looks. All of it is answered from memory, and nothing of it is asked of Proxmox
 * for that.
 */
export interface Watched {
  /** Ranges by where they stand. */
  readonly standings: () => ReadonlyMap<string, number>
  readonly queue: () => QueueStanding
  /** What was last seen of the cluster; undefined before the first look. */
  readonly cluster: () => ClusterStanding | undefined
  readonly sdnLock: () => { readonly isHeld: boolean }
  readonly audit: () => AuditStanding
  readonly lanes: () => readonly LaneStanding[]
  readonly hosts: () => readonly HostStanding[]
  /** Proxmox' word for a kind of task, such as `qmclone` -> how many of them are followed just now. */
  readonly tasks: () => ReadonlyMap<string, number>
  /** How often every range is looked at without any cause, in milliseconds. */
  readonly resyncMs: () => number
  /** What may be told of what stands for a range file's text, as that itself would tell who has guessed a secret in it. */
  readonly shownDigest: (digest: string) => string
  /** The file system of the state directory; undefined where it can't be asked. */
  readonly stateDir: () => Promise<DiskStanding | undefined>
}

/** What has been asked for and is not answered by a whole pass yet. */
export interface QueueStanding {
  /** Ranges. */
  readonly depth: number
  /** Since when the longest of them has waited, in seconds; 0 when none does. */
  readonly oldestSeconds: number
}

export interface ClusterStanding {
  readonly quorate: boolean
  readonly nodes: readonly NodeStanding[]
  readonly storages: readonly StorageStanding[]
}

export interface NodeStanding {
  readonly node: string
  /** It works, and tells how it is: only then its figures are of now. */
  readonly isUp: boolean
  readonly memoryBytes: number
  readonly usedBytes: number
  /** What guests are configured with and do not use yet, and what plans in flight have promised. */
  readonly promisedBytes: number
  /** 0..1 of all cores. */
  readonly cpuLoad: number
}

/** A storage that disks of VMs can be on. */
export interface StorageStanding {
  readonly storage: string
  /** Undefined for one that all nodes share. */
  readonly node: string | undefined
  readonly isActive: boolean
  readonly sizeBytes: number
  readonly usedBytes: number
}

/** How far the comparison of VMs with their files lags behind its turn. */
export interface AuditStanding {
  /** VMs whose turn has come. */
  readonly due: number
  /** For how long the longest of them has waited, in seconds; 0 when none has. */
  readonly lagSeconds: number
}

/** The works that go to one storage, or to one node. */
export interface LaneStanding {
  readonly kind: 'storage' | 'node'
  readonly name: string
  readonly running: number
  readonly waiting: number
  readonly limit: number
}

/** What stands of one API host. */
export interface HostStanding {
  /** Its origin: `https://pve1:8006`. */
  readonly host: string
  /** `asked`; `aside`: it failed, and is left out for a while; `passedOver`: it answers, and not what another may. */
  readonly state: (typeof HOST_STATES)[number]
  /** Requests that wait for their turn. */
  readonly waiting: number
  /** How far its clock is ahead of this machine's, in seconds, half a second more or less; undefined before it has answered. */
  readonly clockAheadSeconds: number | undefined
}

export const HOST_STATES = ['asked', 'aside', 'passedOver'] as const

export interface DiskStanding {
  readonly sizeBytes: number
  /** What Lanista's user may still take. */
  readonly availableBytes: number
}
