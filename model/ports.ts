import type { Diagnostic } from './diagnostic.ts'
import type { Notification } from './notify/notification.ts'
import type { Outcome } from './outcome.ts'
import type { ProxmoxErrorKind } from './proxmox-error.ts'
import type { FolderIdentity, SeenFile, WaitingSet } from './prune.ts'
import type { RangeSpec } from './range-spec.ts'
import type { RangeStatus } from './range-status.ts'
import type { ClusterSnapshot, GuestSeen, NodeNetworkSeen, VnetConfig } from './snapshot.ts'
import type { ZoneFinding } from './zone-finding.ts'

/**
 * The narrow interfaces behind which the outside world stands. None has a call that migrates a VM or that creates,
 * changes or deletes an SDN zone: what can't be said can't happen.
 *
 * Every Proxmox call throws `ProxmoxError`; a call that starts a task resolves when the task has ended well.
 */

/** Sees the whole cluster with a number of reads that doesn't grow with ranges or VMs. */
export interface ClusterObserver {
  /** @param options `acl`: read the access control list as well */
  observe(signal: AbortSignal, options?: { readonly acl: boolean }): Promise<ClusterSnapshot>
}

/** What came of asking for the SDN lock. */
type SdnLockReply =
  /** Ours: nobody else can write, apply or roll back SDN configuration until it is released. It never expires. */
  | { readonly kind: 'held'; readonly token: string }
  /** Somebody's changes are pending, and the lock was asked for only if none are. */
  | { readonly kind: 'pending' }
  /** Somebody holds it, which may be a Lanista that was killed. */
  | { readonly kind: 'taken' }
  /** This Proxmox has no such lock (before release 9). */
  | { readonly kind: 'unsupported' }

/** A node that an apply did not reach, or whose reload failed, by the apply's own log. */
export interface ReloadFailure {
  readonly node: string
  readonly why: string
}

/**
 * Writes VNets. Nothing takes effect before `apply`, which commits everyone's pending changes, ours or not.
 *
 * `token` is the lock's; undefined where none is held.
 */
export interface SdnWriter {
  /**
   * Asks for the lock over the whole SDN configuration.
   *
   * @param allowPending take it although changes are pending; without, the refusal proves that some are
   */
  lock(allowPending: boolean, signal: AbortSignal): Promise<SdnLockReply>
  /** Gives the lock back. Succeeds as well when nobody holds it, or somebody else by now. */
  unlock(token: string, signal: AbortSignal): Promise<void>
  createVnet(name: string, config: VnetConfig, token: string | undefined, signal: AbortSignal): Promise<void>
  /** Changes only the fields given. */
  updateVnet(name: string, changes: Partial<VnetConfig>, token: string | undefined, signal: AbortSignal): Promise<void>
  /** Proxmox deletes a VNet without a word even when NICs are on it: look first. */
  deleteVnet(name: string, token: string | undefined, signal: AbortSignal): Promise<void>
  /** Subnets with pending changes, as short names; the lists of VNets and zones don't tell of them. */
  pendingSubnets(vnets: readonly string[], signal: AbortSignal): Promise<readonly string[]>
  /**
   * Commits, releases the lock, and reloads the network of every node; resolves when the reload task has ended, with
   * the nodes that its log tells of as not reloaded. Proxmox itself calls such a task `OK`.
   *
   * @param onCommitted called when Proxmox has committed, before any node has reloaded
   */
  apply(token: string | undefined, signal: AbortSignal, onCommitted?: () => void): Promise<readonly ReloadFailure[]>
}

/** A guest's NIC on some network. */
export interface NicSeen {
  readonly vmid: number
  readonly name: string | undefined
  /** Such as `net0`. */
  readonly nic: string
}

/** Reads NICs out of guests' configurations. */
export interface NicReader {
  /**
   * The NICs that are on a bridge or VNet, or will be at the next start, of these guests.
   * Throws when a guest's configuration can't be read: then nothing is known.
   */
  on(
    network: string,
    guests: readonly Pick<GuestSeen, 'kind' | 'vmid' | 'node' | 'name'>[],
    signal: AbortSignal,
  ): Promise<readonly NicSeen[]>
}

/** What must be known of the SDN lock after a crash. */
export type SdnLockNote =
  /** It was asked for, and no answer was seen: it may be ours without anybody knowing its token. */
  | { readonly kind: 'asked'; readonly at: number }
  | { readonly kind: 'held'; readonly token: string; readonly at: number }

/** Where that is written down: the one thing that Lanista has to remember, since Proxmox never lets the lock expire. */
export interface SdnLockStore {
  /** Undefined when nothing is noted, or it can't be read. */
  read(): Promise<SdnLockNote | undefined>
  /** Resolves when it is on disk for good. Throws when it can't be. */
  write(note: SdnLockNote): Promise<void>
  clear(): Promise<void>
}

/**
 * Reads and writes the bridges in one node's own network configuration. Writes are staged: nothing takes effect before
 * `activate`, which brings everything into force that is staged on the node, ours or not.
 */
export interface BridgeWriter {
  /** The node's network as it is just now, with what is staged. */
  look(node: string, signal: AbortSignal): Promise<NodeNetworkSeen>
  /** Stages a VLAN-aware bridge without ports. */
  createBridge(node: string, name: string, comment: string, signal: AbortSignal): Promise<void>
  /** Stages everything such a bridge is made of; its addresses stay. */
  updateBridge(node: string, name: string, comment: string, signal: AbortSignal): Promise<void>
  /** Stages the deletion of a bridge, whoever's and even when NICs are on it: look first. */
  deleteBridge(node: string, name: string, signal: AbortSignal): Promise<void>
  /** Reloads the node's network; resolves when the reload has ended well. */
  activate(node: string, signal: AbortSignal): Promise<void>
}

/** A VM read just now, from its own node: the truth, where the snapshot may lag. */
export interface MachineRead {
  readonly vmid: number
  readonly node: string
  readonly name: string | undefined
  readonly running: boolean
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

/** A VM read for comparing it with its range file. */
export interface MachineAudit extends MachineRead {
  /** Keys of changes that are written and wait for the next boot; `config` has the values to come. */
  readonly waiting: readonly string[]
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

/** Reads and writes single VMs. */
export interface Machines {
  /** Undefined when Proxmox says there is no such VM on that node. */
  read(node: string, vmid: number, signal: AbortSignal): Promise<MachineRead | undefined>
  /** As `read`, with what waits for the next boot, and in turn with other work on that node. */
  audit(node: string, vmid: number, signal: AbortSignal): Promise<MachineAudit | undefined>
  clone(request: CloneRequest, signal: AbortSignal): Promise<void>
  configure(node: string, vmid: number, patch: ConfigPatch, signal: AbortSignal): Promise<void>
  start(node: string, vmid: number, signal: AbortSignal): Promise<void>
  /**
   * Asks the guest to go down and resolves when it has; nothing forces it. Succeeds as well when it is off already.
   * Throws `task-failed` when it has not gone down within so many seconds.
   */
  shutdown(node: string, vmid: number, seconds: number, signal: AbortSignal): Promise<void>
  /** Pulls the plug, whoever's it is: look first. Succeeds as well when it is off already. */
  stop(node: string, vmid: number, signal: AbortSignal): Promise<void>
  /**
   * Deletes the VM with its disks and takes it out of its pool, whoever's it is: look first. Proxmox refuses one that
   * runs, is locked or is protected. What else names it (backup jobs, HA) is left as it is; an HA resource is refused.
   *
   * @param options `unreferencedDisks`: also those of its VMID on any storage that its configuration does not name
   */
  destroy(
    node: string,
    vmid: number,
    signal: AbortSignal,
    options?: { readonly unreferencedDisks: boolean },
  ): Promise<void>
}

/** A resource pool. */
export interface PoolRead {
  readonly comment: string | undefined
  /** VMIDs of the guests in it. */
  readonly guests: readonly number[]
}

/** Reads and writes resource pools. */
export interface Pools {
  /** As it is just now; undefined when Proxmox says there is no such pool. */
  read(pool: string, signal: AbortSignal): Promise<PoolRead | undefined>
  /** Succeeds as well when the pool exists already. */
  create(pool: string, comment: string, signal: AbortSignal): Promise<void>
  /** Proxmox refuses a pool that has members. Succeeds as well when there is no such pool. */
  remove(pool: string, signal: AbortSignal): Promise<void>
}

/** Gives rights. */
export interface AccessWriter {
  /** Gives a role to a group on a path and below. Succeeds as well when it has it. */
  grant(
    right: { readonly path: string; readonly group: string; readonly role: string },
    signal: AbortSignal,
  ): Promise<void>
}

/** Everything a controller needs of Proxmox. */
export type Proxmox = ClusterObserver & {
  readonly sdn: SdnWriter
  readonly nics: NicReader
  readonly bridges: BridgeWriter
  readonly machines: Machines
  readonly pools: Pools
  readonly access: AccessWriter
}

/** What became of reading one range file. */
export type RangeFileRead =
  | { readonly kind: 'ok'; readonly spec: RangeSpec; readonly warnings: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  /** No file for this id. Absence by itself never removes anything. */
  | { readonly kind: 'absent' }

/** The folder of range files. */
export interface RangeFiles {
  /** Ids of all range files now present, in order of name; throws when the folder itself can't be read. */
  list(): Promise<readonly string[]>
  read(rangeId: string): Promise<RangeFileRead>
  /** Calls back with a range id whenever its file appears, changes or goes, until the signal aborts. */
  watch(onChange: (rangeId: string) => void, signal: AbortSignal): Promise<void>
}

/** Tells the folder of range files from another in its place. */
export interface FolderProvenance {
  /** What the folder is just now. Throws when it can't be looked at. */
  identity(): Promise<FolderIdentity>
  /** Whether a commit of the folder's working tree has another among its ancestors; false when git can't tell. */
  follows(commit: string, ancestor: string): Promise<boolean>
}

/** Where is kept which ranges the folder has had, and as what it was last seen with them. */
export interface SeenFilesStore {
  /** Empty when nothing is kept, or it can't be read. */
  read(): Promise<readonly SeenFile[]>
  /** Writes only when something changed. */
  write(files: readonly SeenFile[]): Promise<void>
}

/** Where the controller asks a person to approve of a removal, and hears the answer. */
export interface ApprovalStore {
  /** What waits for approval; undefined when nothing does. */
  asked(): Promise<WaitingSet | undefined>
  /** Replaces what waits. */
  ask(waiting: WaitingSet): Promise<void>
  /** What a person has approved of; undefined when there is no answer. */
  approved(): Promise<WaitingSet | undefined>
  /** Approves of exactly this set. */
  approve(waiting: WaitingSet): Promise<void>
  /** Removes the answer, so that it counts once at most. */
  forgetAnswer(): Promise<void>
  /** Nothing waits any more: removes the question and the answer. */
  clear(): Promise<void>
}

/** Where range status goes for people and programs to read. */
export interface StatusStore {
  /** Writes atomically, and only when something changed. */
  write(status: RangeStatus): Promise<void>
  remove(rangeId: string): Promise<void>
}

/** What came of sending one notification to one address. Tells nothing of the address. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** It would not be taken a second time, either. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may work later. `waitMs`: how much later, where the service says so. */
  | { readonly kind: 'failed'; readonly why: string; readonly waitMs: number | undefined }

/** Tells people outside of what became of a range. */
export interface Notifier {
  /** Tries once, and gives up after some seconds. @param address one of `notify.urls`, a secret */
  send(address: string, notification: Notification, signal: AbortSignal): Promise<Delivery>
}

/** What Prometheus is told. No label holds a secret, and none takes unboundedly many values. */
export interface Metrics {
  /** Sets the conditions and VM phases of a range to what this status says. */
  rangeStatus(status: RangeStatus): void
  /** Forgets every series of a range. */
  rangeGone(rangeId: string): void
  /** Counts a finished pass over a range and how long it took. */
  reconciled(rangeId: string, result: Outcome['kind'], seconds: number): void
  /**
   * Counts an answered or failed call to Proxmox. `route` has placeholders in place of names and numbers
   * (`/nodes/{node}/qemu`); `result` is `ok` or the kind of the error.
   */
  proxmoxRequest(method: string, route: string, result: 'ok' | ProxmoxErrorKind, seconds: number): void
  rangeFiles(counts: { readonly valid: number; readonly invalid: number }): void
  /** The configuration was read again at that time, in epoch milliseconds, and taken into use or refused. */
  configReloaded(successful: boolean, at: number): void
  /** A whole snapshot of the cluster was read at that time, in epoch milliseconds. */
  observed(at: number): void
  /** Sets what is wrong with the SDN zone, in place of what was. */
  zoneFindings(findings: readonly ZoneFinding[]): void
  /** How many ranges whose file is gone wait for `lanista approve`. */
  pruneWaiting(ranges: number): void
  /** Counts a notification that is done with. `dropped`: too many were waiting. */
  notified(result: Delivery['kind'] | 'dropped'): void
}

/** Structured log. Fields are plain values; no secret is ever among them. */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}
