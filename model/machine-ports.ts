import type { Permit } from './permit.ts'

/** A VM read just now, from its own node: the truth, where the snapshot may lag. */
export interface MachineRead {
  readonly vmid: number
  readonly node: string
  readonly name: string | undefined
  readonly running: boolean
  /** Since its process was started; 0 while it is off. A reboot from the inside changes nothing of it. */
  readonly uptimeSeconds: number
  /** Of that process; undefined while it is off. A VM that is booted anew, or migrated, has another. */
  readonly pid?: number | undefined
  /** Its guest stands still although its process runs; told by `status/current` alone (`qmpstatus`). */
  readonly paused: boolean
  readonly template: boolean
  readonly lock: string | undefined
  readonly tags: readonly string[]
  /** All configuration keys as Proxmox tells them, values as text (`net0`, `memory`, `ide2`, ...). */
  readonly config: Readonly<Record<string, string>>
  /** Proxmox' digest of the configuration, to write against exactly this version. */
  readonly digest: string
}

/** A VM as its node lists it. */
export interface MachineTold {
  readonly name: string | undefined
  /** A paused one runs as well. */
  readonly running: boolean
  /** As in `MachineRead`. */
  readonly uptimeSeconds: number
  readonly pid?: number | undefined
}

/** A VM read for comparing it with its range file. */
export interface MachineAudit extends MachineRead {
  /** Keys of changes that are written and wait for the next boot; `config` has the values to come. */
  readonly waiting: readonly string[]
  /** Its NICs on VNets of the zone asked about that hang on no bridge although it runs; none where that can't be told. */
  readonly unplugged: readonly string[]
  /** Its NICs of which its node does not tell whether they hang on their bridge; left out where that was not asked. */
  readonly untold?: readonly string[]
  /** Bridges of these NICs that its node does not have at all. */
  readonly bridgesGone: readonly string[]
}

/** The last start of a VM that has ended, whoever asked for it. */
export interface LastStart {
  readonly upid: string
  readonly isWell: boolean
}

/** A clone to be made. Full clones may name storage and format; for linked ones Proxmox refuses them. */
export interface CloneRequest {
  readonly template: { readonly vmid: number; readonly node: string }
  readonly vmid: number
  readonly name: string
  readonly pool: string
  readonly description: string
  /** The node the VM shall live on. Left out of the call when it is the template's own. */
  readonly target: string
  readonly full: { readonly storage: string; readonly format: string | undefined } | undefined
}

/** One write to a VM's configuration. */
export interface ConfigPatch {
  readonly set: Readonly<Record<string, string | number>>
  readonly delete: readonly string[]
  /** The digest of the configuration it was computed from; Proxmox refuses the write when it has changed since. */
  readonly digest: string
}

/** Reads and writes single VMs. Each write asks its permit right before it is sent. */
export interface Machines {
  /** Undefined when Proxmox says there is no such VM on that node. */
  read(node: string, vmid: number, signal: AbortSignal): Promise<MachineRead | undefined>
  /** By VMID, all of a node as it tells them itself: the cluster's list tells the same up to 10 s late. */
  told(node: string, signal: AbortSignal): Promise<ReadonlyMap<number, MachineTold>>
  /** Undefined when its node remembers none. */
  lastStart(node: string, vmid: number, signal: AbortSignal): Promise<LastStart | undefined>
  /**
   * As `read`, with what waits for the next boot, and in turn with other work on that node.
   *
   * @param zones of the VNets its NICs should be on; none where these are bridges
   * @param asOf `now`: what a node told of its bridges a moment ago does not do
   */
  audit(
    node: string,
    vmid: number,
    zones: readonly string[],
    wanted: Pick<Permit, 'signal' | 'withdrawn'>,
    asOf?: 'now',
  ): Promise<MachineAudit | undefined>
  clone(request: CloneRequest, permit: Permit): Promise<void>
  configure(node: string, vmid: number, patch: ConfigPatch, permit: Permit): Promise<void>
  start(node: string, vmid: number, permit: Permit): Promise<void>
  /**
   * Asks the guest to go down and resolves when it has; nothing forces it. Succeeds as well when it is off already.
   * Throws `task-failed` when it has not gone down within so many seconds.
   */
  shutdown(node: string, vmid: number, seconds: number, permit: Permit): Promise<void>
  /** Pulls the plug, whoever's it is: look first. Succeeds as well when it is off already. */
  stop(node: string, vmid: number, permit: Permit): Promise<void>
  /**
   * Deletes the VM with its disks and takes it out of its pool, whoever's it is: look first. Proxmox refuses one that
   * runs, is locked or is protected. What else names it (backup jobs, HA) is left as it is; an HA resource is refused.
   *
   * @param options `unreferencedDisks`: also those of its VMID on any storage that its configuration does not name
   */
  destroy(node: string, vmid: number, permit: Permit, options?: { readonly unreferencedDisks: boolean }): Promise<void>
}

/** A resource pool. */
export interface PoolRead {
  readonly comment: string | undefined
  /** VMIDs of the guests in it. */
  readonly guests: readonly number[]
  /** VMID -> the node it is on. */
  readonly nodes: ReadonlyMap<number, string>
}

/** Reads and writes resource pools. Each write asks its permit right before it is sent. */
export interface Pools {
  /** As it is just now; undefined when Proxmox says there is no such pool. */
  read(pool: string, signal: AbortSignal): Promise<PoolRead | undefined>
  /** Succeeds as well when the pool exists already. */
  create(pool: string, comment: string, permit: Permit): Promise<void>
  /** Proxmox refuses a pool that has members. Succeeds as well when there is no such pool. */
  remove(pool: string, permit: Permit): Promise<void>
}
