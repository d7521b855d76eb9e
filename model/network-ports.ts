import type { GuestNics, GuestUnread } from './guest-nics.ts'
import type { Permit } from './permit.ts'
import type { GuestSeen, NodeNetworkSeen, VnetConfig } from './snapshot.ts'
import type { Unseen } from './unseen.ts'

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

/** How far an apply has come, by its own log. It reloads node after node, in any order, and waits for each however long it takes. */
export interface ApplyProgress {
  /** The apply's task. */
  readonly upid: string
  /** The nodes that it is through with, each with why it did not reload its network; undefined where it did. */
  readonly through: ReadonlyMap<string, string | undefined>
  /** The node that it is at; undefined where its log names none. */
  readonly at: string | undefined
}

/** Whoever is told of an apply while it goes on. */
export interface ApplyWatch {
  /** Proxmox has committed, before any node has reloaded. */
  onCommitted(): void
  /** Told again and again how far it has come since. */
  onProgress(progress: ApplyProgress): void
  /** How long it may stand at a node, in milliseconds, before it is waited for no longer. */
  patience(at: string | undefined): number
}

/** How an apply ended, as far as that was waited for. */
export type ApplyEnd =
  /** `failures`: the nodes that its log tells of as not reloaded. Proxmox itself calls such a task `OK`. */
  | { readonly kind: 'ended'; readonly failures: readonly ReloadFailure[] }
  /** It is committed and stands at a node; the nodes that it is not through with may have to be reloaded by another. */
  | { readonly kind: 'held-up'; readonly progress: ApplyProgress }

/**
 * Writes VNets. Nothing takes effect before `apply`, which commits everyone's pending changes, ours or not. Each write but those of
 * the lock asks its permit right before each time it is sent.
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
  createVnet(name: string, config: VnetConfig, token: string | undefined, permit: Permit): Promise<void>
  /** Changes only the fields given. */
  updateVnet(name: string, changes: Partial<VnetConfig>, token: string | undefined, permit: Permit): Promise<void>
  /** Proxmox deletes a VNet without a word even when NICs are on it: look first. */
  deleteVnet(name: string, token: string | undefined, permit: Permit): Promise<void>
  /** Subnets with pending changes, as short names; the lists of VNets and zones don't tell of them. */
  pendingSubnets(vnets: readonly string[], signal: AbortSignal): Promise<readonly string[]>
  /** Commits, releases the lock, and reloads the network of every node, as far as that is waited for. */
  apply(token: string | undefined, permit: Permit, watch: ApplyWatch): Promise<ApplyEnd>
}

/** A guest's NIC on some network. */
export interface NicSeen {
  readonly vmid: number
  readonly name: string | undefined
  /** Such as `net0`. */
  readonly nic: string
}

/** A guest, as far as it takes to read its NICs. */
export type GuestCounted = Pick<GuestSeen, 'kind' | 'vmid' | 'node' | 'name'>

/** All guests of the cluster, counted in several ways. They are all that there are where nothing is unseen or unlisted. */
export interface GuestsCounted {
  readonly guests: readonly GuestCounted[]
  /** Nodes that were there. */
  readonly nodes: readonly string[]
  /** What the token's rights hid, before or after. */
  readonly unseen: readonly Unseen[]
  /** VMIDs of guests that there are, and that not every list shows which should. */
  readonly unlisted: readonly number[]
}

/** Reads NICs out of guests' configurations. */
export interface NicReader {
  /**
   * The NICs that are on a bridge or VNet, or will be at the next start, of these guests.
   * Throws when a guest's configuration can't be read: then nothing is known.
   */
  on(network: string, guests: readonly GuestCounted[], signal: AbortSignal): Promise<readonly NicSeen[]>
  /** The same for several of them at once, each guest being read once. By network, of each that was asked for. */
  onEach(
    networks: readonly string[],
    guests: readonly GuestCounted[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly NicSeen[]>>
  /**
   * Counts all guests just now, for whoever is about to delete what one may have a NIC on: a list alone may be cut.
   * Throws when it can't be told.
   *
   * @param known guests that somebody has seen; they are there until Proxmox says of each VMID that it is free
   */
  everyGuest(known: readonly GuestCounted[], signal: AbortSignal): Promise<GuestsCounted>
  /**
   * The NICs of running guests that are plugged into VNets, by the bridges of the nodes themselves, which tell of guests that are
   * hidden as well. A node that does not tell (before Proxmox VE 9.1) adds nothing.
   */
  plugged(
    vnets: readonly { readonly name: string; readonly zone: string }[],
    nodes: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly NicSeen[]>>
}

/** Reads all NICs of guests, for whoever moves networks. */
export interface GuestNicReader {
  /** In order of VMID. One that can't be read is told as such: it may have NICs on any network. */
  read(
    guests: readonly GuestSeen[],
    signal: AbortSignal,
  ): Promise<{ readonly guests: readonly GuestNics[]; readonly unread: readonly GuestUnread[] }>
}

/** What must be known of the SDN lock after a crash. */
export type SdnLockNote =
  /** It was asked for, and no answer was seen: it may be ours without anybody knowing its token. */
  | { readonly kind: 'asked'; readonly at: number }
  /** `besides`: changes could be pending when it was taken, so that what is pending under it may be somebody else's. */
  | { readonly kind: 'held'; readonly token: string; readonly at: number; readonly besides?: boolean | undefined }

/** Where that is written down: the one thing that Lanista has to remember, since Proxmox never lets the lock expire. */
export interface SdnLockStore {
  /** Undefined when nothing is noted. Throws when there is a note that can't be read: the token of a held lock may be in it. */
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
  createBridge(node: string, name: string, comment: string, permit: Permit): Promise<void>
  /** Stages everything such a bridge is made of; its addresses stay. */
  updateBridge(node: string, name: string, comment: string, permit: Permit): Promise<void>
  /** Stages the deletion of a bridge, whoever's and even when NICs are on it: look first. */
  deleteBridge(node: string, name: string, permit: Permit): Promise<void>
  /** Takes back everything that is staged on the node, whoever's: look first. */
  revert(node: string, permit: Permit): Promise<void>
  /** Reloads the node's network; resolves when the reload has ended well. */
  activate(node: string, permit: Permit): Promise<void>
}
