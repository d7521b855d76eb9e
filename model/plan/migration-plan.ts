import type { Finding } from '../condition.ts'
import type { NetworkRight } from '../ports.ts'
import type { VnetAction } from './actions.ts'
import type { VnetWants } from './network-plan.ts'

/** One NIC that goes from a bridge to a VNet. */
export interface NicMove {
  /** Such as `net0`. */
  readonly key: string
  readonly from: string
  readonly to: string
  /** The NIC as it is, and as it is to be: nothing but the bridge differs. */
  readonly before: string
  readonly after: string
}

/** A VM whose NICs move. */
export interface VmMove {
  readonly vmid: number
  readonly name: string
  readonly node: string
  readonly running: boolean
  readonly template: boolean
  readonly router: boolean
  readonly nics: readonly NicMove[]
  /** It runs with the MTU of the bridge until it is rebooted, and the VNet's is smaller: large packets are lost until then. */
  readonly reboot: boolean
}

/** A pool whose VMs move: a range's, or one of Ludus' own. */
export interface PoolMove {
  readonly pool: string
  /** The number of its networks; undefined for a pool that is no range's. */
  readonly number: number | undefined
  /** In the order in which they move: routers in the middle. */
  readonly vms: readonly VmMove[]
  /** What keeps all of it where it is. */
  readonly obstacles: readonly Finding[]
  /** What people should know, and that stops nothing. */
  readonly remarks: readonly string[]
}

/** How an installation on bridges moves to SDN networks, all of it or what was asked for. */
export interface MigrationPlan {
  readonly zone: string
  /** Of the pools that can move. */
  readonly wants: VnetWants
  /** What is to be written for that, with one apply at most. */
  readonly networks: readonly VnetAction[]
  /** What lets everybody use a new network who can use the old one. */
  readonly grants: readonly NetworkRight[]
  /** In order of name. */
  readonly pools: readonly PoolMove[]
  /** What keeps everything where it is. */
  readonly obstacles: readonly Finding[]
  /** What stays on the old networks, and other remarks. */
  readonly remarks: readonly string[]
}
