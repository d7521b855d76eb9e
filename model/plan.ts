import type { Finding } from './condition.ts'
import type { VmSpec } from './range-spec.ts'
import type { VnetConfig } from './snapshot.ts'
import type { VmPhase } from './vm-phase.ts'
import type { ZoneFinding } from './zone-finding.ts'

/** One intended change, printable: what, on which object, and why. */
export type Action =
  | { readonly kind: 'create-pool'; readonly pool: string; readonly reason: string }
  | { readonly kind: 'create-vnet'; readonly vnet: string; readonly config: VnetConfig; readonly reason: string }
  | {
      readonly kind: 'update-vnet'
      readonly vnet: string
      readonly changes: Partial<VnetConfig>
      readonly reason: string
    }
  | { readonly kind: 'delete-vnet'; readonly vnet: string; readonly reason: string }
  /** Commits all pending SDN changes and reloads every node's network; at most one per pass, for all ranges. */
  | {
      readonly kind: 'apply-sdn'
      /** The VNets, written in this pass or left pending by an earlier one, that wait for it. */
      readonly vnets: readonly string[]
      readonly reason: string
    }
  /** Lets a group use a VNet. */
  | {
      readonly kind: 'grant-acl'
      readonly path: string
      readonly group: string
      readonly role: string
      readonly reason: string
    }
  | {
      readonly kind: 'create-bridge'
      readonly node: string
      readonly bridge: string
      readonly mark: string
      readonly reason: string
    }
  /** Writes everything a range bridge is made of; addresses that a person gave it stay. */
  | {
      readonly kind: 'update-bridge'
      readonly node: string
      readonly bridge: string
      readonly mark: string
      readonly reason: string
    }
  | {
      readonly kind: 'delete-bridge'
      readonly node: string
      readonly bridge: string
      readonly mark: string
      readonly reason: string
    }
  /** Brings everything that is staged on the node into force; at most one per pass, for all ranges. */
  | {
      readonly kind: 'activate-network'
      readonly node: string
      /** The bridges, written in this pass or left staged by an earlier one, that wait for it. */
      readonly bridges: readonly string[]
      readonly reason: string
    }
  | {
      readonly kind: 'clone-vm'
      readonly vm: string
      readonly vmid: number
      readonly node: string
      readonly reason: string
    }
  | {
      readonly kind: 'configure-vm'
      readonly vm: string
      readonly vmid: number
      readonly node: string
      readonly reason: string
    }
  | {
      readonly kind: 'start-vm'
      readonly vm: string
      readonly vmid: number
      readonly node: string
      readonly reason: string
    }
  /** Asks the guest to go down, and never forces it. */
  | {
      readonly kind: 'shutdown-vm'
      readonly vm: string
      readonly vmid: number
      readonly node: string
      readonly reason: string
    }
  /** Deletes what an interrupted clone left, and nothing else; `lanista.repair` only. */
  | {
      readonly kind: 'remove-leftover'
      readonly vm: string
      readonly vmid: number
      readonly node: string
      readonly reason: string
    }

/** The end of a range that is to go, in the order it is made. No plan of a range that is to stay can hold one. */
export type RemovalAction =
  /** Shuts it down first, and stops it where its guest does not go down. */
  | {
      readonly kind: 'delete-vm'
      readonly vm: string
      readonly vmid: number
      readonly node: string
      readonly reason: string
    }
  | { readonly kind: 'delete-pool'; readonly pool: string; readonly reason: string }

/** Changes to VNets, in the order they are made; `apply-sdn`, when needed, is the last. */
export type VnetAction = Extract<Action, { kind: 'create-vnet' | 'update-vnet' | 'delete-vnet' | 'apply-sdn' }>

export type GrantAction = Extract<Action, { kind: 'grant-acl' }>

/** Changes to a node's bridges, in the order they are made; `activate-network`, when needed, is the last. */
export type BridgeAction = Extract<
  Action,
  { kind: 'create-bridge' | 'update-bridge' | 'delete-bridge' | 'activate-network' }
>

/** Changes to networks, which are made for all ranges together. */
export type NetworkAction = VnetAction | BridgeAction

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

/** What to do for one VM (or the router), and where it lives or will live. */
export interface VmPlan {
  readonly spec: VmSpec
  /** The VMID it has, or will get. */
  readonly vmid: number
  readonly step: VmStep
  /** Phase to show before anything is done. */
  readonly phase: VmPhase
  /** Why that node, or what is in the way: one sentence. */
  readonly message: string
}

/** The VM as the planner sees it; whoever carries it out looks again before each write. */
export type VmStep =
  /** To be cloned from `template` and configured on `node`; started only where `power` is on. */
  | { readonly kind: 'create'; readonly node: string; readonly template: TemplateChoice; readonly power: 'on' | 'off' }
  /** It exists on `node`; carry on from where it stands. With `power` off it is not started, and not shut down either. */
  | { readonly kind: 'continue'; readonly node: string; readonly power: 'on' | 'off' }
  /**
   * It runs on `node` and is to be shut down. `marked`: it has the range's tags, and must still have them then; a VM that
   * Ludus made has none.
   */
  | { readonly kind: 'shutdown'; readonly node: string; readonly marked: boolean }
  /**
   * A guest on `node` has its VMID and neither name, lock nor pool: what an interrupted clone left, or a person's. `repair`: it
   * is removed if it is the former.
   */
  | { readonly kind: 'leftover'; readonly node: string; readonly repair: boolean }
  /** It exists and is as asked (or was paused by a person): nothing to do. */
  | { readonly kind: 'none'; readonly node: string }
  /** Proxmox can't tell yet or its work goes on by itself; look again soon. */
  | { readonly kind: 'wait'; readonly node: string | undefined }
  /** Something must change first. `node` is where it exists, if it does. */
  | { readonly kind: 'blocked'; readonly finding: Finding; readonly node: string | undefined }

/** The copy of a template to clone from. */
export interface TemplateChoice {
  readonly vmid: number
  readonly node: string
}

/** The networks a range wants to exist, for whoever makes them for all ranges together. */
export type NetworkWants = VnetWants | BridgeWants

/** VNets wanted on a cluster, and those that are to go. */
export interface VnetWants {
  readonly kind: 'vnets'
  readonly vnets: readonly VnetWant[]
  readonly removals: readonly VnetRemoval[]
}

/** Whether a range's networks are in force on one node. */
export interface NodeNetworkState {
  readonly node: string
  /**
   * `absent`: not applied at all yet; `excluded`: the zone doesn't reach the node; `pending`: the node has not brought it
   * into force yet; `failed`: it tried and could not.
   */
  readonly state: 'available' | 'absent' | 'pending' | 'failed' | 'offline' | 'excluded'
  /** What the node says, after its name; empty when all is well. */
  readonly message: string
}

/** The names under which a VM's NICs find the networks of its range: VNets, or bridges on a single node. */
export interface NetworkNames {
  /** The network all ranges' routers share. */
  readonly nat: string
  readonly range: string
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
}

/** Everything one range needs, as a value: nothing has been done yet. */
export interface RangePlan {
  readonly rangeId: string
  readonly number: number
  readonly pool: { readonly exists: boolean }
  readonly network: NetworkPlan
  /** What a group lacks to use the range's network. */
  readonly grant: GrantAction | undefined
  readonly vms: readonly VmPlan[]
  /** What a person should mend of the SDN zone; none of it stops the range. */
  readonly zoneFindings: readonly ZoneFinding[]
  /** Remarks for people that stop nothing, such as nodes that the zone doesn't reach. */
  readonly notes: readonly string[]
}

/** All actions of a plan in the order they would be made, with reasons. */
export function actionsOf(plan: RangePlan): readonly Action[] {
  const pool: Action[] = plan.pool.exists
    ? []
    : [{ kind: 'create-pool', pool: plan.rangeId, reason: `range ${plan.rangeId} keeps its VMs in a pool of its name` }]
  const grants = plan.grant === undefined ? [] : [plan.grant]
  return [...pool, ...plan.network.actions, ...grants, ...plan.vms.flatMap(vmActions)]
}

function vmActions({ spec, vmid, step, phase, message }: VmPlan): readonly Action[] {
  const at = (node: string) => ({ vm: spec.name, vmid, node })
  const start: (node: string) => Action = (node) => ({
    kind: 'start-vm',
    ...at(node),
    reason: 'the range file wants it running',
  })
  const configure: (node: string) => Action = (node) => ({
    kind: 'configure-vm',
    ...at(node),
    reason: `${spec.cpus} cores, ${spec.memoryMiB} MiB and its networks, as the range file asks`,
  })
  const started = ({ node, power }: Extract<VmStep, { kind: 'create' | 'continue' }>): readonly Action[] =>
    power === 'on' ? [start(node)] : []
  // Of a VM whose state Proxmox hasn't told yet nothing is known to be missing; it is looked at first.
  if (phase === 'unknown') return []
  switch (step.kind) {
    case 'create':
      return [{ kind: 'clone-vm', ...at(step.node), reason: message }, configure(step.node), ...started(step)]
    case 'continue':
      return phase === 'configuring' ? [configure(step.node), ...started(step)] : started(step)
    case 'shutdown':
      return [{ kind: 'shutdown-vm', ...at(step.node), reason: 'the range file wants it off (power: off)' }]
    case 'leftover':
      return step.repair ? [{ kind: 'remove-leftover', ...at(step.node), reason: REPAIR }] : []
    case 'none':
    case 'wait':
    case 'blocked':
      return []
  }
}

const REPAIR = 'if an interrupted clone left it (lanista.repair)'
