import type { NodeNetworkState } from '../node-network-state.ts'
import type { VnetConfig } from '../snapshot.ts'
import type { NetworkAction } from './actions.ts'

/** A VNet that somebody wants to exist. */
export interface VnetWant {
  readonly name: string
  readonly config: VnetConfig
  /** False for the NAT VNet: once it exists, a person's settings stay. */
  readonly correctDrift: boolean
  /** True when a VNet of this name without an owner mark is the range's own (its number was fixed by the author). */
  readonly adoptUnmarked: boolean
}

/** A VNet that is to go: only while it carries exactly this mark. */
export interface VnetRemoval {
  readonly name: string
  readonly alias: string
  readonly reason: string
}

/** A range's bridge that somebody wants to exist on a single node. */
export interface BridgeWant {
  readonly name: string
  /** Its comment, by which it is known as the range's. */
  readonly mark: string
  /** True when a bridge of this name without a comment is the range's own (its number was fixed by the author). */
  readonly adoptUnmarked: boolean
}

/** A bridge that is to go: only while its comment is exactly this mark. */
export interface BridgeRemoval {
  readonly name: string
  readonly mark: string
  readonly reason: string
}

/** Bridges wanted on one node, and those that are to go. */
export interface BridgeWants {
  readonly kind: 'bridges'
  readonly node: string
  /** The bridge of the NAT network, which is a person's and no range's. */
  readonly natBridge: string
  readonly bridges: readonly BridgeWant[]
  readonly removals: readonly BridgeRemoval[]
  /** `sdn.apply_foreign`: activate over staged changes that are not Lanista's. */
  readonly applyForeign: boolean
}

/** The networks a range wants to exist, for whoever makes them for all ranges together. */
export type NetworkWants = VnetWants | BridgeWants

/** VNets wanted on a cluster, and those that are to go. */
export interface VnetWants {
  readonly kind: 'vnets'
  readonly vnets: readonly VnetWant[]
  readonly removals: readonly VnetRemoval[]
}

/** The names under which a VM's NICs find the networks of its range: VNets, or bridges on a single node. */
export interface NetworkNames {
  /** The network all ranges' routers share. */
  readonly nat: string
  readonly range: string
  /** The zones of the two where they are VNets; left out of bridges. */
  readonly zones?: readonly string[]
  /** The names of the two in the other network mode: NICs on these are for a person to move. */
  readonly former?: readonly string[]
  /** The NAT network is a VNet that is not VLAN-aware: Proxmox starts no VM whose NIC has a VLAN there. */
  readonly natRefusesVlans?: true
  /** Node -> why the NAT network is not there although the range's is; left out where it is everywhere. */
  readonly natLacking?: Readonly<Record<string, string>>
}

/** What a look shows of nodes that lack networks which are applied. Applying again repairs them. */
export interface RepairNeed {
  /** In order of name. */
  readonly lacking: readonly NodeNetworkState[]
  /** Why applying would do more than that, as a part of a sentence; undefined when it would not. */
  readonly obstacle: string | undefined
}

/** What a range's networks need. */
export interface NetworkPlan {
  readonly names: NetworkNames
  readonly wants: NetworkWants
  /** As far as this snapshot tells. */
  readonly actions: readonly NetworkAction[]
  /** Of every node, in order of name, as seen before anything was done. */
  readonly nodes: readonly NodeNetworkState[]
  /** A node's network is being reloaded just now: a VM started meanwhile could miss its bridge. */
  readonly busy: boolean
  /** A reload or an apply is under way that nobody waits for any longer. */
  readonly hangs: boolean
  /** The same for all ranges of a look; nothing on a single node, whose own file tells what its bridges lack. */
  readonly repair: RepairNeed
}
