import type { VnetConfig } from '../snapshot.ts'

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
      /** VMID of the copy of the template that is cloned. */
      readonly template: number
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
  /** What is in force goes with one apply for all. @example `vnet r1`, `bridge vmbr1001 on pve1` */
  | { readonly kind: 'delete-network'; readonly network: string; readonly reason: string }
  | { readonly kind: 'delete-pool'; readonly pool: string; readonly reason: string }

/** Changes to VNets, in the order they are made; `apply-sdn`, when needed, is the last. */
export type VnetAction = Extract<Action, { kind: 'create-vnet' | 'update-vnet' | 'delete-vnet' | 'apply-sdn' }>

export type SdnApply = Extract<VnetAction, { kind: 'apply-sdn' }>

/** A change to one VNet, which takes no effect before the apply. */
export type VnetWrite = Exclude<VnetAction, { kind: 'apply-sdn' }>

export type GrantAction = Extract<Action, { kind: 'grant-acl' }>

/** Changes to a node's bridges, in the order they are made; `activate-network`, when needed, is the last. */
export type BridgeAction = Extract<
  Action,
  { kind: 'create-bridge' | 'update-bridge' | 'delete-bridge' | 'activate-network' }
>

/** Changes to networks, which are made for all ranges together. */
export type NetworkAction = VnetAction | BridgeAction
